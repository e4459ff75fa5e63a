#include "collector/site/flow.hpp"

#include <cmath>

#include "catch.hpp"
#include "collector/site/site_file.hpp"

using namespace holdup;
using ground::Element;

namespace {

site::Site read(const std::string& text) {
  ground::Problems problems;
  auto site = site::parse(text, "r.yaml", {}, problems);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  REQUIRE(problems.ok());
  return site;
}

site::Flow lose(const site::Site& site, const char* element = nullptr) {
  site::Elements lost;
  if (element != nullptr) lost.insert(*Element::parse(element));
  return site::flow_without(site, lost, site::needed_watts(site));
}

double amperes(const site::Site& site, const site::Flow& flow, const std::string& element, int line = 0) {
  for (const auto& burden : site::burdens_of(site, flow))
    if (burden.element.text() == element && burden.line == line) return burden.amperes;
  return -1;
}

bool near(double is, double should) { return std::abs(is - should) < 0.01; }

const std::string two_feeds = R"(rack: r
feeds: {A: {nominal_volts: 230, rating_amperes: 32, upstream: {ups: u1}}, B: {nominal_volts: 230, rating_amperes: 32}}
ups: {u1: {rated_watts: 3000}}
ats: {t1: {carries: pdu-c, alternate: B}}
devices:
  pdu-a: {url: 'snmp://192.0.2.1', feed: A, banks: {1: {rating_amperes: 16, outlets: 1-8}, 2: {rating_amperes: 16, outlets: 9-16}}}
  pdu-b: {url: 'snmp://192.0.2.2', feed: B, rating_amperes: 16}
  pdu-c: {url: 'snmp://192.0.2.3', feed: A}
loads:
  cab1: {needs_watts: 2300, sharing: active, supplies: {psu1: {cord: pdu-a/outlet/1}, psu2: {cord: pdu-b/outlet/1}}}
  cab2: {needs_watts: 1150, sharing: standby, supplies: {psu1: {cord: pdu-a/outlet/9, rated_watts: 2000}, psu2: {cord: pdu-b/outlet/2, rated_watts: 2000}}}
  cab3: {needs_watts: 460, supplies: {psu1: {cord: pdu-c/outlet/1}}}
)";

std::string of_system(const std::string& system, double volts, const std::string& phase1, const std::string& phase2,
                      const std::string& phase3) {
  std::string text = "rack: r\nsystem: " + system + "\nfeeds: {A: {nominal_volts: " + std::to_string(volts) +
                     ", rating_amperes: 32}}\ndevices:\n  p:\n    url: snmp://192.0.2.1\n    feed: A\n    banks:\n";
  int bank = 0;
  std::string loads = "loads:\n";
  for (const auto& phase : {phase1, phase2, phase3}) {
    if (phase.empty()) continue;
    const auto n = std::to_string(++bank);
    text += "      " + n + ": {rating_amperes: 16, outlets: [" + n + "], phase: " + phase + "}\n";
    loads += "  l" + n + ": {needs_watts: 1200, supplies: {s: {cord: p/outlet/" + n + "}}}\n";
  }
  return text + loads;
}

}  // namespace

TEST_CASE("supplies that live share the load, standby ones leave it to the first") {
  const auto site = read(two_feeds);
  const auto whole = lose(site);
  CHECK(near(amperes(site, whole, "feed/A"), 5 + 5 + 2));
  CHECK(near(amperes(site, whole, "feed/B"), 5));
  CHECK(near(amperes(site, whole, "pdu-a/bank/1"), 5));
  CHECK(near(amperes(site, whole, "pdu-a/bank/2"), 5));
  CHECK(near(site::ups_watts(site, whole).front(), 12 * 230));
}

TEST_CASE("what is lost is carried by the others, a transfer switch takes its alternate") {
  const auto site = read(two_feeds);
  for (const char* lost : {"feed/A", "ups/u1"}) {
    const auto flow = lose(site, lost);
    CHECK(near(amperes(site, flow, "feed/B"), 10 + 5 + 2));
    CHECK(near(amperes(site, flow, "pdu-b"), 15));
    CHECK(near(amperes(site, flow, "feed/A"), 0));
    CHECK(flow.dark == std::vector{false, false, false});
    CHECK(flow.pdu_feed[2] == site.feed("B"));
  }
  CHECK(lose(site, "ats/t1").dark == std::vector{false, false, true});
  CHECK(lose(site, "pdu-c").dark == std::vector{false, false, true});
  CHECK(near(amperes(site, lose(site, "pdu-a/bank/1"), "feed/B"), 10));
  CHECK(near(amperes(site, lose(site, "pdu-a/outlet/1"), "feed/B"), 10));
  CHECK(near(amperes(site, lose(site, "cab1/psu1"), "feed/B"), 10));
  CHECK(near(amperes(site, lose(site, "cab1"), "feed/B"), 0));
}

TEST_CASE("supplies of unlike rating share as they are rated") {
  auto site = read(two_feeds);
  site.supplies[0].rated_watts = {{0, 3000}};
  site.supplies[1].rated_watts = {{0, 1000}};
  CHECK(near(lose(site).watts[0], 1725));
  CHECK(near(lose(site).watts[1], 575));
}

TEST_CASE("currents of a line to neutral stay on their line") {
  const auto site = read(of_system("wye", 120, "1", "1", "2"));
  const auto flow = lose(site);
  CHECK(near(amperes(site, flow, "feed/A", 1), 20));
  CHECK(near(amperes(site, flow, "feed/A", 2), 10));
  CHECK(amperes(site, flow, "feed/A", 3) == -1);
  CHECK(near(amperes(site, flow, "p/bank/1"), 10));
}

TEST_CASE("in delta outlet amperes do not add: a line of a balanced load carries 1.73 times an outlet's") {
  const auto site = read(of_system("delta", 240, "12", "23", "31"));
  for (int line = 1; line <= 3; ++line) CHECK(near(amperes(site, lose(site), "feed/A", line), 5 * std::sqrt(3)));
  CHECK(near(amperes(site, lose(site), "p/bank/2"), 5));
}

TEST_CASE("line to line of a wye is 1.73 times the volts, of a split feed twice") {
  const auto wye = read(of_system("wye", 120, "12", "", ""));
  CHECK(near(amperes(wye, lose(wye), "feed/A", 1), 10 / std::sqrt(3)));
  const auto split = read(of_system("split", 120, "1", "2", "12"));
  CHECK(near(amperes(split, lose(split), "feed/A", 1), 15));
  CHECK(near(amperes(split, lose(split), "feed/A", 2), 15));
}

TEST_CASE("a lost phase takes what hangs on it, line to line too") {
  const auto site = read(of_system("wye", 120, "1", "23", "31"));
  CHECK(lose(site, "p/phase/1").dark == std::vector{true, false, true});
}

TEST_CASE("an outlet whose lines are not told is not reckoned with") {
  const auto site = read(
      "rack: r\nsystem: wye\nfeeds: {A: {nominal_volts: 120, rating_amperes: 10}}\ndevices: {p: {url: 'snmp://192.0.2.1', feed: A}}\n"
      "loads: {l: {needs_watts: 1200, supplies: {s: {cord: p/outlet/1}}}}\n");
  CHECK(site::burdens_of(site, lose(site)).empty());
  CHECK(site::lines_unknown(site, {0, "1"}));
}
