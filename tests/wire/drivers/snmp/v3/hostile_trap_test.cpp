#include <algorithm>
#include <string>

#include "catch.hpp"
#include "drivers/snmp/trap_gate.hpp"
#include "drivers/snmp/v3/answer.hpp"
#include "unit/drivers/snmp/v3/letter.hpp"
#include "wire/drivers/snmp/v3/trap_bench.hpp"

using namespace holdup;
using namespace holdup::tests;
using snmp::Doubt;
using v3::Auth;
using v3::Priv;

namespace {

const Who monitor{"op", Auth::sha256, Priv::aes128};
const std::string pdu = "127.0.0.11";
constexpr std::uint8_t trap_tag = snmp::tag::trap_v2, inform_tag = snmp::tag::inform, report_tag = v3::report_tag;
constexpr const char* asks = "\x04";  // msgFlags of a message that wants an answer, without authentication

std::string tool(const std::string& name, const std::string& more) { return name + flags(monitor) + more + " " + on_battery; }

/// An authentic trap, as the stock tool makes it.
Octets trap(const TrapBench& bench, const std::string& clock = "3,1000") {
  return bench.captured(tool("snmptrap", " -e 0x80001f8804706475 -Z " + clock));
}
/// An authentic inform of this very moment for our engine, which has acknowledged it once.
Octets inform(TrapBench& bench) { return bench.relayed(tool("snmpinform", ""), pdu); }

std::vector<Octets> truncated(const Octets& whole) {
  std::vector<Octets> out;
  for (std::size_t size = 0; size < whole.size(); ++size)
    out.emplace_back(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
  return out;
}

std::vector<Octets> flipped(const Octets& whole) {
  std::vector<Octets> out;
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    out.push_back(whole);
    out.back()[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
  }
  return out;
}

/// Of a report without authentication; the last part of usmStats but the 0.
std::uint32_t complaint(const Octets& answer) {
  const auto message = v3::open_message(answer);
  REQUIRE(message);
  const auto scoped = v3::open_scoped(message->payload, v3::Padding::refused);
  REQUIRE(scoped);
  REQUIRE(scoped->pdu.tag == report_tag);
  snmp::Response report;
  REQUIRE(snmp::parse_pdu(scoped->pdu.content, report));
  const auto name = report.varbinds.at(0).oid();
  return name.parts()[name.size() - 2];
}

}  // namespace

TEST_CASE("a v3 trap or inform that is cut short at any byte is malformed and gets no answer") {
  TrapBench bench{{{pdu, credential(monitor)}}};
  for (const auto& whole : {trap(bench), inform(bench)}) {
    const auto before = bench.counters().malformed;
    const auto pieces = truncated(whole);
    CHECK(bench.send(pdu, pieces).empty());
    CHECK(bench.counters().malformed == before + pieces.size());
  }
  CHECK(bench.calls().empty());
}

TEST_CASE("no changed bit of a v3 trap is heard") {
  TrapBench bench{{{pdu, credential(monitor)}}};
  const auto whole = trap(bench);
  const auto all = flipped(whole);
  const auto answers = bench.send(pdu, all);
  CHECK(bench.calls().empty());
  CHECK(bench.doubted(Doubt::wrong_digest) > whole.size());
  CHECK(answers.size() <= snmp::TrapGate::burst);  // to what became a question for our engine by the change
  for (const Octets& answer : answers) CHECK(v3::may_answer({.datagram = answer}));
  bench.send(pdu, std::vector<Octets>{whole});
  CHECK(bench.calls().size() == 1);
}

TEST_CASE("no changed bit of a v3 inform is heard or acknowledged, reports answer it, and not for ever") {
  TrapBench bench{{{pdu, credential(monitor)}}};
  const auto whole = inform(bench);
  const auto answers = bench.send(pdu, flipped(whole));
  CHECK(bench.calls().empty());
  CHECK(bench.counters().acknowledged == 1);  // the tool's own
  CHECK(!answers.empty());
  CHECK(answers.size() < 200);
  CHECK(bench.counters().limited > 0);
  for (const Octets& answer : answers) CHECK(complaint(answer) <= 6);
  CHECK(bench.send(pdu, std::vector<Octets>{whole}).size() == 1);
  CHECK(bench.calls().size() == 1);
}

TEST_CASE("a replayed v3 trap is refused by boots and by time") {
  TrapBench bench{{{pdu, credential(monitor)}}};
  const auto old = trap(bench, "2,5000"), first = trap(bench, "3,1000"), late = trap(bench, "3,1200"), fresh = trap(bench, "4,1");
  bench.send(pdu, {first, late, first});  // 1000 is 200 s back by then
  CHECK(bench.calls().size() == 2);
  bench.send(pdu, {old, fresh, late, first});
  CHECK(bench.calls().size() == 3);
  CHECK(bench.doubted(Doubt::not_in_window) == 4);
}

TEST_CASE("an engine whose boots are at their end is refused for good") {
  TrapBench bench{{{pdu, credential(monitor)}}};
  bench.send(pdu, {trap(bench, "2147483647,10"), trap(bench, "2147483647,20")});
  CHECK(bench.calls().empty());
  CHECK(bench.doubted(Doubt::not_in_window) == 2);
  bench.send(pdu, std::vector<Octets>{trap(bench, "3,10")});
  CHECK(bench.calls().size() == 1);  // whoever sent those has taken nothing from the device
}

TEST_CASE("a v3 authentication code of any length but its own is a wrong digest") {
  TrapBench bench{{{pdu, credential({"op", Auth::sha256})}}};
  std::vector<Octets> all;
  for (std::size_t bytes = 0; bytes <= 64; ++bytes)
    all.push_back(Letter{.flags = "\x01", .code = std::string(bytes, 'c'), .pdu = trap_tag, .name = "1.3.6.1.6.3.1.1.4.1.0"}.bytes());
  CHECK(bench.send(pdu, all).empty());
  CHECK(bench.doubted(Doubt::wrong_digest) == 48);  // 1 to 48; the others are malformed
  CHECK(bench.counters().malformed == 17);
  CHECK(bench.calls().empty());
}

TEST_CASE("a v3 engine id of any length is met as the standards say") {
  TrapBench bench{{{pdu, credential({"op"})}}};
  const auto of = [](std::size_t bytes, const char* flags) {
    return Letter{.flags = flags[0] == 0 ? std::string{'\0'} : flags, .engine = std::string(bytes, 'e'), .pdu = trap_tag}.bytes();
  };
  CHECK(bench.send(pdu, {of(0, ""), of(4, ""), of(33, ""), of(255, "")}).empty());
  CHECK(bench.counters().malformed == 4);
  const auto answers = bench.send(pdu, {of(0, asks), of(4, asks), of(33, asks), of(255, asks)});
  REQUIRE(answers.size() == 2);
  for (const Octets& answer : answers) CHECK(complaint(answer) == 4);  // usmStatsUnknownEngineIDs
  CHECK(v3::open_message(answers[0])->boots == bench.engine().boots);
  CHECK(std::ranges::equal(v3::open_message(answers[0])->engine_id, bench.engine().id));
}

TEST_CASE("a v3 msgMaxSize below 484 or above 2^31-1 is malformed, too small a one gets a response without the list") {
  TrapBench bench{{{pdu, credential({"op"})}}};
  const std::string own{bench.engine().id.begin(), bench.engine().id.end()};
  const auto of = [&](std::int64_t size) {
    return Letter{.size = size, .flags = asks, .engine = own, .pdu = inform_tag, .name = "1.3.6.1.6.3.1.1.4.1.0"}.bytes();
  };
  CHECK(bench.send(pdu, {of(0), of(483), of(0x80000000LL)}).empty());
  CHECK(bench.counters().malformed == 3);
  const auto long_list = bench.captured("snmpinform -v 3 -u op -l noAuthNoPriv -e 0x" + v3::hex(bench.engine().id) +
                                        " '' 1.3.6.1.4.1.318.0.5 1.3.6.1.4.1.318.2.3.3.0 s " + std::string(600, 'x'));
  auto small = long_list;
  const auto head = v3::open_message(small);
  REQUIRE(head);
  CHECK(head->largest == 65507);
  const Octets maximum{0x02, 0x03, 0x00, 0xFF, 0xE3}, few{0x02, 0x03, 0x00, 0x01, 0xE4};  // 65507, 484
  const auto place = std::search(small.begin(), small.end(), maximum.begin(), maximum.end());
  REQUIRE(place != small.end());
  std::copy(few.begin(), few.end(), place);
  const auto answers = bench.send(pdu, {long_list, small});
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].size() > 600);
  CHECK(answers[1].size() < 200);
  CHECK(bench.calls().size() == 2);
}

