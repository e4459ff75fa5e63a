#include <map>

#include "tests/unit/collector/detect/rig.hpp"

using namespace holdup;
using namespace holdup::detect;
using namespace holdup::detect::test;
using enum holdup::detect::Standing::Of;

namespace {

/// What was said last of supplies and loads: "psu1" is supply 0, the load is 0.
struct Told {
  std::map<std::pair<Standing::Of, Index>, std::optional<bool>> all;

  void hear(Rig& rig) {
    for (const auto& one : rig.detector().take_standings()) all[{one.of, one.index}] = one.good;
  }
  [[nodiscard]] std::optional<bool> of(Standing::Of what, Index index = 0) const { return all.at({what, index}); }
};

std::string with_needs(std::string site, const std::string& needs) { return site.insert(site.find("sharing:"), needs); }

}  // namespace

TEST_CASE("a supply stands on and its load redundant while both are seen good, and neither while one is lost, until it is proven back") {
  Rig rig{with_needs(two_feeds, "needs_watts: 500\n    ")};
  Told said;
  rig.run(5s), said.hear(rig);
  CHECK(said.of(supply_on, 0) == true);
  CHECK(said.of(supply_on, 1) == true);
  CHECK(said.of(path) == true);
  CHECK(said.of(module) == true);

  rig.ac("unit1", 0), rig.run(500ms), said.hear(rig);
  CHECK(said.of(supply_on, 0) == false);
  CHECK(said.of(supply_on, 1) == true);
  CHECK(said.of(path) == false);

  rig.ac("unit1", 1), rig.run(1s), said.hear(rig);
  CHECK(said.of(supply_on, 0) == false);  // not for long enough yet
  rig.run(10s), said.hear(rig);
  CHECK(said.of(supply_on, 0) == true);
  CHECK(said.of(path) == true);
}

TEST_CASE("one answer that is lost leaves a supply on, silence leaves it untold and the redundancy of its load, too") {
  Rig rig{two_feeds};
  Told said;
  rig.run(5s), rig.silent("unit1"), rig.run(500ms), said.hear(rig);
  CHECK(said.of(supply_on, 0) == true);
  rig.run(10s), said.hear(rig);
  CHECK_FALSE(said.of(supply_on, 0));
  CHECK_FALSE(said.of(path));
  CHECK(said.of(supply_on, 1) == true);
  rig.back("unit1"), rig.run(10s), said.hear(rig);
  CHECK(said.of(supply_on, 0) == true);
  CHECK(said.of(path) == true);
}

TEST_CASE("what is lost above a supply takes it, unless its own unit says otherwise") {
  Rig rig{pdus_only};
  Told said;
  rig.run(5s), said.hear(rig);
  CHECK(said.of(path) == true);
  rig.volts("pdu-a", 0), rig.outlet_watts("pdu-a", 0), rig.outlet_watts("pdu-b", 600), rig.run(5s), said.hear(rig);
  REQUIRE(rig.open(Verdict::pdu_dark, "pdu-a") != "");
  CHECK(said.of(supply_on, 0) == false);
  CHECK(said.of(path) == false);
  CHECK_FALSE(said.all.contains({module, 0}));  // nobody says what the load needs
}

TEST_CASE("a load on one feed has nothing that is redundant") {
  auto text = pdus_only;
  text.replace(text.find("pdu-b: {url: snmp://192.0.2.3, feed: B"), 38, "pdu-b: {url: snmp://192.0.2.3, feed: A");
  Rig rig{text};
  Told said;
  rig.run(5s), said.hear(rig);
  CHECK(said.of(supply_on, 1) == true);
  CHECK(said.of(path) == false);
}
