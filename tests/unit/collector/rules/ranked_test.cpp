#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "catch.hpp"
#include "collector/rules/engine.hpp"
#include "tests/unit/collector/rules/rig.hpp"

// topk and bottomk as samples arrive: who is chosen, and when that is looked at.
using namespace holdup;
using namespace holdup::rules;
using test::at, test::rules_of;
using namespace std::chrono_literals;

namespace {

/// Series a{x="1"} to a{x="4"}, of which 1 and 2 have y="l", the others y="r".
class Contest {
 public:
  explicit Contest(const std::string& expression) : engine_{rules_of("  - alert: t\n    expr: " + expression + "\n"), {}} {
    for (SeriesId x = 1; x <= 4; ++x) engine_.born(x, Labels{{{"__name__", "a"}, {"x", std::to_string(x)}, {"y", x <= 2 ? "l" : "r"}}});
  }
  /// One sample a second later; nothing ends the series.
  void feed(SeriesId series, std::optional<double> value) { (void)engine_.batch(at(now_ += 1s), std::vector<Sample>{{series, value}}); }
  void feed_all(const std::vector<double>& values) {
    std::vector<Sample> samples;
    for (SeriesId x = 1; x <= values.size(); ++x) samples.push_back({x, values[x - 1]});
    (void)engine_.batch(at(now_ += 1s), samples);
  }
  /// The x of those that fire.
  std::string firing() {
    std::string out;
    for (const auto& alert : engine_.active()) out += alert.labels.get("x");
    return out;
  }
  [[nodiscard]] std::uint64_t looks() const { return engine_.counters().looks; }

 private:
  Engine engine_;
  ground::Duration now_{};
};

}  // namespace

TEST_CASE("the greatest are those at each instant, whoever rises, falls or ends", "[rules]") {
  Contest bench{"topk(2, a) > -100"};
  bench.feed_all({1, 2, 3, 4});
  CHECK(bench.firing() == "34");
  bench.feed(1, 9);
  CHECK(bench.firing() == "14");
  bench.feed(4, 0);
  CHECK(bench.firing() == "13");
  bench.feed(1, {});
  CHECK(bench.firing() == "23");
  bench.feed(3, {});
  bench.feed(2, {});
  CHECK(bench.firing() == "4");
  bench.feed(2, 5);
  CHECK(bench.firing() == "24");
}

TEST_CASE("of equal ones those come first whose labels do, and what is no number comes last", "[rules]") {
  Contest bench{"topk(2, a) > -100 or bottomk(1, a) != bottomk(1, a)"};
  bench.feed_all({7, 7, 7, NAN});
  CHECK(bench.firing() == "12");
  bench.feed(1, NAN);
  CHECK(bench.firing() == "23");
  bench.feed(2, NAN);
  bench.feed(3, NAN);
  CHECK(bench.firing() == "1");
}

TEST_CASE("each group has its own least", "[rules]") {
  Contest bench{"bottomk by (y) (1, a) < 100"};
  bench.feed_all({1, 2, 3, 4});
  CHECK(bench.firing() == "13");
  bench.feed(2, 0);
  bench.feed(4, 0);
  CHECK(bench.firing() == "24");
}

TEST_CASE("a limit that the greatest must not pass from above is no limit of the others", "[rules]") {
  Contest bench{"topk(1, a) < 5"};
  bench.feed_all({3, 4, 2, 9});
  CHECK(bench.firing().empty());
  bench.feed(4, 1);
  CHECK(bench.firing() == "2");
}

TEST_CASE("the greatest rest while none passes their limit, and the least", "[rules]") {
  const bool greatest = GENERATE(true, false);
  const double calm = greatest ? 1 : -1;
  Contest bench{greatest ? "topk(1, a) > 5" : "bottomk by (y) (2, a) < -5"};
  bench.feed_all({calm, calm, calm, calm});
  const auto looks = bench.looks();
  for (int n = 0; n < 20; ++n) bench.feed_all({calm * n / 10, calm * 2, calm * 3, calm * n / 5});
  CHECK(bench.looks() == looks);
  bench.feed(3, calm * 6);
  CHECK(bench.firing() == "3");
}

TEST_CASE("a parameter that is no count is an error, and one below 1 chooses none", "[rules]") {
  const auto* const none = GENERATE("topk(0, a)", "topk(0.9, a)", "bottomk(-3, a)", "topk(NaN, a)", "bottomk(1e19, a)");
  Contest bench{none};
  bench.feed_all({1, 2, 3, 4});
  CHECK(bench.firing().empty());
}

TEST_CASE("a metric's name that no longer counts decides between no equal ones", "[rules]") {
  Engine engine{rules_of("  - alert: t\n    expr: topk(1, -{__name__=~\"a|b\"}) < 0\n"), {}};
  engine.born(1, Labels{{{"__name__", "a"}, {"x", "2"}}});
  engine.born(2, Labels{{{"__name__", "b"}, {"x", "2"}}});
  engine.born(3, Labels{{{"__name__", "b"}, {"x", "1"}}});
  (void)engine.batch(at(1s), std::vector<Sample>{{1, 5.0}});
  (void)engine.batch(at(2s), std::vector<Sample>{{1, {}}, {2, 5.0}, {3, 5.0}});
  REQUIRE(engine.active().size() == 1);
  CHECK(engine.active()[0].labels.get("x") == "1");
}
