#include "hw-sim/power/days.hpp"

#include <algorithm>
#include <vector>

#include "catch.hpp"
#include "unit/hw-sim/power/bench_rack.hpp"

using namespace hwsim::power;
using namespace std::chrono_literals;

TEST_CASE("loads are highest in the afternoon, lower at the weekend, and grow where they are to") {
  Days days{.swing = 0.3, .weekend = 0.5, .noise = 0};
  CHECK(load_ratio(days, 1, 0, at(15h)) == Approx(1.3));
  CHECK(load_ratio(days, 1, 0, at(3h)) == Approx(0.7));
  CHECK(load_ratio(days, 1, 0, at(5 * 24h + 15h)) == Approx(0.65));  // Saturday
  CHECK(load_ratio(days, 1, 0, at(7 * 24h + 15h)) == Approx(1.3));
  days.growth = 0.5;
  CHECK(load_ratio(days, 1, 0, at(28 * 24h + 9h)) > 1.45);
  days.growth = -20;
  CHECK(load_ratio(days, 1, 0, at(300 * 24h)) > 0);  // no load is below 0
}

TEST_CASE("noise is seeded, of each load its own, and bounded") {
  const Days days{.swing = 0, .weekend = 1, .noise = 0.1};
  double least = 2, most = 0;
  for (int minute = 0; minute < 20'000; ++minute) {
    const double ratio = load_ratio(days, 7, 0, at(minute * 1min));
    least = std::min(least, ratio), most = std::max(most, ratio);
  }
  CHECK((least >= 0.9 && least < 0.95 && most <= 1.1 && most > 1.05));
  CHECK(load_ratio(days, 7, 0, at(77min)) == load_ratio(days, 7, 0, at(77min)));
  CHECK(load_ratio(days, 7, 0, at(77min)) != load_ratio(days, 8, 0, at(77min)));
  CHECK(load_ratio(days, 7, 0, at(77min)) != load_ratio(days, 7, 1, at(77min)));
}

TEST_CASE("air is warmest in the afternoon and in summer, lines wander within their bounds") {
  const Days days{.celsius = 22, .celsius_day = 4, .celsius_year = 6, .volts = 0.03};
  CHECK(air_celsius(days, 1, at(16h)) > air_celsius(days, 1, at(4h)) + 6);
  CHECK(air_celsius(days, 1, at(93 * 24h + 16h)) > 28);  // end of July
  CHECK(air_celsius(days, 1, at(275 * 24h + 4h)) < 15);  // end of January
  double least = 2, most = 0;
  for (int minute = 0; minute < 50'000; ++minute) {
    const double ratio = line_ratio(days, 3, 1, at(minute * 1min));
    least = std::min(least, ratio), most = std::max(most, ratio);
  }
  CHECK((least >= 0.97 && least < 0.985 && most <= 1.03 && most > 1.015));
}

TEST_CASE("a rack with days takes them up at each step, and reads the same however finely time passes") {
  Rack rack = bench_rack();
  rack.days = Days{.noise = 0.05, .celsius = 22, .every = 60s};
  rack.loads[0].supplies[0].fan_least = 0.4;
  World coarse{rack, 5}, fine{rack, 5};
  coarse.advance(at(15h + 30s));
  for (int step = 1; step <= 1800; ++step) fine.advance(at(30s + step * 30s));
  CHECK(coarse.now() == fine.now());
  const auto& values = coarse.read(psu1_unit).values;
  const auto& same = fine.read(psu1_unit).values;
  for (std::size_t i = 0; i < values.size(); ++i) CHECK(values[i].value == same[i].value);
  const double noon = coarse.supply(cab1, 0).output_watts, warm = coarse.fan_rpm(cab1, 0);
  CHECK(noon > 900 * 1.15);
  CHECK(coarse.feed_volts(0) != coarse.feed_volts(1));
  coarse.advance(at(27h));
  CHECK(coarse.supply(cab1, 0).output_watts < 900 * 0.8);
  CHECK(coarse.fan_rpm(cab1, 0) < warm);
  CHECK(coarse.fan_rpm(cab1, 1) == Approx(9000));  // one that does not follow
}
