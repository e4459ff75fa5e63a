#include "collector/site/loss.hpp"

#include <cmath>

#include "catch.hpp"
#include "collector/site/site_file.hpp"

using namespace holdup;
using ground::Element;

namespace {

using Lines = std::vector<std::string>;

const std::string rack = R"(rack: r
feeds:
  M: {nominal_volts: 230}
  A: {nominal_volts: 230, rating_amperes: 16, curve: C, upstream: {ups: u1}}
  B: {nominal_volts: 230, rating_amperes: 16}
ups: {u1: {status: u1-card}}
ats: {t1: {carries: pdu-c, alternate: B}}
devices:
  u1-card: {url: 'snmp://192.0.2.9', feed: M, via: switch/sw1}
  pdu-a: {url: 'snmp://192.0.2.1', feed: A, via: switch/sw1, banks: {1: {outlets: 1-8, rating_amperes: 10}}}
  pdu-b: {url: 'snmp://192.0.2.2', feed: B, via: switch/sw2}
  pdu-c: {url: 'snmp://192.0.2.3', feed: A}
loads:
  cab1: {needs_watts: 2300, sharing: active, supplies: {psu1: {cord: pdu-a/outlet/1, rated_watts: 2000}, psu2: {cord: pdu-b/outlet/1, rated_watts: 2000}, psu3: {cord: pdu-b/outlet/2, rated_watts: 2000}}}
  srv1: {needs_watts: 460, supplies: {psu1: {cord: pdu-a/outlet/2}}}
  srv2: {needs_watts: 460, supplies: {psu1: {cord: pdu-c/outlet/2}}}
switches: {sw1: {cords: [pdu-a/outlet/8]}, sw2: {cords: [pdu-a/outlet/7, pdu-b/outlet/7]}}
self: {supplies: [pdu-a/outlet/6, pdu-b/outlet/6], path: [switch/sw2]}
)";

site::Site read(const std::string& text = rack) {
  ground::Problems problems;
  auto site = site::parse(text, "r.yaml", {}, problems);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  REQUIRE(problems.ok());
  return site;
}

site::Loss lose(const site::Site& site, const char* element) {
  return site::lose(site, *Element::parse(element), site::needed_watts(site));
}

Lines texts(const std::vector<Element>& elements) {
  Lines out;
  for (const auto& element : elements) out.push_back(element.text());
  return out;
}

}  // namespace

TEST_CASE("the loss of a feed darkens what hangs on it alone, and what sees it") {
  const auto site = read();
  const auto loss = lose(site, "feed/A");
  CHECK(texts(loss.dark) == Lines{"feed/A", "pdu-a", "srv1", "switch/sw1"});
  CHECK(texts(loss.silent) == Lines{"device/u1-card", "device/pdu-a"});
  CHECK(loss.transferred == std::vector<site::Index>{0});
  REQUIRE(loss.survivors.size() == 1);
  CHECK(loss.survivors[0].off.size() == 1);
  CHECK(loss.survivors[0].on.size() == 2);
  CHECK(loss.survivors[0].rated_watts == 4000.0);
  CHECK(texts(loss.survivors[0].shared) == Lines{"pdu-b", "feed/B"});
}

TEST_CASE("the loss of a UPS is that of its feeds, of what is before it only a battery's beginning") {
  const auto site = read();
  CHECK(texts(lose(site, "ups/u1").dark) == Lines{"ups/u1", "feed/A", "pdu-a", "srv1", "switch/sw1"});
  const auto before = lose(site, "feed/M");
  CHECK(texts(before.dark) == Lines{"feed/M"});
  CHECK(before.on_battery == std::vector<site::Index>{0});
  CHECK(before.survivors.empty());
}

TEST_CASE("what carries more is told with its time to trip and what its trip would take") {
  const auto site = read();
  const auto loss = lose(site, "feed/B");
  CHECK(texts(loss.dark) == Lines{"feed/B", "pdu-b"});
  REQUIRE(loss.strains.size() == 2);
  CHECK(loss.strains[0].burden.element.text() == "pdu-a/bank/1");
  CHECK(std::abs(loss.strains[0].burden.amperes - 12) < 0.01);
  CHECK(loss.strains[0].trip);
  CHECK(loss.strains[0].then_dark == std::vector<site::Index>{0, 1});
  CHECK(loss.strains[1].burden.element.text() == "feed/A");
  CHECK(loss.strains[1].burden.amperes > loss.strains[1].amperes_before);
  CHECK(!loss.strains[1].trip);
  CHECK(loss.strains[1].then_dark.empty());
}

TEST_CASE("the loss of what only talks darkens nothing") {
  const auto site = read();
  const auto loss = lose(site, "switch/sw1");
  CHECK(texts(loss.dark) == Lines{"switch/sw1"});
  CHECK(texts(loss.silent) == Lines{"device/u1-card", "device/pdu-a"});
  CHECK(texts(lose(site, "device/pdu-b").silent) == Lines{"device/pdu-b"});
  CHECK(loss.survivors.empty());
  CHECK(loss.strains.empty());
}

TEST_CASE("a watcher that goes dark, too, is told") {
  auto text = rack;
  text.replace(text.find("self: {supplies: [pdu-a/outlet/6, pdu-b/outlet/6]"), 49, "self: {supplies: [pdu-a/outlet/6]");
  CHECK(texts(lose(read(text), "pdu-a/bank/1").dark) == Lines{"pdu-a/bank/1", "srv1", "switch/sw1", "self"});
  CHECK(texts(lose(read(text), "pdu-a/outlet/6").dark) == Lines{"pdu-a/outlet/6", "self"});
}

TEST_CASE("every element of a site may be lost, and none but those") {
  const auto site = read();
  const auto all = texts(site::every_element(site));
  for (const char* one :
       {"feed/M", "ups/u1", "ats/t1", "pdu-c", "device/u1-card", "pdu-a/bank/1", "pdu-a/outlet/2", "cab1", "cab1/psu3", "switch/sw2"})
    CHECK(std::ranges::count(all, one) == 1);
  CHECK(std::ranges::count(all, "pdu-a/outlet/9") == 0);
  for (const auto& element : site::every_element(site)) {
    const auto loss = site::lose(site, element, site::needed_watts(site));
    CHECK(loss.dark.front() == element);
  }
}

TEST_CASE("what is above a supply, up to a UPS, takes it when lost, and nothing else does") {
  const auto site = read();
  for (const auto& lost : site::every_element(site)) {
    const auto flow = site::flow_without(site, {lost}, site::needed_watts(site));
    for (site::Index s = 0; s < site.supplies.size(); ++s) {
      const auto self = site.element_of_supply(s), load = site.element_of_load(site.supplies[s].load);
      const auto above = site.ancestors(self);
      const auto ups = std::ranges::find_if(above, [](const Element& link) { return link.is("ups"); });
      const auto last = ups == above.end() ? above.end() : ups + 1;
      const bool takes = lost == self || lost == load || std::find(above.begin(), last, lost) != last;
      INFO(lost.text() << " and " << self.text());
      CHECK(flow.alive[s] == !takes);
    }
  }
}
