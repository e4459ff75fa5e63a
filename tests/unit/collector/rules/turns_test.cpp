#include "collector/rules/turns.hpp"

#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "collector/rules/engine.hpp"
#include "ground/number.hpp"
#include "tests/unit/collector/rules/rig.hpp"

// How long a call of the engine is at work, and that nothing else hangs on it.
using namespace holdup;
using namespace holdup::rules;
using test::at, test::rules_of, test::text;
using namespace std::chrono_literals;

namespace {

ground::Instant time_is{};
/// Half a millisecond passes between two looks at it.
ground::Instant hurried() { return time_is += 500us; }

/// How many units a turn does of a piece that is far longer.
std::size_t done_in_a_turn(Turns& turns, std::size_t allowed) {
  const Turns::Counted counted{turns};
  turns.allow(allowed);
  std::size_t done = 0;
  turns.begin([&] {
    for (int i = 0; i < 1'000'000; ++i) ++done, worked();
  });
  REQUIRE(turns.is_under_way());
  CHECK(turns.is_over());
  return done;
}

}  // namespace

TEST_CASE("a turn is of so much work, however long it takes, where there is no clock") {
  Turns turns;
  CHECK(done_in_a_turn(turns, 40'000) == 40'000);
}

TEST_CASE("with a clock a turn ends at its work or with its time, whichever comes first") {
  Turns turns{&hurried};
  CHECK(done_in_a_turn(turns, 3'000) == 3'000);
  Turns longer{&hurried};
  const auto done = done_in_a_turn(longer, 40'000);
  CHECK(done >= 4'000);  // three looks at the clock
  CHECK(done <= 8'000);
  const Turns::Counted counted{longer};
  longer.allow(40'000);
  CHECK_FALSE(longer.is_over());
  longer.go_on();
  CHECK(longer.is_over());
  CHECK(longer.is_under_way());
}

namespace {

/// Rules of each kind that one evaluation reckons whole, over more series than a turn is for.
struct Crowd {
  static constexpr SeriesId series = 400;
  explicit Crowd(Engine::Options options)
      : engine{rules_of("  - {alert: Plain, expr: 'topk(3, a) > 0'}\n"
                        "  - {alert: Step, expr: 'max_over_time((a - on (x) a)[3s:1s]) >= 0'}\n"
                        "  - {alert: Conflict, expr: 'a / on () a > 0'}\n"
                        "  - {alert: Many, expr: 'a > 10', annotations: {says: '{{ $value }}'}}\n"
                        "  - {record: sum, expr: 'sum by (x) (a)'}\n"),
               std::move(options)} {
    for (SeriesId id = 0; id < series; ++id) engine.born(id, labels(id));
  }
  static Labels labels(SeriesId id) { return Labels{{{"__name__", "a"}, {"x", std::to_string(id)}}}; }
  void feed(ground::Duration t, double first) {
    std::vector<Sample> samples;
    for (SeriesId id = 0; id < series; ++id) samples.push_back({id, first + id % 20});
    hear(engine.batch(at(t), samples));
  }
  void hear(const std::vector<Transition>& transitions) {
    if (!transitions.empty()) told += text(transitions) + " ";
  }
  /// So many calls until nothing is left.
  std::size_t finish(ground::Duration t) {
    std::size_t calls = 0;
    for (; engine.next_due() <= at(t); ++calls) hear(engine.tick(at(t)));
    for (const auto& one : engine.take_derived()) made += one.labels->text() + ground::number_text(one.value.value_or(-1)) + " ";
    return calls;
  }

  Engine engine;
  std::string told, made;
};

}  // namespace

TEST_CASE("whatever lasts longer than a turn is cut, and tells what it tells in one") {
  Crowd whole{{.turn_work = Turns::no_limit}}, cut{{.turn_work = 2'000}}, late{{.turn_work = Turns::no_limit, .clock = &hurried}};
  std::size_t calls = 0, late_calls = 0;
  for (auto t = 1s; t <= 6s; ++t) {
    for (Crowd* each : {&whole, &cut, &late}) each->feed(t, ground::seconds(t) * 2);
    CHECK(whole.finish(t) == 0);
    calls += cut.finish(t);
    late_calls += late.finish(t);
  }
  for (const Crowd* each : {&cut, &late}) {
    CHECK(each->told == whole.told);
    CHECK(each->made == whole.made);
  }
  CHECK(whole.told.size() > 10'000);
  CHECK(calls > 100);
  CHECK(late_calls > 50);
}

TEST_CASE("of a rule that is not through with its instant nothing shows, and what comes meanwhile waits") {
  Crowd crowd{{.turn_work = 2'000}};
  crowd.feed(1s, 100);
  bool was_under_way = false;
  for (int i = 0; i < 10'000 && crowd.told.find("Many") == std::string::npos; ++i) {
    const auto before = crowd.told.size();
    if (i == 3) crowd.feed(2s, 0), crowd.engine.born(1000, Crowd::labels(1000));
    crowd.hear(crowd.engine.tick(at(2s)));
    was_under_way = was_under_way || crowd.told.size() == before;
  }
  CHECK(was_under_way);
  std::size_t many = 0;
  for (auto found = crowd.told.find("firing{alertname=\"Many\""); found != std::string::npos; ++many)
    found = crowd.told.find("firing{alertname=\"Many\"", found + 1);
  CHECK(many == Crowd::series);
  CHECK(crowd.told.find("@2") == std::string::npos);
  (void)crowd.finish(2s);
  CHECK(crowd.told.find("@2") != std::string::npos);
  const std::vector<Sample> late{{1000, 50.0}};
  CHECK(text(crowd.engine.batch(at(3s), late)).empty());
  crowd.told.clear();
  (void)crowd.finish(3s);
  CHECK(crowd.told.find(R"(inactive>firing{alertname="Many",x="1000"}=50@3)") != std::string::npos);
}

TEST_CASE("an engine may go in the middle of an evaluation") {
  for (const std::size_t work : {50, 500, 5'000}) {
    Crowd crowd{{.turn_work = work}};
    crowd.feed(1s, 100);
    for (int i = 0; i < 20; ++i) (void)crowd.engine.tick(at(1s));
    CHECK(crowd.engine.next_due() <= at(1s));
  }
}

TEST_CASE("what asks for all that is left gets it, however late it is") {
  const Engine::Options late{.renewal = 24h, .clock = &hurried};
  const auto born_in = [](Engine& engine) {
    for (SeriesId id = 0; id < 2'000; ++id) engine.born(id, Crowd::labels(id));
  };
  const auto feed = [](Engine& engine, ground::Duration t, double value) {
    std::vector<Sample> samples;
    for (SeriesId id = 0; id < 2'000; ++id) samples.push_back({id, value});
    (void)engine.batch(at(t), samples);
  };
  const std::string rules = "  - {alert: A, expr: 'a > 10'}\n  - {alert: B, expr: 'a - on (x) a >= 0'}\n";
  for (const int ticks : {0, 5, 20, 100}) {
    Engine before{rules_of(rules), late}, after{rules_of(rules), late}, asked{rules_of(rules), late};
    for (Engine* each : {&before, &after, &asked}) born_in(*each);
    for (Engine* each : {&before, &asked}) {
      feed(*each, 1s, 50);
      for (int i = 0; i < ticks; ++i) (void)each->tick(at(1s));
    }
    feed(before, 2s, 60);
    (void)after.take_over(before, at(3s));
    while (*after.next_due() <= at(3s)) (void)after.tick(at(3s));
    const auto standing = after.active();
    CHECK(standing.size() == 4'000);
    CHECK(standing.front().value == 60);
    asked.forget(7);
    CHECK(asked.active().size() % 2'000 == 0);  // of rules that are through
    while (asked.next_due() && *asked.next_due() <= at(2s)) (void)asked.tick(at(2s));
    CHECK(asked.active().size() == 2 * 1'999);
  }
}
