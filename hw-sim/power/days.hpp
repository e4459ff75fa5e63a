#pragma once

#include <cstdint>

#include "ground/instant.hpp"
#include "hw-sim/power/outage.hpp"

// Load and weather through the day, the week and the year: seeded functions of time without a state. Time zero is a Monday, midnight, the
// 115th day of its year (25 April). Circuit takes them up once each `every`. Pure.
namespace hwsim::power {

struct Days {
  double swing = 0.3;       // loads: so much above their watts at 15:00, below at 3:00
  double weekend = 0.8;     // … times that on Saturday and Sunday
  double noise = 0.05;      // … up to so much more or less, over minutes to hours
  double growth = 0;        // … and so much more after 30 days
  double celsius = 25;      // air that is taken in: mean,
  double celsius_day = 2;   // swing over the day, warmest at 16:00,
  double celsius_year = 3;  // and over the year, warmest at the end of July
  double volts = 0.015;     // lines: up to so much more or less, each on its own
  Duration every{60'000'000'000};
};

/// Of a load's watts, by its number. Above 0.
[[nodiscard]] double load_ratio(const Days& days, std::uint64_t seed, std::size_t load, Instant at);
[[nodiscard]] double air_celsius(const Days& days, std::uint64_t seed, Instant at);
/// Of a line's volts, by its number.
[[nodiscard]] double line_ratio(const Days& days, std::uint64_t seed, std::size_t line, Instant at);

}  // namespace hwsim::power
