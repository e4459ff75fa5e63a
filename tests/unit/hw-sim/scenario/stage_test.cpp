#include "hw-sim/scenario/stage.hpp"

#include <cmath>

#include "catch.hpp"
#include "hw-sim/scenario/rack_file.hpp"

using namespace hwsim;
using namespace hwsim::scenario;
using namespace std::chrono_literals;
using holdup::ground::Instant;

namespace {

Stage stage() {
  holdup::ground::Problems problems;
  auto file = parse_rack(
      "rack: r\nfeeds: {A: {nominal_volts: 230}}\ndevices: {pdu-a: {url: 'snmp://192.0.2.1', feed: A}, unit: {url: "
      "'modbus://192.0.2.2/1'}}\n"
      "loads: {cab1: {supplies: {psu1: {cord: pdu-a/outlet/1, status: unit}}}}\n"
      "contacts: {ac: {source: gpiochip0/1, senses: ac_ok, of: cab1/psu1, common: wet}}\nsim: {cab1: {watts: 400}, pdu-a: {outlets: 2}}\n",
      "r.yaml", problems);
  REQUIRE(problems.ok());
  return Stage{std::move(file.rack), 1};
}

std::string perform(Stage& stage, std::string_view text) {
  const auto command = parse_command(text);
  REQUIRE(command.has_value());
  const auto done = stage.perform(*command);
  return done ? "ok" : done.error().what;
}

}  // namespace

TEST_CASE("commands in words reach the world") {
  Stage s = stage();
  CHECK(perform(s, "fail feed/A for=2s") == "ok");
  CHECK_FALSE(s.world().answers(0));
  CHECK_FALSE(s.fate(0).answered);
  CHECK(perform(s, "restore feed/A") == "ok");
  CHECK(perform(s, "set cab1 watts=300") == "ok");
  CHECK(s.world().load_watts(0) == 300);
  CHECK(perform(s, "status") == "ok");
  CHECK(perform(s, "maintenance cab1/psu1 for=30min") == "ok");
  CHECK(perform(s, "maintenance cab1/psu9") == "the rack has no cab1/psu9");
  CHECK(perform(s, "fail feed/B") == "the rack has no feed/B, did you mean feed/A?");
}

TEST_CASE("faults hit answers, registers or the agent, each by its kind") {
  Stage s = stage();
  CHECK(perform(s, "fault device/unit kind=silent") == "ok");
  CHECK_FALSE(s.fate(1).answered);
  CHECK(s.fate(0).answered);
  CHECK(perform(s, "clear device/unit") == "ok");
  CHECK(s.fate(1).answered);
  CHECK(perform(s, "fault device/unit kind=frozen") == "ok");
  CHECK(s.world().registers(1) == power::Registers::frozen);
  CHECK(perform(s, "clear device/unit kind=zeros") == "ok");  // another kind
  CHECK(s.world().registers(1) == power::Registers::frozen);
  CHECK(perform(s, "clear device/unit kind=frozen") == "ok");
  CHECK(s.world().registers(1) == power::Registers::live);
  CHECK(perform(s, "fault device/pdu-a kind=reboot ms=100") == "ok");
  CHECK_FALSE(s.fate(0).answered);
  s.world().advance(Instant{100ms});
  CHECK(s.fate(0).answered);
  CHECK(perform(s, "fault device/unti kind=silent") == "the rack has no device/unti, did you mean device/unit?");
  CHECK(perform(s, "clear device/zzzzzz") == "the rack has no device/zzzzzz");
}

TEST_CASE("a network switch that fails, or hangs on a dark outlet, leaves what is reached through it unheard") {
  holdup::ground::Problems problems;
  auto file = parse_rack(
      "rack: r\nfeeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}\nswitches: {sw1: {cords: [pdu-a/outlet/8]}}\n"
      "devices: {pdu-a: {url: 'snmp://192.0.2.1', feed: A, via: switch/sw2}, pdu-b: {url: 'snmp://192.0.2.2', feed: B, via: switch/sw1}}\n"
      "loads: {l: {needs_watts: 9, supplies: {p: {cord: pdu-a/outlet/1}}}}\n",
      "r.yaml", problems);
  REQUIRE(problems.ok());
  Stage s{std::move(file.rack), 1};
  CHECK(perform(s, "fail switch/sw1") == "ok");
  CHECK((s.fate(0).answered && !s.fate(1).answered));
  CHECK(perform(s, "restore switch/sw1") == "ok");
  CHECK(s.fate(1).answered);
  CHECK(perform(s, "fail feed/A") == "ok");  // sw1 hangs on it
  CHECK_FALSE(s.fate(1).answered);
  CHECK(perform(s, "restore feed/A") == "ok");
  CHECK(s.fate(1).answered);
  CHECK(perform(s, "fail switch/sw2 for=2s") == "ok");
  s.world().advance(Instant{1s});
  CHECK_FALSE(s.fate(0).answered);
  s.world().advance(Instant{20s});
  CHECK(s.fate(0).answered);
  CHECK(perform(s, "fail switch/sw3") == "the rack has no switch/sw3");
}

TEST_CASE("a fault without a length of its own may say how long it lasts") {
  Stage s = stage();
  CHECK(perform(s, "fault device/unit kind=silent ms=2000") == "ok");
  CHECK(perform(s, "fault device/pdu-a kind=frozen ms=3000") == "ok");
  s.world().advance(Instant{1s});
  CHECK_FALSE(s.fate(1).answered);
  CHECK(s.world().registers(0) == power::Registers::frozen);
  s.world().advance(Instant{2s});
  CHECK(s.fate(1).answered);
  s.world().advance(Instant{3s});
  CHECK(s.fate(0).answered);
  CHECK(s.world().registers(0) == power::Registers::live);
}

