#include "collector/core/machine.hpp"
#include "tests/unit/collector/detect/rig.hpp"

// What people ask of the core: what holds, what is refused while hands are off, and that all of it outlives a restart.

using namespace holdup;
using namespace std::chrono_literals;
using core::Answer;
using Outcome = core::Answer::Outcome;

namespace {

struct AskedBench {
  std::unique_ptr<core::Machine> machine;
  ground::Instant now{1000s};
  std::vector<record::Event> events;
  std::vector<record::Audit> audits;
  std::string bodies;

  explicit AskedBench(std::string boot = "b", std::vector<record::Event> stored = {}, std::optional<ground::Utc> watched_until = {}) {
    const auto text = detect::test::two_feeds + "alerts: {webhook: [http://127.0.0.1:9/hook]}\n";
    machine = std::make_unique<core::Machine>(
        core::Configuration{.site = std::make_unique<const site::Site>(detect::test::site_of(text)), .rules = {}});
    step(core::Started{.boot = std::move(boot), .seed = 3});
    events = stored;
    step(core::Restored{.events = std::move(stored), .last = true, .watched_until = watched_until});
  }
  AskedBench(const AskedBench&) = delete;

  core::Effects step(core::Input input) {
    now += 1ms;
    auto effects = machine->step({now, 500s}, std::move(input));
    events.insert(events.end(), effects.events.begin(), effects.events.end());
    audits.insert(audits.end(), effects.audits.begin(), effects.audits.end());
    for (const auto& post : effects.posts) {
      bodies += post.body;
      step(core::Delivered{.target = post.target, .token = post.token, .accepted = true});
    }
    return effects;
  }
  Answer ask(core::Request request) {
    const auto effects = step(core::Asked{.ticket = 7, .who = "uid 1000 (eve)", .request = std::move(request)});
    REQUIRE(effects.answers.size() == 1);
    CHECK(effects.answers[0].ticket == 7);
    return effects.answers[0];
  }
  Answer attest(const std::string& element = "cab1/psu1") { return ask(core::Attest{element, "eve", "its lamp is green"}); }
  Answer open(const std::string& element = "cab1/psu1", ground::Duration length = 1h) {
    return ask(core::OpenWindow{element, "remove", "alice", "new fans", length});
  }
};

}  // namespace

TEST_CASE("an attestation is noted with who and why, and audited") {
  AskedBench bench;
  const auto answer = bench.attest();
  CHECK(answer.outcome == Outcome::done);
  REQUIRE_FALSE(bench.events.empty());
  CHECK(bench.events.back().id == answer.event);
  CHECK(bench.events.back().strength == "attested");
  CHECK(bench.events.back().incident.empty());
  REQUIRE(bench.audits.size() == 1);
  CHECK(bench.audits[0].actor == "uid 1000 (eve)");
  CHECK(bench.audits[0].action == "attest");
  CHECK(bench.audits[0].json.find("\"outcome\":\"done\"") != std::string::npos);
  CHECK(bench.attest("cab9").outcome == Outcome::wrong);
  CHECK(bench.ask(core::Attest{"cab1", "", "x"}).outcome == Outcome::wrong);
  CHECK(bench.ask(core::Attest{"cab1", "eve", "two\nlines"}).outcome == Outcome::wrong);
  CHECK(bench.audits.size() == 4);
}

TEST_CASE("a window lasts at most a day, names an element and an intent, and can be ended before") {
  AskedBench bench;
  CHECK(bench.open("cab1/psu1", 25h).outcome == Outcome::wrong);
  CHECK(bench.open("cab1/psu1", 0s).outcome == Outcome::wrong);
  CHECK(bench.open("cab1/psu9").outcome == Outcome::wrong);
  CHECK(bench.ask(core::OpenWindow{"cab1", "play", "al", "r", 1h}).outcome == Outcome::wrong);
  const auto answer = bench.open();
  CHECK(answer.outcome == Outcome::done);
  REQUIRE(bench.machine->notices().windows().size() == 1);
  CHECK(bench.ask(core::EndWindow{"b-99", "al"}).outcome == Outcome::wrong);
  CHECK(bench.ask(core::EndWindow{answer.event, "al"}).outcome == Outcome::done);
  CHECK(bench.machine->notices().windows().empty());
}

TEST_CASE("a window ends by itself at its time, on the timer that the core asks for") {
  AskedBench bench;
  (void)bench.open("cab1/psu1", 10min);
  const auto effects = bench.step(core::TimerDue{});
  REQUIRE(effects.timer);
  bench.now += 10min;
  (void)bench.step(core::TimerDue{});
  CHECK(bench.machine->notices().windows().empty());
  CHECK(std::ranges::any_of(bench.events, [](const auto& e) { return e.verdict == "maintenance" && e.phase == record::Phase::end; }));
}

