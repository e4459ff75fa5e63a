#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "catch.hpp"
#include "wire/hw-sim/modbus_peer.hpp"
#include "wire/hw-sim/peer_program.hpp"
#include "wire/hw-sim/simulator.hpp"

using namespace std::chrono_literals;
using wire::comes_true;
using wire::Folder;
using wire::mbap;
using wire::ModbusPeer;
using wire::octets;
using wire::Simulator;

namespace {

constexpr const char* ok = "{\"ok\":true}\n";

// A replayed meter, and what a client hears of it under a fault.
struct Meter {
  Folder folder;
  Simulator simulator{{"replay", folder.write("m.regs.txt", "[0]: 0x0001\n[1]: 0x0002\n[2]: 0x0003\n")}};

  void fault(const std::string& words) const { REQUIRE(simulator.ctl("fault device/m kind=" + words).text == ok); }
  void clear() const { REQUIRE(simulator.ctl("clear device/m").text == ok); }
  // To "registers 0 and 1", so many bytes of it, over a connection of its own.
  [[nodiscard]] std::string answer(std::size_t size) const {
    const auto peer = ModbusPeer::tcp(simulator.port(0));
    peer.send(question);
    return peer.receive(size);
  }
  [[nodiscard]] std::string answer_under(const std::string& words, std::size_t size) const {
    fault(words);
    auto heard = answer(size);
    clear();
    return heard;
  }

  const std::string question = mbap(0x0507, {1, 3, 0, 0, 0, 2});
  const std::string right = mbap(0x0507, {1, 3, 4, 0, 1, 0, 2});
};

bool connects(int port) {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool connected = ::connect(made, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  ::close(made);
  return connected;
}

}  // namespace

TEST_CASE("an MBAP header lies about its length and its protocol") {
  const Meter meter;
  CHECK(meter.answer(13) == meter.right);
  for (const int length : {0, 1, 2, 255, 65535}) {
    const auto heard = meter.answer_under("mbap_length value=" + std::to_string(length), 13);
    CHECK(heard.substr(4, 2) == octets({length >> 8, length & 0xff}));
    CHECK(heard.substr(6) == meter.right.substr(6));
  }
  CHECK(meter.answer_under("protocol_id value=258", 13).substr(2, 2) == octets({1, 2}));
  CHECK(meter.answer(13) == meter.right);
}

TEST_CASE("an answer comes under another transaction or unit, with any exception, with any byte count") {
  const Meter meter;
  const auto other = meter.answer_under("wrong_id", 13);
  CHECK((other.substr(0, 2) != meter.right.substr(0, 2) && other.substr(2) == meter.right.substr(2)));
  CHECK(meter.answer_under("wrong_source", 13)[6] != 1);
  for (int code = 0; code <= 255; code += 5)
    CHECK(meter.answer_under("exception code=" + std::to_string(code), 9) == mbap(0x0507, {1, 0x83, code}));
  CHECK(meter.answer_under("busy", 9) == mbap(0x0507, {1, 0x83, 6}));
  CHECK(meter.answer_under("exception code=10", 9) == mbap(0x0507, {1, 0x83, 10}));
  CHECK(meter.answer_under("byte_count", 13) == mbap(0x0507, {1, 3, 5, 0, 1, 0, 2}));
  CHECK(meter.answer_under("byte_count value=0", 13)[8] == 0);
  CHECK(meter.answer_under("data_size", 11) == mbap(0x0507, {1, 3, 2, 0, 1}));
  CHECK(meter.answer_under("data_size value=250", 259).size() == 259);
}

TEST_CASE("an answer is cut short, means nothing, or never comes") {
  const Meter meter;
  const auto heard_under = [&](const std::string& words) {
    meter.fault(words);
    const auto peer = ModbusPeer::tcp(meter.simulator.port(0));
    peer.send(meter.question);
    auto heard = peer.receive_until_silence(200ms);
    meter.clear();
    return heard;
  };
  const auto cut = heard_under("truncated");
  CHECK((!cut.empty() && cut.size() < meter.right.size() && meter.right.starts_with(cut)));
  const auto garbage = heard_under("garbage");
  CHECK((garbage.size() == meter.right.size() && garbage != meter.right));
  for (const char* words : {"silent", "lossy ratio=1", "reboot ms=60000"}) CHECK(heard_under(words).empty());
  CHECK(heard_under("duplicate") == meter.right + meter.right);
  CHECK(meter.answer(13) == meter.right);
}

TEST_CASE("registers read as no number, as the full number, exchanged, and zero") {
  const Meter meter;
  const auto words = [&](const std::string& kind) { return meter.answer_under(kind, 13).substr(9); };
  CHECK(words("nan") == octets({0x7f, 0xff, 0x7f, 0xff}));
  CHECK(words("saturated") == octets({0xff, 0xff, 0xff, 0xff}));
  CHECK(words("word_swapped") == octets({0, 2, 0, 1}));
  CHECK(words("zeros") == std::string(4, '\0'));
}

TEST_CASE("an answer drips, pauses, comes twice in one segment, or late") {
  const Meter meter;
  const auto took = [&](const std::string& words, std::size_t size) {
    const auto begun = std::chrono::steady_clock::now();
    CHECK(meter.answer_under(words, size).substr(0, 13) == meter.right);
    return std::chrono::steady_clock::now() - begun;
  };
  CHECK(took("drip ms=20", 13) >= 12 * 20ms);
  CHECK(took("gaps ms=150", 13) >= 150ms);
  CHECK(took("slow ms=150", 13) >= 150ms);
  CHECK(meter.answer_under("merged", 26) == meter.right + meter.right);
}

TEST_CASE("a gateway refuses connections, and takes them again on the same port") {
  const Meter meter;
  const auto standing = ModbusPeer::tcp(meter.simulator.port(0));
  meter.fault("refused");
  CHECK(standing.is_hung_up());
  CHECK_FALSE(connects(meter.simulator.port(0)));
  meter.clear();
  CHECK(meter.answer(13) == meter.right);
}

TEST_CASE("a gateway at its limit closes what is one connection too many") {
  const Meter meter;
  meter.fault("connection_limit value=2");
  const auto first = ModbusPeer::tcp(meter.simulator.port(0));
  {
    const auto second = ModbusPeer::tcp(meter.simulator.port(0));
    CHECK(ModbusPeer::tcp(meter.simulator.port(0)).is_hung_up());
    for (const auto* peer : {&first, &second}) {
      peer->send(meter.question);
      CHECK(peer->receive(13) == meter.right);
    }
  }
  CHECK(comes_true([&] { return meter.answer(13) == meter.right; }));  // once the second is gone
}

TEST_CASE("idle connections are dropped") {
  const Meter meter;
  const auto peer = ModbusPeer::tcp(meter.simulator.port(0));
  peer.send(meter.question);
  CHECK(peer.receive(13) == meter.right);
  meter.fault("drop_idle ms=100");
  CHECK(peer.is_hung_up());
  CHECK(meter.answer(13) == meter.right);
}

TEST_CASE("what a Modbus TCP device cannot suffer is refused") {
  const Meter meter;
  const auto refused = [&](const std::string& kind) { return meter.simulator.ctl("fault device/m kind=" + kind).text; };
  CHECK(refused("bad_crc") == "{\"ok\":false,\"error\":\"only Modbus RTU can do that\"}\n");
  CHECK(refused("unplugged") == "{\"ok\":false,\"error\":\"only a serial line can do that\"}\n");
  CHECK(refused("no_bulk") == "{\"ok\":false,\"error\":\"only an SNMP agent can do that\"}\n");
}
