#include <modbus/modbus.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "wire/hw-sim/modbus_peer.hpp"
#include "wire/hw-sim/peer_program.hpp"
#include "wire/hw-sim/simulator.hpp"

using namespace std::chrono_literals;
using wire::comes_true;
using wire::Folder;
using wire::has_fitting_crc;
using wire::ModbusPeer;
using wire::octets;
using wire::rtu;
using wire::shell;
using wire::Simulator;

namespace {

constexpr const char* ok = "{\"ok\":true}\n";
constexpr const char* recording =
    "[10]: 0x1234\n[11]: 0xABCD\ncoil [3]: 1\ncoil [4]: 0\ncoil [5]: 1\ndiscrete [0]: 0\ndiscrete [1]: 1\nid 0: Acme\nid 1: X1\nid 2: "
    "1.0\n";

// "/dev/pts/7" of "modbus-rtu:///dev/pts/7/1?baud=19200&parity=even"
std::string path_of(const std::string& url) {
  constexpr std::size_t scheme = 13;
  REQUIRE(url.starts_with("modbus-rtu:///"));
  return url.substr(scheme, url.substr(0, url.find('?')).rfind('/') - scheme);
}

// A stock libmodbus master with ten seconds of patience.
struct Master {
  std::unique_ptr<modbus_t, decltype(&modbus_free)> bus;
  Master(const std::string& path, int baud, int unit) : bus{modbus_new_rtu(path.c_str(), baud, 'E', 8, 1), modbus_free} {
    modbus_set_slave(bus.get(), unit);
    modbus_set_response_timeout(bus.get(), 10, 0);
    REQUIRE(modbus_connect(bus.get()) == 0);
  }
  ~Master() { modbus_close(bus.get()); }
  [[nodiscard]] int reads(int address, int count) const {
    std::array<uint16_t, 125> words{};
    return modbus_read_registers(bus.get(), address, count, words.data());
  }
};

// A replayed unit on a fast line.
struct Unit {
  Folder folder;
  std::string link = folder.path("line");
  Simulator simulator{{"replay", "--serial", "--baud", "115200", "--link", link, folder.write("m.regs.txt", recording),
                       folder.write("n.regs.txt", "[10]: 0x0001\n")}};
  const std::string question = rtu({1, 3, 0, 10, 0, 2});
  const std::string right = rtu({1, 3, 4, 0x12, 0x34, 0xab, 0xcd});

