#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "collector/rules/expression.hpp"
#include "collector/rules/point.hpp"
#include "ground/instant.hpp"

// The functions of the language, by name: what they take, what they give and how it is reckoned. Looked up by the parser, called by the
// evaluator.
namespace holdup::rules {

/// The samples of one series in (from, to], stale markers left out, and what else was given.
struct Window {
  std::span<const Point> samples;  // at least one
  ground::Instant from{}, to{};
  ground::Instant at{};           // of the evaluation
  ground::Duration utc_offset{};  // of these instants
  std::array<double, 2> parameters{};
};

using OverTime = std::optional<double> (*)(const Window&);  // nothing: no element of this series
using OfNumber = double (*)(double);
using OfMoment = double (*)(std::chrono::sys_seconds);  // of the calendar

/// What needs more than numbers.
enum class Special : std::uint8_t {
  absent,
  absent_over_time,
  clamp,
  clamp_max,
  clamp_min,
  histogram_quantile,
  label_join,
  label_replace,
  pi,
  round,
  scalar,
  sort,
  sort_desc,
  sort_by_label,
  sort_by_label_desc,
  time,
  timestamp,
  vector,
};

/// clamp, clamp_max, clamp_min and round; nothing: no element of this value.
[[nodiscard]] std::optional<double> limited(Special which, double x, std::span<const double> parameters);

/// What a function of the calendar says of a time in seconds; NaN beyond the years that a calendar has.
[[nodiscard]] double of_calendar(OfMoment reckon, double utc_seconds);

struct Function {
  std::string_view name;
  std::vector<Type> takes;
  std::size_t optional = 0;  // so many of the last may be left out
  bool repeats = false;      // the last may stand any number of times, or not at all
  Type returns = Type::instant_vector;
  std::variant<OverTime, OfNumber, OfMoment, Special> made = {};
  bool keeps_name = false;
  bool of_counters = false;  // says so of a metric that is not named as one
  bool drifts = false;       // its result changes with time alone, all the time
};

/// Nothing when there is none of that name, or holdup does not have it.
[[nodiscard]] const Function* find_function(std::string_view name);
/// One that Prometheus has and holdup has not: native histograms and others that no power rule uses.
[[nodiscard]] bool is_refused_function(std::string_view name);
/// The nearest name to a mistyped one, or nothing.
[[nodiscard]] std::string nearest_function(std::string_view name);

}  // namespace holdup::rules