TEST_CASE("contacts fail alone or with their chip, what talks does not fail") {
  Stage s = stage();
  const auto closed = [&] { return s.world().front(0).closed(); };
  REQUIRE(closed());
  for (const char* element : {"contact/ac", "gpiochip/gpiochip0", "contact/wet"}) {
    CHECK(perform(s, std::string{"fail "} + element) == "ok");
    CHECK_FALSE(closed());
    CHECK(perform(s, std::string{"restore "} + element) == "ok");
    CHECK(closed());
  }
  CHECK(perform(s, "fault contact/wet kind=broken") == "ok");
  CHECK_FALSE(closed());
  CHECK(perform(s, "clear contact/wet") == "ok");
  CHECK(closed());
  CHECK(perform(s, "fail gpiochip/gpiochip7") == "the rack has no gpiochip/gpiochip7");
  CHECK(perform(s, "fail device/unit") == "fail and restore take the part, fault and clear what talks: device/unit");
}

TEST_CASE("single registers lie until they are corrected") {
  Stage s = stage();
  const auto shown = [&](power::Quantity quantity, const char* index = "") { return s.world().read(0).find(quantity, index).value(); };
  CHECK(perform(s, "fault device/pdu-a kind=frozen point=outlet_current:1") == "ok");
  const double before = shown(power::Quantity::outlet_current, "1"), volts = shown(power::Quantity::inlet_voltage);
  s.world().advance(Instant{10s});
  CHECK(shown(power::Quantity::outlet_current, "1") == before);
  CHECK(shown(power::Quantity::inlet_voltage) != volts);
  CHECK(perform(s, "fault device/pdu-a kind=reversed") == "ok");
  CHECK(shown(power::Quantity::inlet_power) < -300);
  CHECK(shown(power::Quantity::inlet_current) > 1);
  CHECK(perform(s, "fault device/pdu-a kind=scaled ratio=2 point=outlet_power:1") == "ok");
  CHECK(std::abs(shown(power::Quantity::outlet_power, "1")) > 800);
  CHECK(perform(s, "clear device/pdu-a kind=reversed") == "ok");
  CHECK(shown(power::Quantity::inlet_power) > 300);
  CHECK(perform(s, "clear device/pdu-a") == "ok");
  CHECK(shown(power::Quantity::outlet_power, "1") < 500);
  CHECK(shown(power::Quantity::outlet_current, "1") != before);
  CHECK(perform(s, "fault device/unit kind=zeros point=outlet_current") == "device/unit measures no outlet_current");
  CHECK(perform(s, "fault device/pdu-a kind=zeros point=outlet_current:3") == "device/pdu-a measures no outlet_current:3");
}

TEST_CASE("an agent that warms up tells 0, and another device at the same address counts anew") {
  Stage s = stage();
  const auto shown = [&](power::Quantity quantity) { return s.world().read(0).find(quantity).value(); };
  s.world().advance(Instant{5s});
  CHECK(perform(s, "fault device/pdu-a kind=warming ms=3000") == "ok");
  CHECK(shown(power::Quantity::inlet_voltage) == 0);
  CHECK(shown(power::Quantity::uptime) > 1000);
  s.world().advance(Instant{9s});
  CHECK(shown(power::Quantity::inlet_voltage) > 200);
  CHECK(perform(s, "fault device/pdu-a kind=reboot ms=1000") == "ok");
  s.world().advance(Instant{11s});
  CHECK(shown(power::Quantity::inlet_voltage) == 0);
  CHECK(perform(s, "clear device/pdu-a") == "ok");
  CHECK(shown(power::Quantity::inlet_energy) > 1e6);
  CHECK(perform(s, "fault device/pdu-a kind=replaced ms=1000") == "ok");
  CHECK_FALSE(s.fate(0).answered);
  s.world().advance(Instant{22s});
  CHECK(shown(power::Quantity::inlet_energy) == Approx(430 * 10).epsilon(0.1));
  CHECK(shown(power::Quantity::uptime) == Approx(10).margin(1));
}

TEST_CASE("faults of contacts lie on their wires until cleared") {
  Stage s = stage();
  CHECK(perform(s, "fault contact/ac kind=broken") == "ok");
  CHECK_FALSE(s.world().contact_closed(0));
  CHECK(perform(s, "clear contact/ac kind=broken") == "ok");
  CHECK(s.world().contact_closed(0));
  CHECK(s.world().take_edges().size() == 2);
  CHECK(perform(s, "fault contact/dc kind=eft") == "the rack has no contact/dc");
}

TEST_CASE("the elements of status are written in the rack's order") {
  Stage s = stage();
  CHECK(perform(s, "fail cab1/psu1") == "ok");
  holdup::ground::JsonWriter json;
  write_elements(s.world(), json);
  CHECK(json.text() == R"({"feed/A":{"live":true,"volts":[230]},)"
                       R"("pdu-a":{"live":true,"watts":12,"amperes":0.05323868677905945},)"
                       R"("pdu-a/outlet/1":{"state":"on","volts":230},"pdu-a/outlet/2":{"state":"on","volts":230},)"
                       R"("cab1":{"live":false,"watts":400},)"
                       R"("cab1/psu1":{"input":true,"output":false,"input_volts":230,"input_watts":4,"output_watts":0,"fan_rpm":9000},)"
                       R"("contact/ac":{"closed":true,"edges":0},"device/pdu-a":{"answers":true},"device/unit":{"answers":false}})");
}
