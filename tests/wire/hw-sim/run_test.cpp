#include <modbus/modbus.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <memory>
#include <regex>
#include <sstream>
#include <string>

#include "catch.hpp"
#include "wire/hw-sim/peer_program.hpp"
#include "wire/hw-sim/simulator.hpp"

using wire::comes_true;
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

const char* const every_model = R"(rack: bench
system: 1ph
feeds:
  A: {nominal_volts: 230, upstream: {ups: u1}}
  B: {nominal_volts: 230, upstream: {ups: u2}}
devices:
  pdu-a: {url: snmp://192.0.2.1, feed: A}
  pdu-b: {url: snmp://192.0.2.2, feed: B}
  pdu-c: {url: snmp://192.0.2.3, feed: A}
  pdu-d: {url: snmp://192.0.2.4, feed: B}
  pdu-e: {url: snmp://192.0.2.5, feed: B}
  u1-card: {url: snmp://192.0.2.6}
  u2-card: {url: snmp://192.0.2.7}
  t1-card: {url: snmp://192.0.2.8}
  cab1-array: {url: snmp://192.0.2.9}
  cab2-array: {url: snmp://192.0.2.10}
loads:
  cab1: {needs_watts: 800, supplies: {psu1: {cord: pdu-a/outlet/1}, psu2: {cord: pdu-b/outlet/1}}}
  cab2: {needs_watts: 600, supplies: {psu1: {cord: pdu-d/outlet/2}, psu2: {cord: pdu-e/outlet/2}}}
  srv1: {needs_watts: 300, supplies: {psu1: {cord: pdu-c/outlet/3}}}
sim:
  pdu-a: {model: raritan-px2}
  pdu-b: {model: eaton-epdu}
  pdu-c: {model: sentry4}
  pdu-d: {model: apc-rpdu2}
  pdu-e: {model: raritan-px3}
  ups/u1: {card: u1-card, runtime: 10min, rated_watts: 3000, refresh: 100ms}
  ups/u2: {card: u2-card, model: apc-ups}
  ats/t1: {card: t1-card, carries: pdu-c, alternate: B, refresh: 100ms}
  cab1: {card: cab1-array, disks: 4, refresh: 100ms}
  cab2: {card: cab2-array, model: infortrend, refresh: 100ms}
)";

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

TEST_CASE("every model is walked by a stock snmpbulkwalk, and read right by holdup") {
  const Folder folder;
  const Simulator simulator{{"run", folder.write("rack.yaml", every_model)}};
  const auto probe = [&](std::size_t device) { return shell(std::string{HOLDUP_BIN_DIR} + "/holdup probe " + simulator.url(device)).text; };
  const auto says = [&](std::size_t device, const std::string& what) {
    INFO(probe(device));
    CHECK(std::regex_search(probe(device), std::regex{what}));
  };
  for (std::size_t device = 0; device < 10; ++device) {
    const auto walked = shell("snmpbulkwalk -v2c -c public -On -t 10 " + simulator.host_port(device) + " .1.3.6.1");
    INFO(walked.text);
    CHECK(walked.exit_code == 0);
    CHECK(std::count(walked.text.begin(), walked.text.end(), '\n') > 15);
  }
  says(0, "Raritan PX2-5493 .*profile raritan-px\n");
  says(1, "Eaton EPDU MA .*profile eaton-epdu\n");
  says(2, "profile servertech-sentry4\n");
  for (std::size_t pdu = 0; pdu < 5; ++pdu) says(pdu, "rack_power_watts +[34][0-9][0-9] ");
  for (std::size_t pdu = 0; pdu < 5; ++pdu) says(pdu, "rack_voltage_volts +2(29|30|31)[. ]");
  says(5, "profile rfc1628-ups\n");
  says(5, "Output source +rack_state_code +normal");
  says(6, "profile apc-ups\n");
  says(7, "atsFullyRedundant");
  says(8, "profile dell-equallogic\n");
  says(9, "Write cache +rack_state_code +writeBack");
}

TEST_CASE("a UPS goes on battery, a transfer switch transfers, a cabinet tells what failed in it") {
  const Folder folder;
  const Simulator simulator{{"run", folder.write("rack.yaml", every_model)}};
  const auto reads = [&](std::size_t device, const std::string& oid, const std::string& value) {
    return comes_true([&] { return shell("snmpget -v2c -c public -Oqv " + simulator.host_port(device) + " " + oid).text == value + "\n"; });
  };
  for (const char* command : {"fail ups/u1/input", "fail cab1/controller/1", "fail cab1/disk/2", "set cab1/bbu1 charge=0.2",
                              "fail pdu-b/outlet/1", "fail cab2/bbu1"})
    CHECK(simulator.ctl(command).text == "{\"ok\":true}\n");
  CHECK(reads(5, ".1.3.6.1.2.1.33.1.4.1.0", "5"));
  CHECK(reads(8, ".1.3.6.1.4.1.12740.2.1.8.1.3.1.1.1", "1"));
  CHECK(reads(8, ".1.3.6.1.4.1.12740.2.1.8.1.3.1.1.2", "2"));  // no AC power
  CHECK(reads(8, ".1.3.6.1.4.1.12740.3.1.1.1.8.1.1.2", "3"));
  CHECK(reads(8, ".1.3.6.1.4.1.12740.4.1.1.1.9.1.1.2", "1"));  // the second controller leads
  CHECK(reads(8, ".1.3.6.1.4.1.12740.4.1.1.1.5.1.1.2", "5"));  // and its cache battery is low and charging
  CHECK(reads(8, ".1.3.6.1.4.1.12740.4.1.1.1.9.1.1.1", "No Such Instance currently exists at this OID"));
  CHECK(reads(9, ".1.3.6.1.4.1.1714.1.1.1.2.1.0", "0"));  // writes through
  CHECK(simulator.ctl("restore pdu-b/outlet/1").exit_code == 0);
  CHECK(simulator.ctl("fail cab1/psu2").exit_code == 0);
  CHECK(reads(8, ".1.3.6.1.4.1.12740.2.1.8.1.3.1.1.2", "3"));  // has AC, no DC
  CHECK(simulator.ctl("fail feed/A").exit_code == 0);
  CHECK(reads(7, ".1.3.6.1.4.1.318.1.1.8.5.1.2.0", "2"));
  CHECK(reads(7, ".1.3.6.1.4.1.318.1.1.8.5.1.3.0", "1"));
  CHECK(simulator.ctl("status").text.find("\"ats/t1\":{\"source\":2,\"transfers\":1}") != std::string::npos);
}

TEST_CASE("a timeline is performed at its times, as fast as told") {
  const Folder folder;
  const auto file = folder.write("rack.yaml", rack);
  const auto scenario = folder.write("s.yaml", "rack: rack.yaml\ntimeline:\n  - {at: 20s, do: \"fail feed/A\"}\n");
  const Simulator simulator{{"run", file, "--scenario", scenario, "--speed", "20"}};
  CHECK(comes_true([&] { return (read_register(simulator, 1, pfc_alarms) & ac_not_ok) != 0; }));
  CHECK(get(simulator, 0, ".1.3.6.1.2.1.1.2.0", "0.3").starts_with("Timeout"));
}

TEST_CASE("a supply that wears shows it in its registers, and another in its place has another serial number") {
  constexpr int input_power = 87, output_power = 82, serial = 24;
  const Folder folder;
  const Simulator simulator{{"run", folder.write("rack.yaml", rack)}};
  const auto efficiency = [&](int unit) {
    return double(read_register(simulator, unit, output_power)) / read_register(simulator, unit, input_power);
  };
  const auto number = [&](int unit) {
    std::string text;
    for (int at = serial; at < serial + 6; ++at) {
      const auto word = read_register(simulator, unit, at);
      for (const int octet : {word >> 8, word & 0xff})
        if (octet != 0) text += static_cast<char>(octet);
    }
    return text;
  };
  CHECK(number(1) == "SIM100003");
  CHECK(simulator.ctl("wear cab1/psu1 kind=efficiency life=1000d spent=0.95").text == "{\"ok\":true}\n");
  CHECK(comes_true([&] { return efficiency(1) < efficiency(2) - 0.03; }));
  CHECK(simulator.ctl("wear cab1/psu1 kind=battery life=40d").exit_code == 1);
  CHECK(simulator.ctl("replace cab1/psu1").text == "{\"ok\":true}\n");
  CHECK(
      comes_true([&] { return simulator.ctl("status").text.find("\"device/u1\":{\"answers\":true") != std::string::npos; }));  // it starts
  CHECK(comes_true([&] { return efficiency(1) > efficiency(2) - 0.02; }));
  CHECK(number(1) == "SIM100003-2");
  CHECK(number(2) == "SIM100004");
}

TEST_CASE("a rack file that cannot be played is refused with its problems") {
  const Folder folder;
  const auto file = folder.write("rack.yaml", std::string{rack} + "  pdu-c: {model: raritan-px9}\n");
  const auto output = shell(std::string{HOLDUP_BIN_DIR} + "/hw-sim run " + file);
  CHECK(output.exit_code == 1);
  CHECK(output.text.starts_with(file + ":"));
}
