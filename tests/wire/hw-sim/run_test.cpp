#include <modbus/modbus.h>

#include <array>
#include <chrono>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "catch.hpp"
#include "wire/hw-sim/simulator.hpp"

using wire::Folder;
using wire::shell;
using wire::Simulator;

namespace {

constexpr const char* rack =
    "rack: r1\n"
    "feeds:\n"
    "  A: {nominal_volts: 230}\n"
    "  B: {nominal_volts: 230}\n"
    "devices:\n"
    "  pdu-a: {url: snmp://192.0.2.11, feed: A}\n"
    "  pdu-b: {url: snmp://192.0.2.12, feed: B}\n"
    "  u1: {url: modbus://192.0.2.20/1}\n"
    "  u2: {url: modbus://192.0.2.20/2}\n"
    "loads:\n"
    "  cab1:\n"
    "    needs_watts: 1000\n"
    "    supplies:\n"
    "      psu1: {cord: pdu-a/outlet/3, status: u1, rated_watts: 3000}\n"
    "      psu2: {cord: pdu-b/outlet/3, status: u2, rated_watts: 3000}\n"
    "sim:\n"
    "  pdu-a: {model: apc-rpdu2}\n"
    "  pdu-b: {model: raritan-px3}\n";

constexpr int pfc_alarms = 61;
constexpr int ac_not_ok = 0x100;

std::string get(const Simulator& simulator, std::size_t device, const std::string& oid, const std::string& patience = "10") {
  return shell("snmpget -v2c -c public -Oqv -t " + patience + " -r 0 " + simulator.host_port(device) + " " + oid).text;
}

int read_register(const Simulator& simulator, int unit, int address) {
  const std::unique_ptr<modbus_t, decltype(&modbus_free)> bus{modbus_new_tcp("127.0.0.1", simulator.port(2)), modbus_free};
  modbus_set_slave(bus.get(), unit);
  modbus_set_response_timeout(bus.get(), 10, 0);
  uint16_t word = 0;
  REQUIRE(modbus_connect(bus.get()) == 0);
  const int read = modbus_read_registers(bus.get(), address, 1, &word);
  modbus_close(bus.get());
  REQUIRE(read == 1);
  return word;
}

// Asks until it holds, ten seconds at most.
template <class Holds>
bool comes_true(Holds holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (std::chrono::steady_clock::now() < deadline)
    if (holds()) return true;
  return false;
}

}  // namespace

TEST_CASE("a rack is played: its PDUs measure the load, a lost feed silences one and raises its supply's flag") {
  const Folder folder;
  const auto file = folder.write("rack.yaml", rack);
  const auto site = folder.path("site.yaml");
  const Simulator simulator{{"run", file, "--site", site, "--seed", "1"}};
  CHECK(get(simulator, 0, ".1.3.6.1.2.1.1.2.0").find("318.1.3.4.6") != std::string::npos);
  const auto watts_a = 10 * std::stoi(get(simulator, 0, ".1.3.6.1.4.1.318.1.1.26.6.3.1.7.1"));
  const auto watts_b = std::stoi(get(simulator, 1, ".1.3.6.1.4.1.13742.6.5.2.3.1.4.1.1.5"));
  CHECK(watts_a > 450);
  CHECK(watts_a < 650);
  CHECK(watts_b > 450);
  CHECK(watts_b < 650);
  CHECK(simulator.port(2) == simulator.port(3));
  CHECK((read_register(simulator, 1, pfc_alarms) & ac_not_ok) == 0);

  REQUIRE(simulator.ctl("fail feed/A").text == "{\"ok\":true}\n");
  CHECK(comes_true([&] { return (read_register(simulator, 1, pfc_alarms) & ac_not_ok) != 0; }));
  CHECK((read_register(simulator, 2, pfc_alarms) & ac_not_ok) == 0);
  CHECK(get(simulator, 0, ".1.3.6.1.2.1.1.2.0", "0.3").starts_with("Timeout"));
  CHECK(comes_true([&] { return std::stoi(get(simulator, 1, ".1.3.6.1.4.1.13742.6.5.2.3.1.4.1.1.5")) > 900; }));
  REQUIRE(simulator.ctl("restore feed/A").text == "{\"ok\":true}\n");
  CHECK(comes_true([&] { return (read_register(simulator, 1, pfc_alarms) & ac_not_ok) == 0; }));

  const auto status = simulator.ctl("status").text;
  CHECK(status.starts_with("{\"ok\":true,\"time_s\":"));
  CHECK(status.find("\"elements\":{\"feed/A\":") != std::string::npos);
  CHECK(simulator.writes_seen() == 0);

  std::ifstream in{site};
  std::ostringstream text;
  text << in.rdbuf();
  CHECK(text.str().find("pdu-a: {url: " + simulator.url(0) + ", feed: A}") != std::string::npos);
  CHECK(text.str().find("u2: {url: " + simulator.url(3) + "}") != std::string::npos);
  CHECK(text.str().ends_with("pdu-b: {model: raritan-px3}\n"));
}

TEST_CASE("a timeline is performed at its times, as fast as told") {
  const Folder folder;
  const auto file = folder.write("rack.yaml", rack);
  const auto scenario = folder.write("s.yaml", "rack: rack.yaml\ntimeline:\n  - {at: 20s, do: \"fail feed/A\"}\n");
  const Simulator simulator{{"run", file, "--scenario", scenario, "--speed", "20"}};
  CHECK(comes_true([&] { return (read_register(simulator, 1, pfc_alarms) & ac_not_ok) != 0; }));
  CHECK(get(simulator, 0, ".1.3.6.1.2.1.1.2.0", "0.3").starts_with("Timeout"));
}

TEST_CASE("a rack file that cannot be played is refused with its problems") {
  const Folder folder;
  const auto file = folder.write("rack.yaml", std::string{rack} + "  pdu-c: {model: raritan-px9}\n");
  const auto output = shell(std::string{HOLDUP_BIN_DIR} + "/hw-sim run " + file);
  CHECK(output.exit_code == 1);
  CHECK(output.text.starts_with(file + ":"));
}
