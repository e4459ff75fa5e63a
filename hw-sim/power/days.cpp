#include "hw-sim/power/days.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "hw-sim/power/noise.hpp"

namespace hwsim::power {
namespace {

constexpr double day_seconds = 86'400, year_days = 365.25;
constexpr double first_day = 115, warmest_day = 208;
enum : std::uint64_t { word_load = 1, word_air, word_line };

double swing_of(double seconds, double highest_hour) {
  return std::cos(2 * std::numbers::pi * (seconds / day_seconds - highest_hour / 24));
}

/// -1 to 1, smooth: between knots so many seconds apart.
double drift(std::uint64_t seed, double seconds, double apart) {
  const double place = seconds / apart, knot = std::floor(place), way = place - knot;
  const auto at = [&](double n) { return 2 * unit_interval(draw(seed, {static_cast<std::uint64_t>(static_cast<std::int64_t>(n))})) - 1; };
  const double smooth = way * way * (3 - 2 * way);
  return at(knot) * (1 - smooth) + at(knot + 1) * smooth;
}

double seconds_of(Instant at) { return ground::seconds(at.time_since_epoch()); }

}  // namespace

double load_ratio(const Days& days, std::uint64_t seed, std::size_t load, Instant at) {
  constexpr double least = 0.02;
  const double seconds = seconds_of(at), day = seconds / day_seconds;
  const bool weekend = std::fmod(std::floor(day), 7) >= 5;
  const auto own = draw(seed, {word_load, load});
  const double noise = days.noise * (0.5 * drift(own, seconds, 5400) + 0.5 * drift(mix(own), seconds, 420));
  const double ratio = (1 + days.swing * swing_of(seconds, 15)) * (weekend ? days.weekend : 1) * (1 + days.growth * day / 30) * (1 + noise);
  return std::max(ratio, least);
}

double air_celsius(const Days& days, std::uint64_t seed, Instant at) {
  const double seconds = seconds_of(at);
  const double season = std::cos(2 * std::numbers::pi * (first_day + seconds / day_seconds - warmest_day) / year_days);
  const double weather = 0.3 * days.celsius_year * drift(draw(seed, {word_air}), seconds, 3 * day_seconds);
  return days.celsius + days.celsius_day * swing_of(seconds, 16) + days.celsius_year * season + weather;
}

double line_ratio(const Days& days, std::uint64_t seed, std::size_t line, Instant at) {
  const double seconds = seconds_of(at);
  const auto own = draw(seed, {word_line, line});
  // Lowest in the evening, when everybody cooks; the rest is tap changers and neighbours.
  return 1 + days.volts * (-0.4 * swing_of(seconds, 18) + 0.4 * drift(own, seconds, 7200) + 0.2 * drift(mix(own), seconds, 600));
}

}  // namespace hwsim::power
