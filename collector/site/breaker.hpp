#pragma once

#include <optional>
#include <string>

#include "collector/site/chain.hpp"

// How long a breaker bears an overload, as a range: from the test points of IEC 60898-1 and IEC 60947-2, interpolated between them, since
// the curve inside the band, its ambient and what it carried before are unknown. Never one number.
namespace holdup::site {

struct TripTime {
  Duration least{};                // it may trip after so long
  std::optional<Duration> most{};  // it has tripped by then; nothing: it may hold for ever
};

/// `ratio` of the current to the rating. Nothing where it holds. A rack is warmer than the standard's 30 degrees: the least time is that of
/// a current a tenth larger.
[[nodiscard]] std::optional<TripTime> trip_time(double ratio, double rating_amperes, std::optional<Curve> curve);

/// "between 40 s and 20 min", "after 45 min at least, perhaps never"
[[nodiscard]] std::string trip_text(const TripTime& time);

}  // namespace holdup::site