TEST_CASE("while hands are off everything that changes anything is refused and audited, until another token ends it") {
  AskedBench bench;
  const auto window = bench.open();
  CHECK(bench.ask(core::BeginHandsOff{"eve", ""}).outcome == Outcome::wrong);
  CHECK(bench.ask(core::EndHandsOff{"eve", "red"}).outcome == Outcome::wrong);
  CHECK(bench.ask(core::Permit{"db compact"}).outcome == Outcome::done);
  CHECK(bench.ask(core::BeginHandsOff{"eve", "red"}).outcome == Outcome::done);
  const auto events = bench.events.size();
  const auto audits = bench.audits.size();
  CHECK(bench.attest().outcome == Outcome::refused);
  CHECK(bench.open().outcome == Outcome::refused);
  CHECK(bench.ask(core::EndWindow{window.event, "al"}).outcome == Outcome::refused);
  CHECK(bench.ask(core::Permit{"db compact"}).outcome == Outcome::refused);
  CHECK(bench.ask(core::Permit{"reload"}).outcome == Outcome::refused);
  CHECK(bench.ask(core::BeginHandsOff{"bob", "blue"}).outcome == Outcome::refused);
  CHECK(bench.ask(core::EndHandsOff{"eve", "red"}).outcome == Outcome::refused);
  CHECK(bench.ask(core::EndHandsOff{"eve", ""}).outcome == Outcome::refused);
  CHECK(bench.events.size() == events);
  CHECK(bench.audits.size() == audits + 8);
  for (std::size_t i = audits; i < bench.audits.size(); ++i)
    CHECK(bench.audits[i].json.find("\"outcome\":\"refused\"") != std::string::npos);
  SECTION("it ends") {
    CHECK(bench.ask(core::EndHandsOff{"bob", "blue"}).outcome == Outcome::done);
    CHECK(bench.attest().outcome == Outcome::done);
  }
  SECTION("a restart changes nothing of it") {
    AskedBench after{"c", bench.events};
    REQUIRE(after.machine->notices().hands_off());
    CHECK(after.machine->notices().windows().size() == 1);
    CHECK(after.attest().outcome == Outcome::refused);
    CHECK(after.ask(core::EndHandsOff{"eve", "red"}).outcome == Outcome::refused);
    CHECK(after.ask(core::EndHandsOff{"bob", "blue"}).outcome == Outcome::done);
  }
}

TEST_CASE("what is asked before the past is known is not decided") {
  core::Machine machine{{.site = std::make_unique<const site::Site>(detect::test::site_of(detect::test::two_feeds)), .rules = {}}};
  (void)machine.step({ground::Instant{1s}, 0s}, core::Started{.boot = "b", .seed = 1});
  const auto effects = machine.step({ground::Instant{2s}, 0s}, core::Asked{.ticket = 1, .who = "x", .request = core::Permit{"reload"}});
  REQUIRE(effects.answers.size() == 1);
  CHECK(effects.answers[0].outcome == Outcome::wrong);
}

TEST_CASE("how long nobody watched is said once after a start, and not where nothing was ever recorded") {
  AskedBench bench;
  CHECK(bench.events.empty());
  AskedBench after{"c", {}, ground::Utc{900s}};
  REQUIRE(after.events.size() == 1);
  const auto& blind = after.events[0];
  CHECK(blind.verdict == "blind");
  CHECK(blind.element == "self");
  CHECK(ground::seconds(blind.uncertainty) == Approx(600).margin(1));
  CHECK(blind.evidence.front().point == "blind from: 1970-01-01T00:15:00.000Z");
  REQUIRE(after.machine->notices().blind());
  CHECK(after.machine->notices().blind()->from == ground::Utc{900s});
}

TEST_CASE("what is open on an element that is gone from the site ends by a person's word, elsewhere it stays latched") {
  record::Event lost{.id = "a-1",
                     .incident = "a-1",
                     .boot = "a",
                     .at = {},
                     .time = ground::Utc{900s},
                     .verdict = "pdu_dark",
                     .strength = "proven",
                     .element = "pdu-gone",
                     .phase = record::Phase::begin,
                     .cause = "pdu-gone",
                     .evidence = {}};
  AskedBench bench{"b", {lost}};
  REQUIRE(bench.machine->incidents().size() == 1);
  CHECK(bench.attest("pdu-gone").outcome == Outcome::done);
  CHECK(bench.machine->incidents().empty());
  const auto restored = std::ranges::find(bench.events, "restored", &record::Event::verdict);
  REQUIRE(restored != bench.events.end());
  CHECK(restored->strength == "attested");
  CHECK(restored->evidence.front().point == "inputs: attested");
  lost.element = lost.cause = "pdu-b";
  AskedBench there{"b", {lost}};
  CHECK(there.attest("pdu-b").outcome == Outcome::done);
  CHECK(there.machine->incidents().size() == 1);
}