  void fault(const std::string& words) const { REQUIRE(simulator.ctl("fault device/m kind=" + words).text == ok); }
  [[nodiscard]] std::string answer(std::size_t size) const {
    const auto peer = ModbusPeer::line(link);
    peer.send(question);
    return peer.receive(size);
  }
  [[nodiscard]] std::string answer_under(const std::string& words, std::size_t size) const {
    fault(words);
    auto heard = answer(size);
    REQUIRE(simulator.ctl("clear device/m").text == ok);
    return heard;
  }
};

constexpr const char* shelf =
    "rack: r1\n"
    "feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}\n"
    "devices:\n"
    "  pdu-a: {url: snmp://192.0.2.11, feed: A}\n"
    "  pdu-b: {url: snmp://192.0.2.12, feed: B}\n"
    "  u1: {url: \"URL/1?baud=115200&parity=even\"}\n"
    "  u2: {url: \"URL/2?baud=115200&parity=even\"}\n"
    "contacts:\n"
    "  ac1: {source: gpiochip0/1, senses: ac_ok, of: cab1/psu1, kind: relay}\n"
    "loads:\n"
    "  cab1:\n"
    "    needs_watts: 1000\n"
    "    supplies:\n"
    "      psu1: {cord: pdu-a/outlet/3, status: u1, rated_watts: 3000}\n"
    "      psu2: {cord: pdu-b/outlet/3, status: u2, rated_watts: 3000}\n"
    "sim:\n"
    "  cab1/psu1: {model: shelf-psu, refresh: 10ms}\n"
    "  cab1/psu2: {model: shelf-psu, refresh: 1h}\n";

std::string shelf_at(const std::string& url, const std::string& more = "") {
  constexpr std::string_view settings = "?baud=115200&parity=even";
  std::string text = shelf + more;
  if (!url.starts_with("modbus-rtu:///"))
    for (auto at = text.find(settings); at != std::string::npos; at = text.find(settings)) text.erase(at, settings.size());
  for (auto at = text.find("URL"); at != std::string::npos; at = text.find("URL")) text.replace(at, 3, url);
  return text;
}

std::string text_of(const std::string& file) {
  std::ifstream in{file};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("a stock Modbus master reads units over a serial line by functions 1 to 4") {
  const Folder folder;
  const Simulator simulator{{"replay", "--serial", folder.write("m.regs.txt", recording), folder.write("n.regs.txt", "[10]: 0x0001\n")}};
  const auto path = path_of(simulator.url(0));
  CHECK(simulator.url(1) == "modbus-rtu://" + path + "/2?baud=19200&parity=even");
  {
    const Master master{path, 19200, 1};
    std::array<uint16_t, 2> words{};
    REQUIRE(modbus_read_registers(master.bus.get(), 10, 2, words.data()) == 2);
    CHECK(words == std::array<uint16_t, 2>{0x1234, 0xabcd});
    REQUIRE(modbus_read_input_registers(master.bus.get(), 11, 1, words.data()) == 1);
    CHECK(words[0] == 0xabcd);
    std::array<uint8_t, 3> bits{};
    REQUIRE(modbus_read_bits(master.bus.get(), 3, 3, bits.data()) == 3);
    CHECK(bits == std::array<uint8_t, 3>{1, 0, 1});
    REQUIRE(modbus_read_input_bits(master.bus.get(), 0, 2, bits.data()) == 2);
    CHECK((bits[0] == 0 && bits[1] == 1));
    CHECK(master.reads(11, 2) == -1);
    CHECK(errno == EMBXILADD);
    CHECK(modbus_write_register(master.bus.get(), 10, 5) == -1);
    CHECK(errno == EMBXILFUN);
  }
  const Master other{path, 19200, 2};
  CHECK(other.reads(10, 1) == 1);
  CHECK(simulator.writes_seen() == 1);
}

TEST_CASE("a line is silent for a unit that it does not have, for everybody's number and for a bad checksum") {
  const Unit unit;
  const auto peer = ModbusPeer::line(unit.link);
  auto spoilt = unit.question;
  spoilt.back() = static_cast<char>(spoilt.back() ^ 1);
  for (const auto& request : {rtu({9, 3, 0, 10, 0, 1}), rtu({0, 3, 0, 10, 0, 1}), spoilt}) {
    peer.send(request);
    CHECK(peer.receive_until_silence(200ms).empty());
  }
  peer.send(unit.question);
  CHECK(peer.receive(9) == unit.right);
}

TEST_CASE("a unit identifies itself over the line") {
  const Unit unit;
  const auto peer = ModbusPeer::line(unit.link);
  peer.send(rtu({1, 0x2b, 14, 4, 0}));
  CHECK(peer.receive(16) == rtu({1, 0x2b, 14, 4, 0x83, 0, 0, 1, 0, 4, 'A', 'c', 'm', 'e'}));
}

TEST_CASE("bytes take their time on the line, in both directions") {
  const Folder folder;
  std::string registers;
  for (int i = 0; i < 50; ++i) registers += "[" + std::to_string(i) + "]: 0x0001\n";
  const Simulator simulator{{"replay", "--serial", "--baud", "4800", folder.write("m.regs.txt", registers)}};
  const Master master{path_of(simulator.url(0)), 4800, 1};
  const auto begun = std::chrono::steady_clock::now();
  CHECK(master.reads(0, 50) == 50);
  constexpr auto characters = 8 + 5 + 2 * 50;
  CHECK(std::chrono::steady_clock::now() - begun >= characters * 11 * 1'000'000us / 4800);
}

TEST_CASE("on a line an answer has a bad checksum, another unit or function, an echo before it") {
  const Unit unit;
  CHECK(unit.answer(9) == unit.right);
  CHECK_FALSE(has_fitting_crc(unit.answer_under("bad_crc", 9)));
  const auto other_unit = unit.answer_under("wrong_source", 9);
  CHECK((has_fitting_crc(other_unit) && other_unit[0] != 1));
  const auto other_function = unit.answer_under("wrong_id", 9);
  CHECK((has_fitting_crc(other_function) && other_function[0] == 1 && other_function[1] != 3));
  CHECK(unit.answer_under("echo", 17) == unit.question + unit.right);
  CHECK(unit.answer_under("exception code=11", 5) == rtu({1, 0x83, 11}));
  CHECK(unit.answer_under("busy", 5) == rtu({1, 0x83, 6}));
  CHECK(unit.answer_under("byte_count", 9)[2] == 5);
  CHECK(unit.answer_under("data_size", 7) == rtu({1, 3, 2, 0x12, 0x34}));
  CHECK(unit.answer_under("merged", 18) == unit.right + unit.right);
  CHECK(unit.answer_under("duplicate", 18) == unit.right + unit.right);
  CHECK(unit.answer_under("nan", 9) == rtu({1, 3, 4, 0x7f, 0xff, 0x7f, 0xff}));
  CHECK(unit.answer(9) == unit.right);
}

TEST_CASE("on a line an answer drips, pauses or is late, and its neighbour answers meanwhile") {
  const Unit unit;
  const auto took = [&](const std::string& words) {
    const auto begun = std::chrono::steady_clock::now();
    CHECK(unit.answer_under(words, 9) == unit.right);
    return std::chrono::steady_clock::now() - begun;
  };
  CHECK(took("drip ms=20") >= 8 * 20ms);
  CHECK(took("gaps ms=150") >= 150ms);
  CHECK(took("late ms=150") >= 150ms);
  unit.fault("silent");
  const auto peer = ModbusPeer::line(unit.link);
  peer.send(unit.question);
  CHECK(peer.receive_until_silence(200ms).empty());
  peer.send(rtu({2, 3, 0, 10, 0, 1}));
  CHECK(peer.receive(7) == rtu({2, 3, 2, 0, 1}));
}

TEST_CASE("an adapter is unplugged: readers are hung up, and the line comes back under its name") {
  const Unit unit;
  const auto before = ModbusPeer::line(unit.link);
  unit.fault("unplugged");
  CHECK(before.is_hung_up());
  CHECK_FALSE(std::filesystem::exists(std::filesystem::symlink_status(unit.link)));
  std::ofstream{unit.link} << "taken";
  CHECK(unit.simulator.ctl("clear device/m").text == "{\"ok\":false,\"error\":\"" + unit.link + ": something stands there already\"}\n");
  std::filesystem::remove(unit.link);
  REQUIRE(unit.simulator.ctl("clear device/m").text == ok);
  CHECK(unit.answer(9) == unit.right);
  CHECK(unit.simulator.ctl("fault device/m kind=mbap_length").text == "{\"ok\":false,\"error\":\"only Modbus TCP has such a header\"}\n");
  CHECK(unit.simulator.ctl("fault device/m kind=refused").text == "{\"ok\":false,\"error\":\"a serial line has no connections\"}\n");
}

TEST_CASE("a rack's units share a line, follow its power, and renew their registers no oftener than they refresh") {
  const Folder folder;
  const auto line = folder.path("shelf");
  const auto site = folder.path("site.yaml");
  const Simulator simulator{
      {"run", folder.write("rack.yaml", shelf_at("modbus-rtu:///dev/ttyUSB9", "  device/u1: {link: " + line + ", turnaround: 2ms}\n")),
       "--site", site, "--contacts", folder.path("edges")}};
  CHECK(text_of(site).find("u2: {url: \"modbus-rtu://" + line + "/2?baud=115200&parity=even\"}") != std::string::npos);
  const auto is_set = [&](int unit, int bit) {
    const Master master{line, 115200, unit};
    std::array<uint8_t, 1> bits{};
    REQUIRE(modbus_read_input_bits(master.bus.get(), bit, 1, bits.data()) == 1);
    return bits[0] == 1;
  };
  const auto ac_ok = [&](int unit) { return is_set(unit, 0); };
  const auto dc_ok = [&](int unit) { return is_set(unit, 1); };
  CHECK((ac_ok(1) && ac_ok(2)));
  REQUIRE(simulator.ctl("fault device/u1 kind=frozen").text == ok);
  REQUIRE(simulator.ctl("fail feed/A").text == ok);
  CHECK(ac_ok(1));  // stuck
  REQUIRE(simulator.ctl("clear device/u1").text == ok);
  CHECK(comes_true([&] { return !ac_ok(1); }));
  REQUIRE(simulator.ctl("restore feed/A").text == ok);
  CHECK(comes_true([&] { return ac_ok(1) && dc_ok(1); }));  // it carries the shelf, and its units, again
  REQUIRE(simulator.ctl("fail pdu-b/outlet/3").text == ok);
  CHECK(comes_true([&] { return simulator.ctl("status").text.find("\"cab1/psu2\":{\"input\":false") != std::string::npos; }));
  CHECK(ac_ok(2));  // it looks once an hour
  CHECK(comes_true([&] { return text_of(folder.path("edges")).find("contact/ac1 open\n") != std::string::npos; }));
  CHECK(simulator.writes_seen() == 0);
}

TEST_CASE("a line with a master of its own carries requests and answers for who listens") {
  const Folder folder;
  const auto line = folder.path("shelf");
  const Simulator simulator{{"run", folder.write("rack.yaml", shelf_at("modbus-rtu://" + line, "  device/u2: {master: 5ms}\n"))}};
  const auto tap = ModbusPeer::line(line);
  std::string heard;
  const auto hears = [&](const std::string& bytes) {
    return comes_true([&] { return (heard += tap.receive_until_silence(1ms)).find(bytes) != std::string::npos; });
  };
  CHECK(hears(rtu({1, 2, 0, 0, 0, 4}) + rtu({1, 2, 1, 15})));
  CHECK(hears(rtu({2, 2, 0, 0, 0, 4}) + rtu({2, 2, 1, 15})));
  CHECK(simulator.ctl("status").text.find("\"lines\":{\"" + line + "\":{\"bytes_heard\":0,") != std::string::npos);
  tap.send("x");
  CHECK(comes_true([&] { return simulator.ctl("status").text.find("\"bytes_heard\":1,") != std::string::npos; }));
}

TEST_CASE("RTU frames travel over TCP as through a serial device server") {
  const Folder folder;
  const Simulator simulator{{"run", folder.write("rack.yaml", shelf_at("modbus-rtu://127.0.0.1:0"))}};
  INFO(simulator.url(2));
  CHECK(simulator.url(2).starts_with("modbus-rtu://127.0.0.1:"));
  const auto peer = ModbusPeer::tcp(simulator.port(2));
  peer.send(rtu({1, 2, 0, 0, 0, 3}) + rtu({2, 2, 0, 0, 0, 1}));
  CHECK(peer.receive(12) == rtu({1, 2, 1, 7}) + rtu({2, 2, 1, 1}));
  peer.send(rtu({9, 2, 0, 0, 0, 1}));  // nobody
  REQUIRE(simulator.ctl("fault device/u1 kind=bad_crc").text == ok);
  peer.send(rtu({1, 2, 0, 0, 0, 3}));
  CHECK_FALSE(has_fitting_crc(peer.receive(6)));
}

TEST_CASE("a line that cannot be is refused") {
  const Folder folder;
  const auto run = [&](const std::string& text) {
    return shell(std::string{HOLDUP_BIN_DIR} + "/hw-sim run " + folder.write("rack.yaml", text)).text;
  };
  auto two_speeds = shelf_at("modbus-rtu:///dev/ttyUSB9");
  two_speeds.replace(two_speeds.rfind("115200"), 6, "9600");
  CHECK(run(two_speeds) == "hw-sim run: devices.u2.url: one line has one speed, parity and stop; write those of u1\n");
  const auto taken = folder.write("taken", "a file");
  CHECK(run(shelf_at("modbus-rtu://" + taken)) == "hw-sim run: " + taken + ": something stands there already\n");
  CHECK(text_of(taken) == "a file");
}
