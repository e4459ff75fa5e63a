#include "collector/serve/assessment.hpp"

#include "catch.hpp"
#include "unit/collector/serve/small_rack.hpp"

using namespace holdup;
using namespace holdup::serve;
using namespace holdup::serve::test;
using namespace std::chrono_literals;
using reading::Meaning;

namespace {

Update with(std::vector<record::Event> events) {
  Update update;
  update.events = std::move(events);
  return update;
}

}  // namespace

TEST_CASE("a rack whose supplies were all just seen good is redundant") {
  Teller core;
  auto mirror = ready_mirror(core.site());
  tell(*mirror, core.all_good(noon));
  const auto assessment = assess(*mirror, noon + 1s);
  CHECK(assessment.level == Level::redundant);
  CHECK(assessment.sentence == "r12: redundant");
  CHECK(assessment.supplies.at(0).state == SupplyView::State::on);
  CHECK(assessment.loads.at(0).paths == LoadView::Paths::redundant);
}

TEST_CASE("a rack whose devices never answered says that it cannot see, not that it is redundant") {
  const auto mirror = ready_mirror(small_site());
  const auto assessment = assess(*mirror, noon);
  CHECK(assessment.level == Level::unknown);
  CHECK(assessment.sentence ==
        "r12: cannot tell, unseen are cab1/psu1 (shelf-psu1 has not answered yet), cab1/psu2 (shelf-psu2 has not answered yet)");
}

TEST_CASE("until the past is read nothing is green") {
  Teller core;
  Mirror mirror{core.site()};
  tell(mirror, core.all_good(noon));
  const auto assessment = assess(mirror, noon + 1s);
  CHECK(assessment.level == Level::unknown);
  CHECK(assessment.sentence == "r12: starting, cannot tell yet");
}

TEST_CASE("values that grow old are not green any more") {
  Teller core;
  auto mirror = ready_mirror(core.site());
  tell(*mirror, core.all_good(noon));
  CHECK(assess(*mirror, noon + 2s).level == Level::redundant);
  const auto assessment = assess(*mirror, noon + 1h);
  CHECK(assessment.level == Level::unknown);
  CHECK(assessment.sentence.find("shelf-psu1 gives no good reading, last answer 1h ago") != std::string::npos);
}

TEST_CASE("a supply that reports a bad input or output is not green before any verdict") {
  Teller core;
  auto mirror = ready_mirror(core.site());
  tell(*mirror, core.all_good(noon));
  const auto means = GENERATE(Meaning::supply_input_ok, Meaning::supply_output_ok);
  tell(*mirror, core.reading("shelf-psu1", means, 0, noon + 1s));
  CHECK(assess(*mirror, noon + 1s).level == Level::unknown);
}

TEST_CASE("a failed reading makes a supply unseen at once") {
  Teller core;
  auto mirror = ready_mirror(core.site());
  tell(*mirror, core.all_good(noon));
  tell(*mirror, core.reading("shelf-psu2", Meaning::supply_input_ok, 1, noon + 100ms, ground::Quality::failed));
  CHECK(assess(*mirror, noon + 200ms).supplies.at(1).state == SupplyView::State::unknown);
}

TEST_CASE("a lost feed is named with its strength and with what it leads to") {
  Teller core;
  auto mirror = ready_mirror(core.site());
  tell(*mirror, core.all_good(noon));
  tell(*mirror, with({event({.n = 1, .verdict = "feed_lost", .element = "feed/A", .cause = "feed/A"}),
                      event({.n = 2, .verdict = "path_redundancy_lost", .element = "cab1", .cause = "feed/A"})}));
  tell(*mirror, core.reading("shelf-psu1", Meaning::supply_input_ok, 0, noon + 1s));
  const auto assessment = assess(*mirror, noon + 1s);
  CHECK(assessment.level == Level::lost);
  CHECK(assessment.sentence == "r12: feed/A is lost (probable), path redundancy of cab1 lost");
  CHECK(assessment.supplies.at(0).state == SupplyView::State::lost);
  CHECK(assessment.supplies.at(1).state == SupplyView::State::on);
}

TEST_CASE("a path redundancy of unknown strength is unknown, not lost") {
  Teller core;
  auto mirror = ready_mirror(core.site());
  tell(*mirror, core.all_good(noon));
  tell(*mirror, with({event({.n = 1, .verdict = "path_redundancy_lost", .element = "cab1", .cause = "cab1", .strength = "unknown"})}));
  CHECK(assess(*mirror, noon + 1s).level == Level::unknown);
}

TEST_CASE("a silent card over a supply that is seen good degrades and loses nothing") {
  Teller core;
  auto mirror = ready_mirror(core.site());
  tell(*mirror, core.all_good(noon));
  tell(*mirror,
       with({event({.n = 1, .verdict = "telemetry_lost", .element = "device/pdu-b", .cause = "device/pdu-b", .strength = "proven"})}));
  const auto assessment = assess(*mirror, noon + 1s);
  CHECK(assessment.level == Level::degraded);
  CHECK(assessment.loads.at(0).paths == LoadView::Paths::redundant);
}

TEST_CASE("a restored rack is redundant again") {
  Teller core;
  auto mirror = ready_mirror(core.site());
  tell(*mirror, core.all_good(noon));
  tell(*mirror, with({event({.n = 1, .verdict = "feed_lost", .element = "feed/A", .cause = "feed/A"}),
                      event({.n = 2, .verdict = "feed_lost", .element = "feed/A", .cause = "feed/A", .phase = record::Phase::end}),
                      event({.n = 3,
                             .verdict = "restored",
                             .element = "feed/A",
                             .cause = "feed/A",
                             .phase = record::Phase::end,
                             .strength = "proven"})}));
  CHECK(assess(*mirror, noon + 1s).level == Level::redundant);
  REQUIRE(mirror->closed().size() == 1);
  CHECK(mirror->closed().front().incident.id == "b00t-1");
}
