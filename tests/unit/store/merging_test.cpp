#include "store/merging.hpp"

#include <limits>

#include "catch.hpp"

using namespace holdup;
using namespace holdup::store;

TEST_CASE("a window holds two hours, also before 1970") {
  CHECK(window_of(0) == 0);
  CHECK(window_of(window_ms - 1) == 0);
  CHECK(window_of(window_ms) == 1);
  CHECK(window_of(-1) == -1);
  CHECK(window_of(-window_ms) == -1);
  CHECK(window_of(-window_ms - 1) == -2);
}

TEST_CASE("minutes count good numbers only, by their time and not by their order") {
  const codec::Times times{.utc_ms = {120'000, 60'500, 61'000, 119'999, 120'000, 60'000, 70'000, -1}, .seq = {1, 2, 3, 4, 5, 6, 7, 8}};
  const std::vector<double> values{5, 1, 2, 3, 6, -1, std::numeric_limits<double>::quiet_NaN(), 9};
  const std::vector<ground::Quality> qualities{{}, {}, {}, {}, {}, ground::Quality::absent, {}, {}};
  const auto minutes = minutes_of(times, values, qualities);
  REQUIRE(minutes.size() == 3);
  CHECK(minutes[0].from_ms == -60'000);
  CHECK(minutes[1].from_ms == 60'000);
  CHECK(minutes[1].count == 3);
  CHECK(minutes[1].min == 1);
  CHECK(minutes[1].max == 3);
  CHECK(minutes[1].sum == 6);
  CHECK(minutes[1].last == 3);
  CHECK(minutes[2].count == 2);
  CHECK(minutes[2].last == 6);  // of one moment the later row
  const auto hours = hours_of(minutes);
  REQUIRE(hours.size() == 2);
  CHECK(hours[0].from_ms == -3'600'000);
  CHECK(hours[1].from_ms == 0);
  CHECK(hours[1].count == 5);
  CHECK(hours[1].min == 1);
  CHECK(hours[1].max == 6);
  CHECK(hours[1].sum == 17);
  CHECK(hours[1].last == 6);
}

TEST_CASE("a chunk that names a series twice in one block is set aside, and harms no merge") {
  const codec::Times times{.utc_ms = {60'000, 61'000}, .seq = {1, 2}, .age_ms = {0, 0}, .stretches = {{}}};
  const auto chunk = [&](std::initializer_list<std::int64_t> series) {
    codec::ChunkWriter writer;
    writer.begin(times);
    for (const auto one : series) writer.add(one, std::vector<double>{1, 2}, std::vector<ground::Quality>(2));
    return writer.finish();
  };
  Merged merged;
  for (auto job = merge({{.row = 1, .extent = {}, .body = chunk({7, 7})}, {.row = 2, .extent = {}, .body = chunk({7})}}, merged);
       job.under_way();)
    job.next();
  REQUIRE(merged.damaged.size() == 1);
  CHECK(merged.damaged[0].row == 1);
  CHECK(merged.extent.samples == 2);
}
