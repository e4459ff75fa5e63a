#include "collector/coverage/exercise.hpp"

#include "unit/collector/coverage/desk.hpp"

// Which signs were ever seen to show a loss.

using namespace holdup;
using namespace holdup::coverage;
using namespace holdup::coverage::test;

namespace {

constexpr ground::Utc noon{std::chrono::hours{480'000}};

record::Evidence sign(std::string source, std::string point, std::optional<double> value, Duration after) {
  return {
      .source = std::move(source), .point = std::move(point), .value = value, .quality = "good", .time = noon + after, .uncertainty = {}};
}

record::Event event(std::string verdict, std::string element, std::vector<record::Evidence> evidence,
                    record::Phase phase = record::Phase::begin) {
  return {.id = "b-2",
          .incident = "b-1",
          .boot = "b",
          .time = noon,
          .verdict = std::move(verdict),
          .strength = "proven",
          .element = std::move(element),
          .phase = phase,
          .cause = "feed/A",
          .evidence = std::move(evidence)};
}

}  // namespace

TEST_CASE("a sign is exercised by the last loss that it showed, of the supply or of what it hangs on") {
  Exercises exercises;
  Desk desk{detect::test::two_feeds};
  desk.tells("unit1", {point(Meaning::supply_input_ok, 20ms)});
  desk.live(exercises);
  CHECK_FALSE(desk.supply("cab1/psu1").exercised());
  exercises.fold(event("supply_input_lost", "cab1/psu1", {sign("contact/wire1", "contact open", 0, 0ms)}));
  exercises.fold(event("supply_input_lost", "cab1/psu1",
                       {sign("contact/wire1", "contact open", 0, 0ms), sign("device/unit1", "rack_quantity{}", 0, 130ms)},
                       record::Phase::update));
  exercises.fold(event("feed_lost", "feed/A", {sign("device/pdu-a", "silence", {}, 2s), sign("feed/A", "2 of 2 silent", {}, 2s)}));
  const auto psu1 = desk.supply("cab1/psu1");
  const auto bit = sign_of(psu1.signs, "its input bit");
  REQUIRE(bit->exercised);
  CHECK(bit->exercised->after_first == 130ms);
  CHECK(bit->exercised->verdict == "supply_input_lost");
  CHECK(sign_of(psu1.signs, "contact ac_ok, opto")->exercised->after_first == 0ms);
  const std::vector of{*ground::Element::parse("feed/A")};
  CHECK(exercises.last("device/pdu-a", silence_point, of)->after_first == 2s);
  CHECK(exercises.last("feed/A", "2 of 2 silent", of) == nullptr);  // an explanation, no sign
  CHECK_FALSE(desk.supply("cab1/psu2").exercised());
}

TEST_CASE("an end, a contradiction and a telemetry loss exercise nothing") {
  Exercises exercises;
  const std::vector of{*ground::Element::parse("cab1/psu1")};
  exercises.fold(event("supply_input_lost", "cab1/psu1", {sign("device/unit1", "p", 1, 0ms)}, record::Phase::end));
  exercises.fold(event("telemetry_lost", "cab1/psu1", {sign("device/unit1", "p", 0, 0ms)}));
  CHECK(exercises.last("device/unit1", "p", of) == nullptr);
  exercises.fold(
      event("supply_input_lost", "cab1/psu1", {sign("device/unit1", "p", 0, 0ms), sign("device/pdu-a", "contradicts: q", 1, 0ms)}));
  CHECK(exercises.last("device/unit1", "p", of) != nullptr);
  CHECK(exercises.last("device/pdu-a", "contradicts: q", of) == nullptr);
}

TEST_CASE("what was told of a supply that stands by is when it last carried load") {
  Exercises exercises;
  const auto psu1 = *ground::Element::parse("cab1/psu1");
  CHECK_FALSE(exercises.carried(psu1));
  exercises.fold(event("supply_standby", "cab1/psu1",
                       {sign("device/pdu-a", "amperes", 0.1, 5s), sign("cab1/psu1", std::string{detect::carried_until}, {}, 3s)},
                       record::Phase::end));
  CHECK(exercises.carried(psu1) == noon + 3s);
  CHECK(exercises.last("device/pdu-a", "amperes", std::vector{psu1})->after_first == 0ms);
}
