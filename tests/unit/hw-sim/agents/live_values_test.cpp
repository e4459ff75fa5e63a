#include "hw-sim/agents/live_values.hpp"

#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "hw-sim/power/world.hpp"

using namespace hwsim;
using namespace hwsim::agents;
using power::Quantity;

namespace {

DeviceTable table_of(const std::string& text) {
  ground::Problems problems;
  auto table = parse_device_table(text, "test.yaml", problems);
  for (const auto& problem : problems.all()) FAIL(problem.text());
  return table;
}

std::string shipped(const std::string& model) {
  std::ifstream in{std::string{HOLDUP_SOURCE_DIR} + "/hw-sim/agents/" + model + ".yaml"};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

power::Rack one_of_each() {
  power::Rack rack{.name = "r1", .feeds = {{.name = "A"}, {.name = "B"}}};
  rack.pdus = {{.name = "pdu-a", .feed = 0, .model = power::PduModel::apc_rpdu2},
               {.name = "pdu-b", .feed = 1, .model = power::PduModel::raritan_px3}};
  rack.loads = {{.name = "cab1",
                 .watts = 1000,
                 .supplies = {{.name = "psu1", .pdu = 0, .outlet = 3, .status = power::StatusUnit{.device = "u1"}},
                              {.name = "psu2", .pdu = 1, .outlet = 4, .status = power::StatusUnit{.device = "u2"}}}}};
  return rack;
}

struct Bench {
  power::World world{one_of_each(), 1};
  LiveDevice device(const std::string& name) {
    const auto index = *world.find_device(name);
    return {.name = name, .serial = "S1", .read = [this, index]() -> const power::Snapshot& { return world.read(index); }};
  }
  LiveObjects objects(const std::string& name, const std::string& model) {
    ground::Problems problems;
    LiveObjects made{table_of(shipped(model)), device(name), model, problems};
    for (const auto& problem : problems.all()) FAIL(problem.text());
    return made;
  }
  double measured(const std::string& name, Quantity quantity, std::string_view index = {}) {
    return *world.read(*world.find_device(name)).find(quantity, index);
  }
};

std::string at(const LiveObjects& objects, const std::string& oid) {
  const auto place = objects.find(*parse_oid(oid));
  return place < objects.size() ? objects.value(place) : "nothing";
}

std::string whole(double value) { return ber::integer(static_cast<std::int32_t>(std::lround(value))); }
std::string gauge(double value) { return ber::unsigned32(ber::Tag::gauge32, static_cast<std::uint32_t>(std::lround(value))); }

}  // namespace

TEST_CASE("the APC table shows the PDU's quantities in PowerNet-MIB's units") {
  Bench bench;
  const auto objects = bench.objects("pdu-a", "apc-rpdu2");
  const std::string rpdu2 = "1.3.6.1.4.1.318.1.1.26.";
  CHECK(at(objects, "1.3.6.1.2.1.1.2.0") == ber::object_id(*parse_oid("1.3.6.1.4.1.318.1.3.4.6")));
  CHECK(at(objects, "1.3.6.1.2.1.1.5.0") == ber::octets(ber::Tag::octets, "pdu-a"));
  CHECK(bench.measured("pdu-a", Quantity::phase_current, "1") > 1);
  CHECK(at(objects, rpdu2 + "6.3.1.5.1") == whole(bench.measured("pdu-a", Quantity::phase_current, "1") * 10));
  CHECK(at(objects, rpdu2 + "6.3.1.6.1") == whole(bench.measured("pdu-a", Quantity::phase_voltage, "1")));
  CHECK(at(objects, rpdu2 + "6.3.1.7.1") == whole(bench.measured("pdu-a", Quantity::phase_power, "1") / 10));
  CHECK(at(objects, rpdu2 + "6.3.1.4.1") == whole(2));
  CHECK(at(objects, rpdu2 + "4.3.1.9.1") == whole(bench.measured("pdu-a", Quantity::inlet_energy) / 360000));
  CHECK(at(objects, rpdu2 + "9.2.3.1.5.3") == whole(2));
  CHECK(at(objects, rpdu2 + "9.2.3.1.5.9") == "nothing");
  REQUIRE(bench.world.apply(power::Set{*ground::Element::parse("pdu-a/outlet/3"), {{power::Key::state, 0}}}));
  bench.world.advance(bench.world.now() + std::chrono::seconds{3});
  CHECK(at(objects, rpdu2 + "9.2.3.1.5.3") == whole(1));
}

TEST_CASE("the Raritan table gives each sensor its digits, and a value with so many of them") {
  Bench bench;
  const auto objects = bench.objects("pdu-b", "raritan-px3");
  const std::string pdu2 = "1.3.6.1.4.1.13742.6.";
  CHECK(at(objects, pdu2 + "3.3.4.1.7.1.1.1") == gauge(3));
  CHECK(at(objects, pdu2 + "5.2.3.1.4.1.1.1") == gauge(bench.measured("pdu-b", Quantity::inlet_current) * 1000));
  CHECK(at(objects, pdu2 + "5.2.3.1.6.1.1.4") == whole(bench.measured("pdu-b", Quantity::inlet_voltage)));
  CHECK(at(objects, pdu2 + "5.2.3.1.4.1.1.8") == gauge(bench.measured("pdu-b", Quantity::inlet_energy) / 3600));
  CHECK(at(objects, pdu2 + "5.4.3.1.4.1.4.1") == gauge(bench.measured("pdu-b", Quantity::outlet_current, "4") * 1000));
  CHECK(at(objects, pdu2 + "5.4.3.1.3.1.4.14") == whole(7));
  CHECK(at(objects, pdu2 + "5.4.3.1.6.1.4.8") == "nothing");
}

TEST_CASE("the supply's registers are scaled, and its flags tell a lost input from a failed converter") {
  Bench bench;
  const LiveRegisters unit{table_of(shipped("orv3-psu")), bench.device("u1")};
  const auto read = [&](std::uint16_t address) { return unit.read(Bank::holding_registers, address); };
  const auto flag = [&](std::uint16_t address) { return read(address).value() & 0x100; };
  CHECK(read(8).value() == ('O' << 8 | 'R'));
  CHECK(read(24).value() == ('S' << 8 | '1'));
  CHECK(read(25).value() == 0);
  CHECK(read(67).value() == std::lround(bench.measured("u1", Quantity::fan_speed, "0")));
  CHECK(read(88).value() == std::lround(bench.measured("u1", Quantity::supply_input_voltage) * 64));
  CHECK(read(82).value() == std::lround(bench.measured("u1", Quantity::supply_output_power) * 8));
  const auto uptime = std::lround(bench.measured("u1", Quantity::uptime));
  CHECK((read(54).value() << 16 | read(55).value()) == uptime);
  CHECK_FALSE(read(58));
  CHECK(flag(61) == 0);
  CHECK(flag(62) == 0);
  SECTION("input lost: AC_Not_OK and a low output, no failed converter") {
    REQUIRE(bench.world.apply(power::Fail{*ground::Element::parse("feed/A")}));
    bench.world.advance(bench.world.now() + std::chrono::seconds{2});
    CHECK(flag(61) != 0);
    CHECK(flag(62) == 0);
    CHECK((read(62).value() & 1) == 1);
  }
  SECTION("output failed with its input good: DCDC_Fail") {
    REQUIRE(bench.world.apply(power::Fail{*ground::Element::parse("cab1/psu1")}));
    bench.world.advance(bench.world.now() + std::chrono::seconds{2});
    CHECK(flag(61) == 0);
    CHECK(flag(62) != 0);
  }
}

TEST_CASE("a unit has its good signals as discrete inputs and coils, its values as input registers, and says who it is") {
  Bench bench;
  const LiveRegisters unit{table_of(shipped("shelf-psu")), bench.device("u1")};
  CHECK(unit.read(Bank::discrete_inputs, 0) == 1);
  CHECK(unit.read(Bank::coils, 1) == 0);
  CHECK(unit.read(Bank::input_registers, 0) == std::lround(bench.measured("u1", Quantity::supply_input_voltage) * 10));
  CHECK_FALSE(unit.read(Bank::holding_registers, 10));
  CHECK(unit.identification().at(6) == "u1");
  REQUIRE(bench.world.apply(power::Fail{*ground::Element::parse("feed/A")}));
  bench.world.advance(bench.world.now() + std::chrono::seconds{2});
  CHECK(unit.read(Bank::discrete_inputs, 0) == 0);
  CHECK(unit.read(Bank::coils, 1) == 1);
}

TEST_CASE("a broken device table is refused with line, key and mend") {
  const auto* text = GENERATE("model: x\n", "model: x\nobjects: [{oid: 1.3, measures: volts}]\n", "model: x\nobjects: [{oid: 1.3}]\n",
                              "model: x\nregisters: [{at: 70000, number: 1}]\n", "model: x\nregisters: [{at: 1, number: 1, text: a}]\n",
                              "model: x\nregisters: [{at: 1, number: 1, tmies: 3}]\n", "objects: [{oid: 1.3, text: a}]\n");
  ground::Problems problems;
  (void)parse_device_table(text, "x.yaml", problems);
  REQUIRE_FALSE(problems.ok());
  CHECK(problems.all().front().text().starts_with("x.yaml:"));
}

TEST_CASE("the battery unit's table shows that it carries, in the map's registers") {
  auto rack = one_of_each();
  rack.loads[0].batteries = {{.name = "bbu1", .status = power::Card{.device = "b1"}}};
  power::World world{rack, 1};
  const auto index = *world.find_device("b1");
  const LiveRegisters registers{table_of(shipped("orv3-bbu")),
                                {.name = "b1", .serial = "S1", .read = [&]() -> const power::Snapshot& { return world.read(index); }}};
  const auto at = [&](std::uint16_t address) { return registers.read(Bank::holding_registers, address).value(); };
  CHECK((at(107) == 0 && at(108) == (128 | 32) && at(126) == 100));
  CHECK(at(147) == std::lround(*world.read(index).find(Quantity::bus_voltage) * 1000));
  for (const char* feed : {"feed/A", "feed/B"}) REQUIRE(world.apply(power::Fail{.element = *ground::Element::parse(feed), .phase = {}}));
  world.advance(ground::Instant{std::chrono::seconds{60}});
  CHECK((at(107) == 2 && at(108) == (128 | 64)));
  CHECK(static_cast<std::int16_t>(at(129)) < -1000);
}

TEST_CASE("the poles of a PDU's inlet are there where it has several phases, the neutral as the fourth of them") {
  const auto pole = [](power::System system, const std::string& rest) {
    auto rack = one_of_each();
    rack.system = system;
    power::World world{rack, 1};
    const auto index = *world.find_device("pdu-b");
    ground::Problems problems;
    const LiveObjects objects{table_of(shipped("raritan-px3")),
                              {.name = "pdu-b", .serial = "S1", .read = [&]() -> const power::Snapshot& { return world.read(index); }},
                              "raritan-px3",
                              problems};
    for (const auto& problem : problems.all()) FAIL(problem.text());
    return at(objects, "1.3.6.1.4.1.13742.6." + rest);
  };
  CHECK(pole(power::System::single_phase, "3.3.5.1.1.1.1.1") == "nothing");
  CHECK(pole(power::System::single_phase, "5.2.4.1.4.1.1.4.1") == "nothing");
  CHECK(pole(power::System::wye, "3.3.5.1.1.1.1.4") == ber::integer(4));
  CHECK(pole(power::System::wye, "5.2.4.1.4.1.1.4.1") != "nothing");
  CHECK(pole(power::System::wye, "5.2.4.1.4.1.1.3.4") != "nothing");
}

TEST_CASE("a plant's controller tells its battery's resistance, and the loss of its input") {
  auto rack = one_of_each();
  rack.system = power::System::dc;
  for (auto& feed : rack.feeds) feed.nominal_volts = 48, feed.frequency_hertz = 0;
  rack.upses = {{.name = "p1", .model = power::UpsModel::ccpower, .feeds = {0}, .rated_watts = 1500, .card = {.device = "p1-card"}}};
  power::World world{rack, 1};
  const auto index = *world.find_device("p1-card");
  ground::Problems problems;
  const LiveObjects objects{table_of(shipped("ccpower-commander")),
                            {.name = "p1-card", .serial = "S1", .read = [&]() -> const power::Snapshot& { return world.read(index); }},
                            "ccpower-commander",
                            problems};
  for (const auto& problem : problems.all()) FAIL(problem.text());
  const auto told = [&](const char* rest) { return at(objects, std::string{"1.3.6.1.4.1.18642.1.2."} + rest); };
  CHECK(told("2.4.0") ==
        ber::integer(static_cast<std::int32_t>(std::lround(10000 * *world.read(index).find(Quantity::battery_resistance)))));
  CHECK(told("4.5.0") == ber::integer(1));
  REQUIRE(world.apply(power::Fail{.element = *ground::Element::parse("ups/p1/input"), .phase = {}}));
  world.advance(ground::Instant{std::chrono::seconds{30}});
  CHECK(told("4.5.0") == ber::integer(2));
}
