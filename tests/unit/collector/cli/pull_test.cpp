#include "collector/cli/pull.hpp"

#include "catch.hpp"

// One pull of a cord: whose it was, where it hangs, when it was lost, what showed it.

using namespace holdup;
using namespace std::chrono_literals;
using cli::Cord;
using cli::Pull;
using cli::Track;
using incident::PullResult;
using record::Event;
using record::Evidence;
using record::Phase;
using Stage = Pull::Stage;

namespace {

const std::vector<Cord> rack{{"cab1/psu1", "pdu-a/outlet/3", "device/unit1", {"contact/c1"}},
                             {"cab1/psu2", "pdu-b/outlet/3", "device/unit2", {}},
                             {"cab2/psu1", "pdu-a/outlet/4", "", {}}};
const ground::Utc start{1000s};

ground::Utc at(ground::Duration after) { return start + after; }

Evidence reading(const std::string& source, const std::string& point, double value, ground::Utc time, ground::Duration uncertainty = {}) {
  return {.source = source, .point = point, .value = value, .quality = "good", .time = time, .uncertainty = uncertainty};
}

Evidence input_bad(const std::string& unit, ground::Utc time, ground::Duration uncertainty = {}) {
  return reading("device/" + unit, "rack_supply_input_ok{part=\"supply\"}", 0, time, uncertainty);
}

struct Story {
  Pull pull;
  int count = 0;

  explicit Story(std::string expected = "cab1/psu1", ground::Utc from = start) : pull{rack, std::move(expected), from} {}

  Event say(Phase phase, const std::string& verdict, const std::string& element, ground::Duration after,
            std::vector<Evidence> evidence = {}, const std::string& incident = "b-1") {
    Event event{.id = "b-" + std::to_string(++count),
                .incident = incident,
                .time = at(after),
                .verdict = verdict,
                .strength = "proven",
                .element = element,
                .phase = phase,
                .cause = element,
                .evidence = std::move(evidence)};
    pull.hear(event);
    return event;
  }
  void lose(const std::string& supply = "cab1/psu1", const std::string& unit = "unit1") {
    say(Phase::begin, "supply_input_lost", supply, 10s, {input_bad(unit, at(10s))});
    say(Phase::begin, "path_redundancy_lost", "cab1", 10s);
  }
  void give_back(const std::string& supply = "cab1/psu1") {
    say(Phase::end, "supply_input_lost", supply, 30s);
    say(Phase::end, "path_redundancy_lost", "cab1", 30s);
    say(Phase::end, "restored", supply, 30s);
  }
};

Track meter(const std::string& pdu, const std::string& outlet, std::vector<cli::Sampled> samples) {
  return {.sign = reading("device/" + pdu, "rack_current_amperes{part=\"outlet\",index=\"" + outlet + "\"}", 0, {}),
          .outlet = pdu + "/outlet/" + outlet,
          .samples = std::move(samples)};
}

Track carries(const std::string& pdu, const std::string& outlet) { return meter(pdu, outlet, {{at(-1s), 4}, {at(9s), 4.1}, {at(12s), 4}}); }
Track falls(const std::string& pdu, const std::string& outlet) { return meter(pdu, outlet, {{at(-1s), 4}, {at(9s), 4}, {at(12s), 0}}); }

/// The input of unit1, asked every half second.
std::vector<Track> asked(ground::Duration uncertainty = {}) {
  return {{.sign = input_bad("unit1", at(10s), uncertainty),
           .outlet = {},
           .samples = {{at(9s), 1}, {at(9500ms), 1}, {at(10s), 0}, {at(10500ms), 0}}}};
}

}  // namespace

TEST_CASE("the expected supply is lost and its outlet falls: as configured, with what showed it") {
  Story story;
  CHECK(story.pull.stage() == Stage::waiting);
  story.lose();
  CHECK(story.pull.stage() == Stage::out);
  story.give_back();
  CHECK(story.pull.stage() == Stage::back);
  const auto test = story.pull.judged(asked(), {falls("pdu-a", "3"), carries("pdu-b", "3")});
  CHECK(test.element.text() == "cab1/psu1");
  CHECK(test.result == PullResult::as_configured);
  CHECK(test.seen == "pdu-a/outlet/3");
  CHECK(test.verdict == "supply_input_lost");
  CHECK(test.incident == "b-1");
  CHECK(test.strength == "proven");
  CHECK(test.restored == 20s);
  CHECK(cli::words_of(test.signs, rack[0]) == "status, outlet");
}

