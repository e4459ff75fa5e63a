#include <string>

#include "catch.hpp"
#include "drivers/snmp/v3/answer.hpp"
#include "ground/clock/clock.hpp"
#include "wire/drivers/snmp/v3/trap_bench.hpp"

using namespace holdup;
using namespace holdup::tests;
using reading::TrapSays;
using snmp::Doubt;
using v3::Auth;
using v3::Priv;

namespace {

const Who monitor{"op", Auth::sha256, Priv::aes128};
const std::string pdu = "127.0.0.11", ups = "127.0.0.12", stranger = "127.0.0.99";
const std::string engine = " -e 0x80001f8804706475";  // of the trap's sender

std::string trap(const Who& who, const std::string& more = engine) { return "snmptrap" + flags(who) + more + " " + on_battery; }
std::string inform(const Who& who, const std::string& more = "") { return "snmpinform" + flags(who) + more + " " + on_battery; }
std::string at(unsigned boots, unsigned time) { return engine + " -Z " + std::to_string(boots) + "," + std::to_string(time); }

v3::Engine polled(std::uint32_t boots, std::uint32_t time, const std::string& name = "pdu") {
  v3::Engine out{.id = {0x80, 0x00, 0x1F, 0x88, 0x04}, .boots = boots, .time = time, .told = ground::clock::now(), .proven = true};
  out.id.insert(out.id.end(), name.begin(), name.end());
  return out;
}
snmp::TrapSource place(const std::string& host) { return {.host = *snmp::host_bytes(host), .port = 161}; }

const std::vector<Who>& everybody() {
  static const std::vector<Who> all{{"plain"},
                                    {"md5des", Auth::md5, Priv::des},
                                    {"sha1", Auth::sha1},
                                    {"sha224", Auth::sha224},
                                    {"sha256", Auth::sha256},
                                    {"sha384", Auth::sha384},
                                    {"sha512", Auth::sha512},
                                    {"sha1aes128", Auth::sha1, Priv::aes128},
                                    {"sha224aes192", Auth::sha224, Priv::aes192},
                                    {"sha256aes128", Auth::sha256, Priv::aes128},
                                    {"sha384aes256", Auth::sha384, Priv::aes256},
                                    {"sha512aes256", Auth::sha512, Priv::aes256},
                                    {"sha1aes192c", Auth::sha1, Priv::aes192_c},
                                    {"sha1aes256c", Auth::sha1, Priv::aes256_c}};
  return all;
}

/// A device for each of them, at 127.0.1.1 and on.
std::vector<TrapBench::Device> a_device_each() {
  std::vector<TrapBench::Device> out;
  for (const Who& who : everybody()) out.push_back({.host = "127.0.1." + std::to_string(out.size() + 1), .credential = credential(who)});
  return out;
}

}  // namespace

TEST_CASE("a v3 trap of the stock snmptrap is heard with every protocol") {
  TrapBench bench{a_device_each()};
  for (std::size_t i = 0; i < everybody().size(); ++i) {
    INFO(everybody()[i].user);
    REQUIRE(bench.tool(trap(everybody()[i]), "127.0.1." + std::to_string(i + 1)) == 0);
    REQUIRE(bench.calls().size() == i + 1);
    const auto& call = bench.calls().back();
    CHECK(call.sources == std::vector<std::uint32_t>{static_cast<std::uint32_t>(i)});
    CHECK(call.message.says == TrapSays::on_battery);
    REQUIRE(call.message.varbinds.size() == 1);
    CHECK(call.message.varbinds[0].second == "on battery");
  }
  CHECK(bench.refused().empty());
  CHECK(bench.counters().reports + bench.counters().acknowledged == 0);
}

