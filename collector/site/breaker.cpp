#include "collector/site/breaker.hpp"

#include <algorithm>
#include <cmath>

namespace holdup::site {
namespace {

/// What a standard demands of a release, as ratios of the rating.
struct Band {
  double holds, trips;            // conventional currents: holds an hour (two above 63 A), has tripped within it
  double most_seconds;            // at 2.55 times the rating and above; 1 s at least there
  double magnetic, magnetic_all;  // the magnetic release may act from here, has acted from there
};

constexpr double test_ratio = 2.55, least_at_test = 1, at_once = 0.1;
constexpr double warm = 1.1;

// IEC 60898-1, time-current operating characteristics; IEC 60947-2, conventional currents of inverse-time releases, which leaves the rest
// to the maker: there it is what the makers' curves have in common.
Band band_of(Curve curve, double rating) {
  const double most = rating > 32 ? 120 : 60;
  switch (curve) {
    case Curve::b:
      return {1.13, 1.45, most, 3, 5};
    case Curve::c:
      return {1.13, 1.45, most, 5, 10};
    case Curve::d:
      return {1.13, 1.45, most, 10, 20};
    case Curve::mccb:
      break;
  }
  return {1.05, 1.30, 120, 4, 15};
}

/// On a straight line between two points of a chart with logarithmic axes.
double between(double ratio, double first, double first_seconds, double second, double second_seconds) {
  const double slope = std::log(second_seconds / first_seconds) / std::log(second / first);
  return first_seconds * std::pow(ratio / first, slope);
}

double least_seconds(double ratio, const Band& band, double hour) {
  if (ratio >= band.magnetic) return 0;
  return ratio < test_ratio ? between(ratio, band.holds, hour, test_ratio, least_at_test)
                            : between(ratio, test_ratio, least_at_test, band.magnetic, at_once);
}

double most_seconds(double ratio, const Band& band, double hour) {
  if (ratio >= band.magnetic_all) return at_once;
  return ratio < test_ratio ? between(ratio, band.trips, hour, test_ratio, band.most_seconds) : band.most_seconds;
}

Duration from_seconds(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>{std::max(seconds, 0.0)});
}

/// Whichever it is: the least and the most of all.
std::optional<TripTime> of_any(double ratio, double rating) {
  std::optional<TripTime> out;
  bool sure = true;
  for (const Curve curve : {Curve::b, Curve::c, Curve::d, Curve::mccb}) {
    const auto one = trip_time(ratio, rating, curve);
    sure = sure && one && one->most;
    if (!one) continue;
    if (!out) out = one;
    out->least = std::min(out->least, one->least);
    if (one->most) out->most = std::max(out->most.value_or(Duration{}), *one->most);
  }
  if (out && !sure) out->most.reset();
  return out;
}

/// Two figures: no more are known.
std::string rough(Duration length) {
  const double seconds = std::chrono::duration<double>{length}.count();
  const auto figures = [](double value) { return std::to_string(std::lround(value < 20 ? value : 5 * std::round(value / 5))); };
  if (seconds < 1) return "0.1 s";
  if (seconds < 95) return figures(seconds) + " s";
  return seconds < 5700 ? figures(seconds / 60) + " min" : figures(seconds / 3600) + " h";
}

}  // namespace

std::optional<TripTime> trip_time(double ratio, double rating_amperes, std::optional<Curve> curve) {
  if (!curve) return of_any(ratio, rating_amperes);
  const Band band = band_of(*curve, rating_amperes);
  const double hour = rating_amperes > 63 ? 7200 : 3600;
  const double worst = ratio > 1 ? ratio * warm : ratio;
  if (worst <= band.holds) return std::nullopt;
  TripTime out{.least = from_seconds(least_seconds(worst, band, hour))};
  if (ratio >= band.trips) out.most = from_seconds(most_seconds(ratio, band, hour));
  return out;
}

std::string trip_text(const TripTime& time) {
  using namespace std::chrono_literals;
  if (!time.most) return time.least < 1s ? "perhaps at once, perhaps never" : "after " + rough(time.least) + " at least, perhaps never";
  if (time.least < 100ms) return *time.most <= 100ms ? "at once" : "between at once and " + rough(*time.most);
  return "between " + rough(time.least) + " and " + rough(*time.most);
}

}  // namespace holdup::site