TEST_CASE("the same loss is told as info inside its window, critical outside and once the window is over") {
  record::Event lost{.id = "a-1",
                     .incident = "a-1",
                     .boot = "a",
                     .at = {},
                     .time = ground::Utc{900s},
                     .verdict = "supply_removed",
                     .strength = "proven",
                     .element = "cab1/psu1",
                     .phase = record::Phase::begin,
                     .cause = "cab1/psu1",
                     .evidence = {}};
  AskedBench bench{"b", {lost}};
  CHECK(bench.bodies.find(R"("severity":"critical")") != std::string::npos);
  bench.bodies.clear();
  (void)bench.open("cab1/psu1", 10min);
  CHECK(bench.bodies.find(R"("severity":"info")") != std::string::npos);
  CHECK(bench.bodies.find("remove by alice until") != std::string::npos);
  bench.bodies.clear();
  bench.now += 11min;
  (void)bench.step(core::TimerDue{});
  CHECK(bench.bodies.find(R"("severity":"critical")") != std::string::npos);
}

TEST_CASE("a pull test is kept with all that it showed, refused while hands are off, and the last of a supply outlives a restart") {
  AskedBench bench;
  const incident::Commissioned test{.by = "eve",
                                    .result = incident::PullResult::as_configured,
                                    .cord = "pdu-a/outlet/1",
                                    .seen = "pdu-a/outlet/1",
                                    .incident = "b-3",
                                    .verdict = "supply_input_lost",
                                    .strength = "proven",
                                    .detection = incident::Between{.least = 20ms, .most = 500ms},
                                    .handover = 1ms,
                                    .restored = 3s,
                                    .signs = {{.source = "device/unit1",
                                               .point = "rack_supply_input_ok{}",
                                               .value = 0.0,
                                               .quality = "good",
                                               .time = ground::Utc{1500s},
                                               .uncertainty = 10ms}}};
  CHECK(bench.ask(core::Commission{"cab9/psu1", test}).outcome == Outcome::wrong);
  CHECK(bench.ask(core::Commission{"cab1", test}).outcome == Outcome::wrong);
  auto bad = test;
  bad.by = "";
  CHECK(bench.ask(core::Commission{"cab1/psu1", bad}).outcome == Outcome::wrong);
  bad = test;
  bad.signs[0].quality = "splendid";
  CHECK(bench.ask(core::Commission{"cab1/psu1", bad}).outcome == Outcome::wrong);
  const auto before = bench.events.size();
  const auto answer = bench.ask(core::Commission{"cab1/psu1", test});
  CHECK(answer.outcome == Outcome::done);
  REQUIRE(bench.events.size() == before + 1);
  const auto& event = bench.events.back();
  CHECK(event.id == answer.event);
  CHECK(event.verdict == "commissioned");
  CHECK(event.element == "cab1/psu1");
  CHECK(event.strength == "proven");
  CHECK(event.phase == record::Phase::end);
  CHECK(event.incident.empty());
  const AskedBench later{"c", bench.events};
  REQUIRE(later.machine->notices().commissioned().size() == 1);
  const auto& kept = later.machine->notices().commissioned().front();
  CHECK(kept.element.text() == "cab1/psu1");
  CHECK(kept.by == "eve");
  CHECK(kept.result == test.result);
  CHECK(kept.seen == test.seen);
  CHECK(kept.verdict == test.verdict);
  REQUIRE(kept.detection);
  CHECK(kept.detection->least == 20ms);
  CHECK(kept.detection->most == 500ms);
  CHECK(kept.handover == 1ms);
  CHECK(kept.restored == 3s);
  REQUIRE(kept.signs.size() == 1);
  CHECK(kept.signs[0].source == "device/unit1");
  bad = test;
  bad.result = incident::PullResult::miscorded;
  CHECK(bench.ask(core::Commission{"cab1/psu1", bad}).outcome == Outcome::done);
  REQUIRE(bench.machine->notices().commissioned().size() == 1);
  CHECK(bench.machine->notices().commissioned().front().result == incident::PullResult::miscorded);
  (void)bench.ask(core::BeginHandsOff{"eve", "red"});
  CHECK(bench.ask(core::Commission{"cab1/psu1", test}).outcome == Outcome::refused);
}