TEST_CASE("the loss lies between the last reading that was good and the first that was not, less what the device's refresh may hide") {
  Story story;
  story.lose();
  SECTION("of a device that measures when it is asked") {
    const auto test = story.pull.judged(asked(), {});
    REQUIRE(test.detection);
    CHECK(test.detection->least == 0s);
    CHECK(test.detection->most == 501ms);  // times are told to the millisecond
  }
  SECTION("of one that caches for 2 s") { CHECK(story.pull.judged(asked(2s), {}).detection->most == 2501ms); }
  SECTION("a second sign narrows it") {
    auto signs = asked(2s);
    signs.push_back(
        {.sign = {.source = "contact/c1", .point = "contact open", .value = {}, .quality = "good", .time = at(9700ms), .uncertainty = 2ms},
         .outlet = {},
         .samples = {}});
    const auto test = story.pull.judged(signs, {});
    CHECK(test.detection->least == 300ms);
    CHECK(test.detection->most == 303ms);
  }
  SECTION("where nothing was kept from before, it is not known") {
    auto signs = asked();
    signs[0].samples = {{at(10s), 0}};
    CHECK_FALSE(story.pull.judged(signs, {}).detection);
  }
  SECTION("two that cannot both be right: the first to speak is believed") {
    auto signs = asked();
    signs.push_back({.sign = input_bad("unit1", at(8s)), .outlet = {}, .samples = {{at(7s), 1}, {at(8s), 0}}});
    const auto test = story.pull.judged(signs, {});
    CHECK(test.detection->least == 2s);
    CHECK(test.detection->most == 3001ms);
  }
}

TEST_CASE("a person's word counts give or take a second, and only where it came before the verdict") {
  Story early, late;
  early.lose(), late.lose();
  early.pull.named(at(7s));
  late.pull.named(at(11s));
  const auto word = early.pull.judged(asked(), {}).after_word;
  REQUIRE(word);
  CHECK(word->least == 2s);
  CHECK(word->most == 4001ms);
  CHECK_FALSE(late.pull.judged(asked(), {}).after_word);
}

TEST_CASE("another outlet falls: miscorded, and where it hangs") {
  Story story;
  story.lose();
  const auto test = story.pull.judged(asked(), {carries("pdu-a", "3"), falls("pdu-b", "7")});
  CHECK(test.result == PullResult::miscorded);
  CHECK(test.seen == "pdu-b/outlet/7");
}

TEST_CASE("the outlet falls and another supply is lost: miscorded, and whom it feeds") {
  Story story;
  story.lose("cab2/psu1", "unit9");
  const auto test = story.pull.judged({}, {falls("pdu-a", "3"), carries("pdu-a", "4")});
  CHECK(test.element.text() == "cab1/psu1");
  CHECK(test.result == PullResult::miscorded);
  CHECK(test.remark == "pdu-a/outlet/3 feeds cab2/psu1");
  CHECK(test.verdict.empty());
}

TEST_CASE("another supply's cord was pulled: it is that one's test") {
  Story story;
  story.lose("cab1/psu2", "unit2");
  const auto test = story.pull.judged({}, {carries("pdu-a", "3"), falls("pdu-b", "3")});
  CHECK(test.element.text() == "cab1/psu2");
  CHECK(test.result == PullResult::as_configured);
}

TEST_CASE("whichever is pulled, where none is expected") {
  Story story{""};
  CHECK(story.pull.judged({}, {carries("pdu-b", "3")}).element.empty());
  story.lose("cab1/psu2", "unit2");
  CHECK(story.pull.judged({}, {falls("pdu-b", "3")}).element.text() == "cab1/psu2");
}

TEST_CASE("two supplies of one pull are several, whatever their outlets do") {
  Story story;
  story.lose();
  story.say(Phase::begin, "supply_lost", "cab2/psu1", 11s, {}, "b-9");
  const auto test = story.pull.judged(asked(), {falls("pdu-a", "3"), falls("pdu-a", "4")});
  CHECK(test.result == PullResult::several_lost);
  CHECK(test.remark == "lost at once: cab1/psu1, cab2/psu1");
}

TEST_CASE("a cord that was not seen to fall is not called as configured, where nothing measures it, it is by the supply alone") {
  Story story;
  story.lose();
  CHECK(story.pull.judged(asked(), {carries("pdu-a", "3")}).result == PullResult::cord_not_seen);
  const auto idle = story.pull.judged(asked(), {meter("pdu-a", "3", {{at(5s), 0}, {at(12s), 0}})});
  CHECK(idle.result == PullResult::cord_not_seen);
  CHECK(idle.remark == "pdu-a/outlet/3 carried nothing before");
  const auto dumb = story.pull.judged(asked(), {carries("pdu-b", "3")});
  CHECK(dumb.result == PullResult::as_configured);
  CHECK(dumb.remark == "nothing measures what its cord carries");
}

TEST_CASE("nothing said is not noticed, and an outlet that fell meanwhile is told") {
  Story story;
  story.pull.named(at(8s));
  CHECK(story.pull.judged({}, {carries("pdu-a", "3")}).result == PullResult::not_noticed);
  const auto test = story.pull.judged({}, {meter("pdu-b", "7", {{at(5s), 2}, {at(12s), 0}})});
  CHECK(test.element.text() == "cab1/psu1");
  CHECK(test.result == PullResult::not_noticed);
  CHECK(test.seen == "pdu-b/outlet/7");
  CHECK(test.strength.empty());
}