TEST_CASE("a v3 inform of the stock snmpinform finds our engine and is acknowledged with every protocol") {
  TrapBench bench{a_device_each()};
  for (std::size_t i = 0; i < everybody().size(); ++i) {
    INFO(everybody()[i].user);
    REQUIRE(bench.tool(inform(everybody()[i]), "127.0.1." + std::to_string(i + 1)) == 0);
    REQUIRE(bench.calls().size() == i + 1);
    CHECK(bench.calls().back().sources == std::vector<std::uint32_t>{static_cast<std::uint32_t>(i)});
    CHECK(bench.calls().back().message.says == TrapSays::on_battery);
    CHECK(bench.counters().acknowledged == i + 1);
  }
  CHECK(bench.refused().empty());
}

TEST_CASE("a stranger, and a device without a credential, get no byte for a v3 inform") {
  TrapBench bench{{{pdu, credential(monitor)}, {ups, nullptr}}};
  CHECK(bench.tool(inform(monitor), stranger) != 0);
  CHECK(bench.tool(inform(monitor), ups) != 0);
  CHECK(bench.tool(trap(monitor), ups) == 0);
  CHECK(bench.calls().empty());
  CHECK(bench.counters().reports + bench.counters().acknowledged == 0);
  CHECK(bench.counters().unknown_source >= 1);
  CHECK(bench.doubted(Doubt::no_credential) >= 2);
  CHECK(bench.refused() == std::vector<std::string>{"1 no_credential"});
}

TEST_CASE("another passphrase, user or level than the device's proves nothing, and the sender of an inform is told") {
  TrapBench bench{{{pdu, credential(monitor)}}};
  const Who wrong_auth{"op", Auth::sha256, Priv::aes128, "otherwords"},
      wrong_priv{"op", Auth::sha256, Priv::aes128, "authpass1", "otherwords"};
  const Who nobody{"nobody", Auth::sha256, Priv::aes128}, less{"op", Auth::sha256}, least{"op"};
  for (const Who& who : {wrong_auth, wrong_priv, nobody, less, least}) {
    CHECK(bench.tool(trap(who), pdu) == 0);
    CHECK(bench.tool(inform(who), pdu) != 0);
  }
  CHECK(bench.calls().empty());
  CHECK(bench.counters().acknowledged == 0);
  CHECK(bench.doubted(Doubt::wrong_digest) >= 2);
  CHECK(bench.doubted(Doubt::cannot_decrypt) >= 2);
  CHECK(bench.doubted(Doubt::unknown_user) >= 2);
  CHECK(bench.doubted(Doubt::other_level) >= 4);
  CHECK(bench.refused() == std::vector<std::string>{"0 wrong_digest", "0 cannot_decrypt", "0 unknown_user", "0 other_level"});
  CHECK(bench.tool(inform(monitor), pdu) == 0);
}

TEST_CASE("a sender whose boots went back is refused until polling proves its new clock") {
  TrapBench bench{{{pdu, credential(monitor)}}};
  bench.book().met(place(pdu), polled(5, 1000));
  CHECK(bench.tool(trap(monitor, at(5, 1010)), pdu) == 0);
  CHECK(bench.calls().size() == 1);
  CHECK(bench.tool(trap(monitor, at(1, 20)), pdu) == 0);
  CHECK(bench.tool(trap(monitor, at(5, 700)), pdu) == 0);
  CHECK(bench.calls().size() == 1);
  CHECK(bench.doubted(Doubt::not_in_window) == 2);
  bench.book().met(place(pdu), polled(1, 30));
  CHECK(bench.tool(trap(monitor, at(1, 40)), pdu) == 0);
  CHECK(bench.calls().size() == 2);
  CHECK(bench.tool(trap(monitor, at(2, 1)), pdu) == 0);  // one more start, told by the trap itself
  CHECK(bench.calls().size() == 3);
  CHECK(bench.tool(trap(monitor, at(1, 50)), pdu) == 0);
  CHECK(bench.calls().size() == 3);
}