TEST_CASE("a storm of reports, questions and discoveries gets few answers, and no echo") {
  TrapBench bench{{{pdu, credential({"op"})}}};
  std::vector<Octets> reports, discoveries;
  const std::string own{bench.engine().id.begin(), bench.engine().id.end()};
  for (std::uint8_t tag : {0xA0, 0xA1, 0xA2, 0xA3, 0xA5, 0xA8})
    for (int i = 0; i < 100; ++i) {
      reports.push_back(Letter{.pdu = tag}.bytes());
      reports.push_back(Letter{.flags = asks, .engine = own, .pdu = tag}.bytes());
    }
  CHECK(bench.send(pdu, reports).empty());
  CHECK(bench.calls().empty());
  for (int i = 0; i < 1000; ++i) discoveries.push_back(Letter{.flags = asks, .engine = "", .user = "", .pdu = snmp::tag::get}.bytes());
  const auto answers = bench.send(pdu, discoveries);
  CHECK(answers.size() >= 100);
  CHECK(answers.size() < 200);
  CHECK(answers.size() == bench.counters().reports);
  CHECK(bench.counters().limited == 1000 - answers.size());
}

TEST_CASE("whatever comes, only responses and reports leave, and none larger than what asked for it by more than a report's size") {
  TrapBench bench{{{pdu, credential(monitor)}}};
  std::vector<Octets> all = flipped(inform(bench));
  for (int tag = 0xA0; tag <= 0xA8; ++tag)
    for (const char* flags : {asks, "\x05", "\x07"})
      all.push_back(
          Letter{.flags = flags, .engine = "", .code = "twelve bytes", .salt = "12345678", .pdu = static_cast<std::uint8_t>(tag)}.bytes());
  std::size_t largest = 0;
  for (const Octets& one : all) largest = std::max(largest, one.size());
  for (const Octets& answer : bench.send(pdu, all)) {
    CHECK(v3::may_answer({.datagram = answer}));
    CHECK(!v3::may_leave(answer));
    CHECK(answer.size() <= largest);
  }
}