TEST_CASE("what fell before the pull, or carried nothing ever, is no sign of it") {
  Story story;
  story.lose();
  const auto test = story.pull.judged(asked(), {falls("pdu-a", "3"), meter("pdu-b", "7", {{at(2s), 3}, {at(5s), 0}, {at(12s), 0}}),
                                                meter("pdu-b", "8", {{at(5s), 0.1}, {at(12s), 0}})});
  CHECK(test.seen == "pdu-a/outlet/3");
}

TEST_CASE("an outlet that is measured seldom falls in a later reading") {
  Story story;
  story.lose();
  const auto test = story.pull.judged(asked(), {meter("pdu-a", "3", {{at(2s), 4}, {at(12s), 4}, {at(22s), 0}})});
  CHECK(test.seen == "pdu-a/outlet/3");
  CHECK(test.signs.back().uncertainty == 10s);
}

TEST_CASE("a loss above the cord is more than a cord can explain") {
  Story story;
  story.lose();
  story.say(Phase::begin, "pdu_dark", "pdu-a", 11s);
  CHECK(story.pull.stage() == Stage::beyond);
  CHECK(story.pull.beyond() == "pdu_dark pdu-a");
}

TEST_CASE("an event counts once, one from before the pull not at all, and one of another incident ends nothing") {
  Story story;
  story.say(Phase::begin, "supply_input_lost", "cab1/psu1", -5s);
  CHECK(story.pull.stage() == Stage::waiting);
  story.lose();
  const auto end = story.say(Phase::end, "supply_input_lost", "cab1/psu1", 20s);
  story.pull.hear(end);
  story.say(Phase::end, "restored", "cab2", 21s, {}, "b-77");
  CHECK(story.pull.stage() == Stage::out);
  story.say(Phase::end, "path_redundancy_lost", "cab1", 22s);
  CHECK(story.pull.stage() == Stage::back);
}

TEST_CASE("the next pull begins where the last one ended: what ended then is not its own, what begins then is") {
  Story last;
  last.lose(), last.give_back();
  REQUIRE(last.pull.back() == at(30s));
  Story next{"", *last.pull.back()};
  next.give_back();
  CHECK(next.pull.stage() == Stage::waiting);
  next.say(Phase::begin, "supply_input_lost", "cab1/psu2", 30s, {}, "b-2");
  CHECK(next.pull.lost() == std::vector<std::string>{"cab1/psu2"});
}

TEST_CASE("an incident that becomes part of another is followed there") {
  Story story;
  story.lose();
  story.say(Phase::update, "supply_input_lost", "cab1/psu1", 11s, {}, "b-50");
  story.say(Phase::end, "folded", "cab1/psu1", 11s,
            {{.source = "cab1", .point = "part of incident b-50", .value = {}, .quality = "good", .time = {}, .uncertainty = {}}});
  story.say(Phase::end, "supply_input_lost", "cab1/psu1", 20s, {}, "b-50");
  story.say(Phase::end, "path_redundancy_lost", "cab1", 20s, {}, "b-50");
  CHECK(story.pull.stage() == Stage::back);
}

TEST_CASE("a contact that moved is a sign, one that was as found, or of another supply, is none") {
  const auto moved = [](const std::string& contact, const std::string& how) {
    return Evidence{.source = contact, .point = how, .value = {}, .quality = "good", .time = at(9900ms), .uncertainty = 1ms};
  };
  Story story;
  story.say(Phase::end, "contact", "contact/c1", 10s, {moved("contact/c1", "contact open")}, "");
  story.lose();
  CHECK(cli::words_of(story.pull.signs(), rack[0]) == "status, contact");
  Story found;
  found.say(Phase::end, "contact", "contact/c1", 10s, {moved("contact/c1", "contact open, as found")}, "");
  found.say(Phase::end, "contact", "contact/c9", 10s, {moved("contact/c9", "contact open")}, "");
  found.lose();
  CHECK(cli::words_of(found.pull.signs(), rack[0]) == "status");
}

TEST_CASE("the series of a reading that is evidence") {
  CHECK(cli::selector_of(input_bad("unit1", start)) == "rack_supply_input_ok{device=\"unit1\",part=\"supply\"}");
  CHECK(cli::selector_of(reading("device/u", "rack_supply_input_ok{}", 0, start)) == "rack_supply_input_ok{device=\"u\"}");
  CHECK(cli::selector_of(reading("device/u", "silence", 0, start)).empty());
  CHECK(cli::selector_of(reading("contact/c1", "contact open", 0, start)).empty());
}