TEST_CASE("a reload keeps the clocks, and takes other passphrases") {
  TrapBench bench{{{pdu, credential(monitor)}}};
  CHECK(bench.tool(trap(monitor, at(5, 1000)), pdu) == 0);
  const Who changed{"op", Auth::sha512, Priv::aes256, "authpass2", "privpass2"};
  bench.reload({{ups, nullptr}, {pdu, credential(changed)}});
  CHECK(bench.tool(trap(monitor, at(5, 1001)), pdu) == 0);
  CHECK(bench.tool(trap(changed, at(4, 1000)), pdu) == 0);
  CHECK(bench.calls().size() == 1);
  CHECK(bench.doubted(Doubt::wrong_digest) == 1);
  CHECK(bench.doubted(Doubt::not_in_window) == 1);
  CHECK(bench.tool(trap(changed, at(5, 1001)), pdu) == 0);
  REQUIRE(bench.calls().size() == 2);
  CHECK(bench.calls()[1].sources == std::vector<std::uint32_t>{1});
}

TEST_CASE("after our restart informs go on: their sender learns our new boots from a proven report") {
  TrapBench bench{{{pdu, credential(monitor)}}};
  const auto id = " -e 0x" + v3::hex(bench.engine().id);
  CHECK(bench.engine().boots == 1);
  CHECK(bench.tool(inform(monitor, id), pdu) == 0);
  const auto old = bench.captured(inform(monitor, id + " -Z 1,1"));
  bench.restart();
  CHECK(bench.engine().boots == 2);
  const auto answers = bench.send(pdu, std::vector<Octets>{old});
  REQUIRE(answers.size() == 1);
  const auto report = v3::open_message(answers[0]);
  REQUIRE(report);
  CHECK(report->level() == v3::Level::auth);
  CHECK(report->boots == 2);
  CHECK(bench.calls().empty());
  CHECK(bench.doubted(Doubt::not_in_window) == 1);
  CHECK(bench.refused().empty());  // nothing that a person must mend
  CHECK(bench.tool(inform(monitor, id), pdu) == 0);
  CHECK(bench.calls().size() == 1);
}

TEST_CASE("a trap of an engine that polling met elsewhere, or of another than it met there, is not the device's") {
  TrapBench bench{{{pdu, credential(monitor)}, {ups, credential(monitor)}}};
  bench.book().met(place(pdu), polled(3, 100));
  CHECK(bench.tool(trap(monitor, at(3, 110)), ups) == 0);
  CHECK(bench.tool(trap(monitor, " -e 0x80001f8804ffffff"), pdu) == 0);
  CHECK(bench.calls().empty());
  CHECK(bench.doubted(Doubt::other_engine) == 2);
  CHECK(bench.tool(trap(monitor, at(3, 110)), pdu) == 0);
  CHECK(bench.tool(trap(monitor, " -e 0x80001f8804ffffff"), ups) == 0);  // not met yet: its own, as far as anybody knows
  CHECK(bench.calls().size() == 2);
}

TEST_CASE("devices that share an address are told apart by their users, and by the engines that polling met") {
  const Who other{"other", Auth::sha512, Priv::aes256};
  const auto shared = credential(monitor);
  TrapBench bench{{{pdu, shared, 1}, {pdu, shared, 2}, {pdu, credential(other), 3}, {pdu, nullptr, 4}}};
  CHECK(bench.tool(trap(other), pdu) == 0);
  CHECK(bench.tool(inform(other), pdu) == 0);
  CHECK(bench.tool(trap(monitor), pdu) == 0);
  bench.book().met({.host = *snmp::host_bytes(pdu), .port = 2}, polled(1, 1));
  CHECK(bench.tool(trap(monitor, at(1, 10)), pdu) == 0);
  REQUIRE(bench.calls().size() == 4);
  CHECK(bench.calls()[0].sources == std::vector<std::uint32_t>{2});
  CHECK(bench.calls()[1].sources == std::vector<std::uint32_t>{2});
  CHECK(bench.calls()[2].sources == std::vector<std::uint32_t>{0, 1});
  CHECK(bench.calls()[3].sources == std::vector<std::uint32_t>{1});
}
