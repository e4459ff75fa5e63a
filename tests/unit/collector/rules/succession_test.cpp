#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "collector/rules/engine.hpp"
#include "tests/unit/collector/rules/rig.hpp"

// What an engine takes over from the one before it, in turns, while samples go on arriving.
using namespace holdup;
using namespace holdup::rules;
using test::at, test::rules_of, test::text;
using namespace std::chrono_literals;

namespace {

constexpr SeriesId crowd = 600;
const std::string rules = "  - {alert: High, expr: 'a > 10', for: 3s}\n  - {alert: Most, expr: 'max_over_time(a[1m]) > 70'}\n";

Labels labels(SeriesId id) { return Labels{{{"__name__", "a"}, {"x", std::to_string(id)}}}; }

/// The crowd's, one after the other; nobody else bears them.
Engine::Births births(SeriesId count = crowd) {
  return [count, next = SeriesId{0}]() mutable -> std::optional<Engine::Birth> {
    if (next == count) return std::nullopt;
    const auto id = next++;
    return Engine::Birth{id, labels(id)};
  };
}

/// Engines in succession, as one.
struct Line {
  explicit Line(std::size_t turn_work) : work{turn_work}, engine{fresh()} {}

  [[nodiscard]] std::unique_ptr<Engine> fresh() const {
    return std::make_unique<Engine>(rules_of(rules), Engine::Options{.turn_work = work});
  }
  void note(const std::vector<Transition>& transitions) {
    for (const auto& transition : transitions) told.insert(text({transition}));
  }
  void feed(ground::Duration t, const std::vector<Sample>& samples) { note(engine->batch(at(t), samples)); }
  void feed_all(ground::Duration t, double value) {
    std::vector<Sample> samples;
    for (SeriesId id = 0; id < crowd; ++id) samples.push_back({id, value});
    feed(t, samples);
  }
  void reload(ground::Duration t) {
    former = std::exchange(engine, fresh());
    note(engine->take_over(*former, at(t), births()));
  }
  /// The calls that it takes until nothing is left to do by then.
  std::size_t finish(ground::Duration t) {
    std::size_t calls = 0;
    for (; engine->next_due() && *engine->next_due() <= at(t); ++calls) note(engine->tick(at(t)));
    if (!engine->takes_over()) former.reset();
    return calls;
  }

  std::size_t work;
  std::unique_ptr<Engine> former, engine;
  std::multiset<std::string> told;
};

}  // namespace

TEST_CASE("what arrives while an engine takes over waits, and is judged at its own instant as if nothing had happened") {
  const auto run = [](std::size_t turn_work, bool reloads) {
    Line line{turn_work};
    for (SeriesId id = 0; id < crowd; ++id) line.engine->born(id, labels(id));
    line.feed_all(1s, 50);
    line.finish(1s);
    line.feed_all(2s, 60);  // some of it is still to be done
    if (reloads) line.reload(2500ms);
    const bool busy = line.engine->takes_over();
    CHECK(busy == (reloads && turn_work < 50'000));
    line.feed(3s, {{7, 5.0}, {8, 80.0}});
    CHECK(line.engine->takes_over() == busy);
    line.engine->born(crowd, labels(crowd));
    line.feed(3500ms, {{crowd, 20.0}, {9, 5.0}});
    const auto calls = line.finish(3500ms);
    CHECK((calls > 10) == (turn_work < 50'000));
    CHECK_FALSE(line.engine->takes_over());
    line.engine->forget(10);
    line.feed(4s, {{9, 30.0}});
    line.finish(4s);
    line.finish(20s);
    CHECK(line.engine->active().size() == crowd);  // without 7 and 10, with the new one, and 8 twice
    return line.told;
  };
  const auto wanted = run(10'000'000, false);
  CHECK(wanted.size() > crowd);
  for (const std::size_t turn_work : {100, 1'000, 10'000, 10'000'000}) {
    CAPTURE(turn_work);
    CHECK(run(turn_work, true) == wanted);
  }
}

TEST_CASE("whoever asks for all that stands while an engine takes over gets it, however much the one before had left") {
  Line line{100};
  for (SeriesId id = 0; id < crowd; ++id) line.engine->born(id, labels(id));
  line.feed_all(1s, 50);
  line.finish(1s);
  line.feed_all(2s, 80);
  line.reload(3s);
  REQUIRE(line.engine->takes_over());
  CHECK(line.engine->active().size() == 2 * crowd);  // pending, and above 70
  CHECK_FALSE(line.engine->takes_over());
  line.finish(4s);
  CHECK(line.engine->active().size() == 2 * crowd);
}

TEST_CASE("windows go over to the next engine as they are") {
  Line line{200};
  for (SeriesId id = 0; id < crowd; ++id) line.engine->born(id, labels(id));
  line.feed(1s, {{3, 75.0}});
  line.feed(2s, {{3, 1.0}});
  line.finish(2s);
  line.told.clear();
  for (int reload = 3; reload < 8; ++reload) {
    line.reload(ground::Duration{reload * 1s});
    line.finish(ground::Duration{reload * 1s});
  }
  line.finish(60s);
  CHECK(line.engine->active().size() == 1);
  line.finish(61s);
  CHECK(line.engine->active().empty());
  CHECK(line.told == std::multiset<std::string>{R"(firing>inactive{alertname="Most",x="3"}=75@61)"});
}

TEST_CASE("an engine may go at any point of its taking over, and another one may take over from it after that") {
  for (int calls = 0; calls < 60; ++calls) {
    Line line{300};
    for (SeriesId id = 0; id < crowd; ++id) line.engine->born(id, labels(id));
    line.feed_all(1s, 50);
    line.reload(2s);
    for (int call = 0; call < calls; ++call) line.note(line.engine->tick(at(2s)));
  }
  Line line{300};
  line.feed(1s, {});
  for (int reload = 2; reload < 5; ++reload) {
    line.reload(ground::Duration{reload * 1s});
    line.finish(ground::Duration{reload * 1s});
  }
  line.feed_all(5s, 90);
  line.finish(9s);
  CHECK(line.engine->active().size() == 2 * crowd);
}
