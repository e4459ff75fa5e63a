#include "collector/incident/restoration.hpp"

#include "collector/incident/ledger.hpp"

#include "tests/unit/collector/detect/rig.hpp"

// The four lines of a restoration, from what devices tell.

using namespace holdup;
using namespace std::chrono_literals;
using incident::Proof;
using reading::Meaning;

namespace {

const std::string with_energy = R"(rack: r
feeds: {A: {nominal_volts: 230, upstream: {ups: u1}}, B: {nominal_volts: 230}}
ups: {u1: {status: u1-card}}
devices:
  u1-card: {url: snmp://192.0.2.9}
  pdu-a: {url: snmp://192.0.2.1, feed: A}
  pdu-b: {url: snmp://192.0.2.3, feed: B}
  unit1: {url: modbus://192.0.2.4/1}
  bbu: {url: modbus://192.0.2.4/3}
loads:
  cab1:
    batteries: {bbu1: {status: bbu}}
    supplies: {psu1: {cord: pdu-a/outlet/3, status: unit1}, psu2: {cord: pdu-b/outlet/3}}
)";

/// What each device tells; nothing else is known.
struct RestorationBench : incident::Eyes {
  site::Site site = detect::test::site_of(with_energy);
  incident::Notices notices;
  std::map<std::pair<std::string, Meaning>, std::pair<double, bool>> values;

  void tells(const std::string& device, Meaning means, double value, bool fresh = true) { values[{device, means}] = {value, fresh}; }
  [[nodiscard]] std::vector<incident::Told> of_device(site::Index device, Meaning means) const override {
    const auto at = values.find({site.devices[device].name, means});
    if (at == values.end()) return {};
    return {{.source = site.element_of_device(device), .point = "p", .value = at->second.first, .fresh = at->second.second}};
  }
  [[nodiscard]] std::vector<incident::Told> of_outlet(const site::Cord& cord, Meaning means) const override {
    return of_device(cord.pdu, means);
  }

  [[nodiscard]] std::optional<ground::Utc> carried(site::Index supply) const override {
    const auto at = carried_last.find(site.element_of_supply(supply).text());
    return at == carried_last.end() ? std::nullopt : std::optional{at->second};
  }
  std::map<std::string, ground::Utc> carried_last;

  [[nodiscard]] incident::Restoration restoration() const { return {site, *this, notices}; }
  [[nodiscard]] std::string inputs(const std::string& of) const { return restoration().inputs(*ground::Element::parse(of)).text(); }
  [[nodiscard]] std::string energy(const std::string& of) const { return restoration().stored_energy(*ground::Element::parse(of)).text(); }
  [[nodiscard]] std::string data(const std::string& of) const { return restoration().data_protection(*ground::Element::parse(of)).text(); }
};

}  // namespace

TEST_CASE("row 10: an input that is good is all the proof of what stands by, so the line tells when it last carried load") {
  RestorationBench bench;
  bench.tells("unit1", Meaning::supply_input_ok, 1);
  bench.tells("pdu-a", Meaning::outlet_current, 0);
  CHECK(bench.inputs("cab1/psu1") == "inputs: proven: cab1/psu1: carries nothing now, never seen carrying load");
  bench.carried_last["cab1/psu1"] = ground::Utc{std::chrono::hours{480'000}};
  CHECK(bench.inputs("cab1/psu1") == "inputs: proven: cab1/psu1: carries nothing now, carried load last at 2024-10-04T00:00:00.000Z");
  bench.tells("pdu-a", Meaning::outlet_current, 1.4);
  CHECK(bench.inputs("cab1/psu1") == "inputs: proven");
  bench.values.erase({"pdu-a", Meaning::outlet_current});
  bench.tells("unit1", Meaning::supply_output_power, 3);
  CHECK(bench.inputs("cab1/psu1") == "inputs: proven: cab1/psu1: carries nothing now, carried load last at 2024-10-04T00:00:00.000Z");
}

TEST_CASE("inputs are proven only when every supply of it was just seen good") {
  RestorationBench bench;
  CHECK(bench.inputs("cab1") == "inputs: not observed: cab1/psu1, cab1/psu2");
  bench.tells("unit1", Meaning::supply_input_ok, 1);
  CHECK(bench.inputs("cab1") == "inputs: not observed: cab1/psu2");
  bench.tells("pdu-b", Meaning::outlet_current, 1.4);
  CHECK(bench.inputs("cab1") == "inputs: proven");
  bench.tells("pdu-b", Meaning::outlet_current, 0.1);
  CHECK(bench.inputs("cab1") == "inputs: not observed: cab1/psu2: carries nothing now, never seen carrying load");
  bench.tells("unit1", Meaning::supply_input_ok, 0);
  CHECK(bench.inputs("cab1") == "inputs: not yet: cab1/psu1 reports no input");
  bench.tells("unit1", Meaning::supply_input_ok, 1, false);
  CHECK(bench.inputs("cab1/psu1").starts_with("inputs: not observed"));
}

TEST_CASE("a PDU's own inlet counts with the supplies on it") {
  RestorationBench bench;
  bench.tells("unit1", Meaning::supply_input_ok, 1);
  CHECK(bench.inputs("pdu-a") == "inputs: not observed: pdu-a");
  bench.tells("pdu-a", Meaning::input_voltage, 231);
  CHECK(bench.inputs("pdu-a") == "inputs: proven");
  bench.tells("pdu-a", Meaning::input_voltage, 110);
  CHECK(bench.inputs("pdu-a") == "inputs: not yet: pdu-a measures 110 V");
}

TEST_CASE("stored energy is back when the UPS and the batteries inside say so, hours after the lamps are green") {
  RestorationBench bench;
  CHECK(bench.energy("cab1") == "stored energy: not observed: ups/u1, cab1/bbu1");
  bench.tells("u1-card", Meaning::battery_charge, 0.43);
  CHECK(bench.energy("cab1") == "stored energy: not yet: ups/u1 at 43 %");
  CHECK(bench.energy("feed/A").starts_with("stored energy: not yet"));
  bench.tells("u1-card", Meaning::battery_charge, 0.97);
  CHECK(bench.energy("cab1") == "stored energy: not observed: cab1/bbu1");
  bench.tells("bbu", Meaning::battery_ok, 1);
  CHECK(bench.energy("cab1") == "stored energy: proven");
  bench.tells("bbu", Meaning::battery_ok, 0);
  CHECK(bench.energy("cab1") == "stored energy: not yet: cab1/bbu1: its battery would not carry the load");
  bench.tells("u1-card", Meaning::ups_on_battery, 1);
  CHECK(bench.energy("cab1").find("ups/u1 runs from its battery") != std::string::npos);
}

TEST_CASE("data is protected when the cache writes back and holds nothing unsaved, where that is told") {
  RestorationBench bench;
  CHECK(bench.data("cab1") == "data protection: not observed");
  CHECK(bench.restoration().unobserved(*ground::Element::parse("cab1")).text() == "not observed: cache, controllers, LUN paths");
  bench.tells("unit1", Meaning::cache_write_back, 0);
  CHECK(bench.data("cab1") == "data protection: not yet: device/unit1: its cache writes through");
  CHECK(bench.restoration().unobserved(*ground::Element::parse("cab1")).text() == "not observed: controllers, LUN paths");
  bench.tells("unit1", Meaning::cache_write_back, 1);
  bench.tells("unit1", Meaning::unsaved_data, 1);
  CHECK(bench.data("cab1") == "data protection: not yet: device/unit1: its cache holds what is not on its disks");
  bench.tells("unit1", Meaning::unsaved_data, 0);
  CHECK(bench.data("cab1") == "data protection: proven");
}

TEST_CASE("a person's word stands where nothing was seen, and counts for nothing against what was") {
  RestorationBench bench;
  const incident::Moment moment{.now = ground::Instant{5s}, .utc_offset = 0s};
  incident::Ledger ledger{bench.site};
  const auto cab1 = *ground::Element::parse("cab1");
  for (const auto& event :
       ledger.tell(incident::note_of(incident::Attestation{.id = {}, .element = cab1, .by = "eve", .reason = "looked"}, moment), moment))
    bench.notices.fold(event, moment, incident::Notices::Boot::this_one);
  CHECK(bench.data("cab1") == "data protection: attested: by eve: looked");
  bench.tells("unit1", Meaning::cache_write_back, 0);
  CHECK(bench.restoration().data_protection(cab1).proof == Proof::not_yet);
  bench.tells("unit1", Meaning::cache_write_back, 1);
  CHECK(bench.restoration().data_protection(cab1).proof == Proof::proven);
}
