#include "collector/forward/shaper.hpp"

#include "catch.hpp"
#include "memory_source.hpp"

using namespace holdup;
using namespace holdup::forward;
using test::bad;
using test::good;

namespace {

struct Rig {
  explicit Rig(Target target = {}) : shaper{target} {}

  std::vector<Passage> shape(std::vector<store::Recorded> recorded) {
    auto passages = shaper.shape({.to = 1, .recorded = std::move(recorded)}, [](std::int64_t row) -> ground::Result<record::Series> {
      return record::Series{.name = "s" + std::to_string(row)};
    });
    REQUIRE(passages);
    return *std::move(passages);
  }
  Shaper shaper;
};

std::vector<Sample> of(const std::vector<Passage>& passages, const std::string& name) {
  for (const auto& passage : passages)
    if (passage.labels->front().second == name) return passage.samples;
  return {};
}

}  // namespace

TEST_CASE("good values go, the first that is not good is a marker, what follows is nothing") {
  Rig rig;
  const auto passages =
      rig.shape({{1, {good(1000, 5), bad(2000), bad(3000, ground::Quality::stale), good(4000, 0), bad(5000, ground::Quality::absent)}}});
  CHECK(of(passages, "s1") == std::vector<Sample>{{1000, bits_of(5)}, {2000, stale_bits}, {4000, bits_of(0)}, {5000, stale_bits}});
  CHECK(rig.shape({{1, {bad(6000)}}}).empty());
}

TEST_CASE("a series that was never good is never told") {
  Rig rig;
  CHECK(rig.shape({{1, {bad(1000), bad(2000)}}}).empty());
}

TEST_CASE("a series that went on before the restart ends with a marker, one that was not known does not") {
  Rig rig;
  rig.shaper.remember(1, 500);
  const auto passages = rig.shape({{1, {bad(1000)}}, {2, {bad(1000)}}});
  REQUIRE(passages.size() == 1);
  CHECK(of(passages, "s1") == std::vector<Sample>{{1000, stale_bits}});
}

TEST_CASE("what was recorded out of order of time is sent in it, the later recorded of two at one time") {
  Rig rig;
  const auto passages = rig.shape({{1, {good(3000, 1), good(1000, 2), good(2000, 3), good(2000, 4)}}});
  CHECK(of(passages, "s1") == std::vector<Sample>{{1000, bits_of(2)}, {2000, bits_of(4)}, {3000, bits_of(1)}});
}

TEST_CASE("a series that falls silent while others go on ends after five minutes") {
  Rig rig;
  std::int64_t ms = 0;
  for (; ms <= 10'000; ms += 1000) rig.shape({{1, {good(ms, 1)}}, {2, {good(ms, 1)}}});
  std::vector<Sample> marker;
  for (; ms <= 400'000 && marker.empty(); ms += 1000) marker = of(rig.shape({{2, {good(ms, 1)}}}), "s1");
  REQUIRE(marker.size() == 1);
  CHECK(marker[0].bits == stale_bits);
  CHECK(marker[0].time_ms > 310'000);
  CHECK(marker[0].time_ms <= 321'000);
  for (; ms <= 800'000; ms += 1000) CHECK(of(rig.shape({{2, {good(ms, 1)}}}), "s1").empty());
  CHECK(of(rig.shape({{1, {good(ms, 7)}}}), "s1") == std::vector<Sample>{{ms, bits_of(7)}});
}

TEST_CASE("the daemon's own downtime ends no series, nor does a clock that is stepped") {
  Rig rig;
  std::int64_t ms = 1'000'000;
  for (int i = 0; i < 60; ++i, ms += 1000) rig.shape({{1, {good(ms, 1)}}, {2, {good(ms, 1)}}});
  for (const std::int64_t jump : {86'400'000LL, -40'000'000LL, 31'536'000'000LL}) {
    ms += jump;
    for (int i = 0; i < 60; ++i, ms += 1000) CHECK(of(rig.shape({{2, {good(ms, 1)}}}), "s1").empty());
    CHECK(of(rig.shape({{1, {good(ms, 2)}}, {2, {good(ms, 1)}}}), "s1") == std::vector<Sample>{{ms, bits_of(2)}});
  }
}

TEST_CASE("a slow series is not ended between two of its records") {
  Rig rig;
  for (std::int64_t ms = 0; ms <= 7'200'000; ms += 1000) {
    std::vector<store::Recorded> recorded{{2, {good(ms, 1)}}};
    if (ms % 310'000 == 0) recorded.push_back({1, {good(ms, 1)}});
    for (const auto& sample : of(rig.shape(std::move(recorded)), "s1")) REQUIRE(sample.bits != stale_bits);
  }
}

TEST_CASE("only what matches is told, and ended") {
  Target target;
  target.match = {"s1", "s2*"};
  Rig rig{target};
  const auto passages =
      rig.shape({{1, {good(1, 1)}}, {2, {good(1, 1)}}, {22, {good(1, 1)}}, {11, {good(1, 1), bad(2)}}, {3, {good(1, 1)}}});
  REQUIRE(passages.size() == 3);
  CHECK(of(passages, "s11").empty());
  CHECK(of(passages, "s22").size() == 1);
}

TEST_CASE("a slice whose series cannot be named yet is shaped again") {
  Target target;
  Shaper shaper{target};
  const store::Slice slice{.to = 1, .recorded = {{1, {good(1000, 1), bad(2000)}}}};
  CHECK_FALSE(shaper.shape(slice, [](std::int64_t) -> ground::Result<record::Series> {
    return ground::Failure{ground::FailureKind::machine, "gone"};
  }));
  const auto passages = shaper.shape(slice, [](std::int64_t) -> ground::Result<record::Series> { return record::Series{.name = "s1"}; });
  REQUIRE(passages);
  CHECK(of(*passages, "s1").size() == 2);
}
