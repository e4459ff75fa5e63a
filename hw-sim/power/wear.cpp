#include "hw-sim/power/wear.hpp"

#include <algorithm>
#include <cmath>

#include "hw-sim/power/noise.hpp"

namespace hwsim::power {
namespace {

constexpr double reference_celsius = 25;
constexpr double nearly = 1 - 1e-9;     // an end that was reckoned in nanoseconds has come
constexpr std::uint64_t openings = 40;  // of a loose contact before it stays open
constexpr double first_opening = 0.85;  // of its life
enum : std::uint64_t { word_moment = 1, word_length };

}  // namespace

double pace_of(WearKind kind, double celsius) {
  const double above = celsius - reference_celsius;
  switch (kind) {
    case WearKind::fan:
      return std::pow(5.0 / 3, above / 25);  // replaced after 5 years at 25 degrees, 3 at 50
    case WearKind::capacitor:
      return std::exp2(above / 10);  // electrolytics: 10 K halve the life
    case WearKind::battery:
      return std::exp2(above / 8.3);
    default:
      return 1;
  }
}

double Wear::at(Instant now) const {
  if (!on()) return 0;
  const double share = spent + pace * ground::seconds(now - since) / ground::seconds(life);
  return share >= nearly ? 1 : std::max(share, 0.0);
}

void Wear::go_on(Instant now, double new_pace) {
  if (!on()) return;
  spent = at(now), since = now, pace = new_pace;
}

std::optional<Instant> Wear::reaches(double share) const {
  if (!on() || pace <= 0 || spent >= share) return std::nullopt;
  const double seconds = (share - spent) * ground::seconds(life) / pace;
  constexpr double century = 3.2e9;
  if (seconds > century) return std::nullopt;
  return since + Duration{std::llround(std::ceil(seconds * 1e9))};
}

double fan_ratio(double spent) { return spent >= 1 ? 0 : 1 - 0.5 * spent * spent * spent; }
double capacitance_ratio(double spent) { return 1 - 0.2 * spent * spent; }
double esr_ratio(double spent) { return std::pow(capacitance_ratio(spent), -4.614); }
double loss_ratio(double spent) { return 1 + 1.2 * spent * spent; }
double capacity_ratio(double spent) { return 1 - 0.2 * spent - 0.4 * std::pow(spent, 6); }
double resistance_ratio(double spent) { return 1 + spent * spent; }
double contact_ohms(double spent) { return 0.02 + 0.6 * spent * spent * spent; }
double leak_amperes(double spent) { return 0.03 * spent * spent; }
double air_ratio(double spent) { return 1 - 0.9 * spent * spent; }
double share_ratio(double spent) { return 1 - 0.9 * spent * spent; }
double charger_ratio(double spent) { return 1 - spent * spent; }

std::optional<double> opening_share(std::uint64_t seed, std::uint64_t n) {
  if (n >= openings) return std::nullopt;
  const double place = (static_cast<double>(n) + unit_interval(draw(seed, {n, word_moment}))) / static_cast<double>(openings);
  return first_opening + (1 - first_opening) * std::sqrt(place);
}

Duration opening_length(std::uint64_t seed, std::uint64_t n) {
  return Duration{static_cast<std::int64_t>(4e6 + 11e6 * unit_interval(draw(seed, {n, word_length})))};
}

}  // namespace hwsim::power
