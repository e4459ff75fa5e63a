#include "collector/rules/function.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numbers>
#include <string>

#include "collector/rules/over_time.hpp"
#include "ground/nearest.hpp"

namespace holdup::rules {
namespace {

using std::chrono::floor;

std::chrono::year_month_day date_of(std::chrono::sys_seconds at) { return std::chrono::year_month_day{floor<std::chrono::days>(at)}; }
auto time_of_day(std::chrono::sys_seconds at) { return std::chrono::hh_mm_ss{at - floor<std::chrono::days>(at)}; }

double sign(double x) { return x < 0 ? -1 : x > 0 ? 1 : x; }
double degrees(double x) { return x * 180 / std::numbers::pi; }
double radians(double x) { return x * std::numbers::pi / 180; }

double minute(std::chrono::sys_seconds at) { return static_cast<double>(time_of_day(at).minutes().count()); }
double hour(std::chrono::sys_seconds at) { return static_cast<double>(time_of_day(at).hours().count()); }
double day_of_month(std::chrono::sys_seconds at) { return static_cast<unsigned>(date_of(at).day()); }
double day_of_week(std::chrono::sys_seconds at) { return std::chrono::weekday{floor<std::chrono::days>(at)}.c_encoding(); }
double month(std::chrono::sys_seconds at) { return static_cast<unsigned>(date_of(at).month()); }
double year(std::chrono::sys_seconds at) { return static_cast<int>(date_of(at).year()); }

double day_of_year(std::chrono::sys_seconds at) {
  const auto date = date_of(at);
  const std::chrono::sys_days first{date.year() / std::chrono::January / 1};
  return static_cast<double>((std::chrono::sys_days{date} - first).count() + 1);
}

double days_in_month(std::chrono::sys_seconds at) {
  const auto date = date_of(at);
  return static_cast<unsigned>(std::chrono::year_month_day_last{date.year() / date.month() / std::chrono::last}.day());
}

Function of_window(std::string_view name, OverTime reckon) { return {.name = name, .takes = {Type::range_vector}, .made = reckon}; }

Function of_counter(std::string_view name, OverTime reckon) {
  return {.name = name, .takes = {Type::range_vector}, .made = reckon, .of_counters = true};
}

Function drifting(Function function) {
  function.drifts = true;
  return function;
}

Function naming(Function function) {
  function.keeps_name = true;
  return function;
}

Function of_numbers(std::string_view name, OfNumber reckon) { return {.name = name, .takes = {Type::instant_vector}, .made = reckon}; }

/// Of the times that the vector's values are, or of now.
Function of_moments(std::string_view name, OfMoment reckon) {
  return drifting({.name = name, .takes = {Type::instant_vector}, .optional = 1, .made = reckon});
}

Function special(std::string_view name, Special which, std::vector<Type> takes) {
  return {.name = name, .takes = std::move(takes), .made = which};
}

std::vector<Function> over_windows() {
  constexpr auto scalar = Type::scalar, range = Type::range_vector;
  return {
      of_window("avg_over_time", over_time::average),
      of_window("sum_over_time", over_time::sum),
      of_window("min_over_time", over_time::minimum),
      of_window("max_over_time", over_time::maximum),
      of_window("count_over_time", over_time::count),
      naming(of_window("last_over_time", over_time::last)),
      naming(of_window("first_over_time", over_time::first)),
      of_window("present_over_time", over_time::present),
      of_window("stddev_over_time", over_time::deviation),
      of_window("stdvar_over_time", over_time::variance),
      of_window("mad_over_time", over_time::median_deviation),
      of_window("ts_of_first_over_time", over_time::time_of_first),
      of_window("ts_of_last_over_time", over_time::time_of_last),
      of_window("ts_of_min_over_time", over_time::time_of_minimum),
      of_window("ts_of_max_over_time", over_time::time_of_maximum),
      {.name = "quantile_over_time", .takes = {scalar, range}, .made = over_time::quantile},
      drifting(of_counter("rate", over_time::rate)),
      drifting(of_counter("increase", over_time::increase)),
      of_counter("irate", over_time::instant_rate),
      drifting(of_window("delta", over_time::delta)),
      of_window("idelta", over_time::instant_delta),
      of_window("changes", over_time::changes),
      of_window("resets", over_time::resets),
      of_window("deriv", over_time::derivative),
      drifting({.name = "predict_linear", .takes = {range, scalar}, .made = over_time::predict_linear}),
      {.name = "double_exponential_smoothing", .takes = {range, scalar, scalar}, .made = over_time::smoothed},
  };
}

std::vector<Function> of_numbers_and_moments() {
  return {
      of_numbers("abs", [](double x) { return std::abs(x); }),
      of_numbers("ceil", [](double x) { return std::ceil(x); }),
      of_numbers("floor", [](double x) { return std::floor(x); }),
      of_numbers("exp", [](double x) { return std::exp(x); }),
      of_numbers("sqrt", [](double x) { return std::sqrt(x); }),
      of_numbers("ln", [](double x) { return std::log(x); }),
      of_numbers("log2", [](double x) { return std::log2(x); }),
      of_numbers("log10", [](double x) { return std::log10(x); }),
      of_numbers("sgn", sign),
      of_numbers("sin", [](double x) { return std::sin(x); }),
      of_numbers("cos", [](double x) { return std::cos(x); }),
      of_numbers("tan", [](double x) { return std::tan(x); }),
      of_numbers("asin", [](double x) { return std::asin(x); }),
      of_numbers("acos", [](double x) { return std::acos(x); }),
      of_numbers("atan", [](double x) { return std::atan(x); }),
      of_numbers("sinh", [](double x) { return std::sinh(x); }),
      of_numbers("cosh", [](double x) { return std::cosh(x); }),
      of_numbers("tanh", [](double x) { return std::tanh(x); }),
      of_numbers("asinh", [](double x) { return std::asinh(x); }),
      of_numbers("acosh", [](double x) { return std::acosh(x); }),
      of_numbers("atanh", [](double x) { return std::atanh(x); }),
      of_numbers("deg", degrees),
      of_numbers("rad", radians),

      of_moments("minute", minute),
      of_moments("hour", hour),
      of_moments("day_of_month", day_of_month),
      of_moments("day_of_week", day_of_week),
      of_moments("day_of_year", day_of_year),
      of_moments("days_in_month", days_in_month),
      of_moments("month", month),
      of_moments("year", year),
  };
}

std::vector<Function> specials() {
  constexpr auto scalar = Type::scalar, text = Type::text, vector = Type::instant_vector, range = Type::range_vector;
  return {
      special("absent", Special::absent, {vector}),
      special("absent_over_time", Special::absent_over_time, {range}),
      special("clamp", Special::clamp, {vector, scalar, scalar}),
      special("clamp_max", Special::clamp_max, {vector, scalar}),
      special("clamp_min", Special::clamp_min, {vector, scalar}),
      special("histogram_quantile", Special::histogram_quantile, {scalar, vector}),
      {.name = "label_join", .takes = {vector, text, text, text}, .repeats = true, .made = Special::label_join, .keeps_name = true},
      naming(special("label_replace", Special::label_replace, {vector, text, text, text, text})),
      {.name = "pi", .returns = scalar, .made = Special::pi},
      {.name = "round", .takes = {vector, scalar}, .optional = 1, .made = Special::round},
      {.name = "scalar", .takes = {vector}, .returns = scalar, .made = Special::scalar},
      naming(special("sort", Special::sort, {vector})),
      naming(special("sort_desc", Special::sort_desc, {vector})),
      {.name = "sort_by_label", .takes = {vector, text}, .repeats = true, .made = Special::sort_by_label, .keeps_name = true},
      {.name = "sort_by_label_desc", .takes = {vector, text}, .repeats = true, .made = Special::sort_by_label_desc, .keeps_name = true},
      drifting({.name = "time", .returns = scalar, .made = Special::time}),
      special("timestamp", Special::timestamp, {vector}),
      special("vector", Special::vector, {scalar}),
  };
}

std::vector<Function> make_table() {
  auto out = over_windows();
  std::ranges::move(of_numbers_and_moments(), std::back_inserter(out));
  std::ranges::move(specials(), std::back_inserter(out));
  return out;
}

const std::vector<Function>& table() {
  static const std::vector<Function> functions = make_table();
  return functions;
}

// Of native histograms, of experiments, and what no longer is.
constexpr auto refused = std::to_array<std::string_view>({"end", "histogram_avg", "histogram_count", "histogram_fraction",
                                                          "histogram_quantiles", "histogram_stddev", "histogram_stdvar", "histogram_sum",
                                                          "holt_winters", "info", "max_of", "min_of", "range", "start", "step"});

}  // namespace

const Function* find_function(std::string_view name) {
  const auto found = std::ranges::find(table(), name, &Function::name);
  return found == table().end() ? nullptr : &*found;
}

double of_calendar(OfMoment reckon, double utc_seconds) {
  constexpr double furthest = 9e11;  // seconds from 1970: as far as a calendar's years go
  if (!(std::abs(utc_seconds) < furthest)) return std::nan("");
  return reckon(std::chrono::sys_seconds{std::chrono::seconds{static_cast<std::int64_t>(utc_seconds)}});
}

bool is_refused_function(std::string_view name) { return std::ranges::find(refused, name) != refused.end(); }

std::string nearest_function(std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto& function : table()) names.push_back(function.name);
  return ground::nearest(name, names);
}

}  // namespace holdup::rules
