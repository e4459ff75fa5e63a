#include "collector/drill/expectation.hpp"

#include "catch.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using hwsim::scenario::Expectation;

namespace {

struct Said {
  std::chrono::milliseconds at;
  const char* verdict;
  const char* element;
  const char* strength = "proven";
  record::Phase phase = record::Phase::begin;
};

std::vector<record::Event> events(std::vector<Said> all) {
  std::vector<record::Event> out;
  for (const auto& said : all) {
    record::Event event;
    event.at = ground::Instant{said.at};
    event.verdict = said.verdict;
    event.element = said.element;
    event.strength = said.strength;
    event.phase = said.phase;
    out.push_back(std::move(event));
  }
  return out;
}

Expectation say(const char* verdict, const char* of, std::chrono::milliseconds by) {
  return {.never = false, .verdict = verdict, .of = ground::Element::parse(of), .by = by, .strength = {}, .line = 0};
}

bool met(const Expectation& expectation, std::vector<Said> all) {
  return drill::weigh(std::span{&expectation, 1}, events(std::move(all))).front().met;
}

}  // namespace

TEST_CASE("what must be said must be said of that element, in time") {
  const auto wish = say("feed_lost", "feed/A", 14s);
  CHECK(met(wish, {{13s, "feed_lost", "feed/A"}}));
  CHECK(met(wish, {{14s, "feed_lost", "feed/A"}}));
  CHECK_FALSE(met(wish, {{14001ms, "feed_lost", "feed/A"}}));
  CHECK_FALSE(met(wish, {{13s, "feed_lost", "feed/B"}}));
  CHECK_FALSE(met(wish, {{13s, "pdu_dark", "feed/A"}}));
  CHECK_FALSE(met(wish, {}));
}

TEST_CASE("a strength is met when the verdict reaches it in time") {
  auto wish = say("feed_lost", "feed/A", 14s);
  wish.strength = "proven";
  CHECK(met(wish, {{11s, "feed_lost", "feed/A", "probable"}, {13s, "feed_lost", "feed/A", "proven", record::Phase::update}}));
  CHECK_FALSE(met(wish, {{11s, "feed_lost", "feed/A", "probable"}, {15s, "feed_lost", "feed/A", "proven", record::Phase::update}}));
  const auto weak = drill::weigh(std::span{&wish, 1}, events({{11s, "feed_lost", "feed/A", "probable"}}));
  CHECK_FALSE(weak[0].met);
  CHECK(weak[0].text == "say feed_lost of feed/A, proven, by 14s: said only as probable at 11s");
}

TEST_CASE("the end of a verdict does not say it, the restoration is said by its end") {
  CHECK_FALSE(met(say("pdu_dark", "pdu-a", 1min), {{30s, "pdu_dark", "pdu-a", "proven", record::Phase::end}}));
  CHECK(met(say("restored", "pdu-a", 1min), {{30s, "restored", "pdu-a", "proven", record::Phase::end}}));
}

TEST_CASE("what must never be said is missed by any word of it") {
  Expectation never{.never = true, .verdict = "feed_lost", .of = {}, .by = {}, .strength = {}, .line = 0};
  CHECK(met(never, {{1s, "pdu_dark", "pdu-a"}}));
  CHECK_FALSE(met(never, {{1s, "feed_lost", "feed/B", "probable"}}));
  never.of = ground::Element::feed("A");
  CHECK(met(never, {{1s, "feed_lost", "feed/B"}}));
  const auto said = drill::weigh(std::span{&never, 1}, events({{1250ms, "feed_lost", "feed/A"}}));
  CHECK(said[0].text == "never feed_lost of feed/A: said at 1.25s of feed/A");
  never.strength = "proven";
  CHECK(met(never, {{1s, "feed_lost", "feed/A", "probable"}}));
  CHECK_FALSE(met(never, {{1s, "feed_lost", "feed/A", "proven", record::Phase::update}}));
}

TEST_CASE("every expectation is weighed, in the file's order") {
  const std::vector all{say("feed_lost", "feed/B", 5s), say("feed_lost", "feed/A", 5s)};
  const auto verdicts = drill::weigh(all, events({{1s, "feed_lost", "feed/A"}}));
  REQUIRE(verdicts.size() == 2);
  CHECK_FALSE(verdicts[0].met);
  CHECK(verdicts[1].met);
}

TEST_CASE("what a rule warns of is weighed by its name, its element and when it fired") {
  const std::vector<drill::Fired> fired{{.at = ground::Instant{3h}, .rule = "fan_worn", .element = "cab1/psu2", .firing = true},
                                        {.at = ground::Instant{5h}, .rule = "fan_worn", .element = "cab1/psu1", .firing = true},
                                        {.at = ground::Instant{6h}, .rule = "fan_worn", .element = "cab1/psu1", .firing = false}};
  const auto weighed = [&](Expectation wish) {
    wish.of_rule = true;
    return drill::weigh(std::span{&wish, 1}, {}, fired).front();
  };
  const auto met = [&](const Expectation& wish) { return weighed(wish).met; };
  CHECK(met(say("fan_worn", "cab1/psu1", 5h)));
  CHECK_FALSE(met(say("fan_worn", "cab1/psu1", 4h)));
  CHECK_FALSE(met(say("fan_worn", "cab1", 9h)));
  CHECK_FALSE(met(say("efficiency_drop", "cab1/psu1", 9h)));
  CHECK(weighed(say("fan_worn", "cab1/psu1", 5h)).text == "say fan_worn of cab1/psu1, by 18000s: fired at 18000s of cab1/psu1");
  Expectation never{.never = true, .verdict = "fan_worn", .of = {}, .by = {}, .strength = {}, .line = 0};
  CHECK_FALSE(met(never));
  never.of = ground::Element::parse("cab1/psu3");
  CHECK(met(never));
  CHECK(weighed(never).text == "never fan_worn of cab1/psu3: never fired");
}
