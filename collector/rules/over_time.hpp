#pragma once

#include <optional>
#include <span>

#include "collector/rules/function.hpp"

// What is reckoned from the samples of one series in a window, as Prometheus reckons it; sums and means without rounding on the way. Each
// is one entry of the table of functions.
namespace holdup::rules {

/// Mean and squares of distance (Welford), compensated.
class Spread {
 public:
  void add(double value);
  [[nodiscard]] double variance() const;

 private:
  double count_ = 0, mean_ = 0, mean_lost_ = 0, squares_ = 0, squares_lost_ = 0;
};

/// -Inf below 0, +Inf above 1, NaN where there is nothing; between two values by their distance. Sorts `values`, NaN first.
[[nodiscard]] double quantile(double share, std::span<double> values);

namespace over_time {

std::optional<double> average(const Window& window);
std::optional<double> sum(const Window& window);
std::optional<double> minimum(const Window& window);
std::optional<double> maximum(const Window& window);
std::optional<double> count(const Window& window);
std::optional<double> last(const Window& window);
std::optional<double> first(const Window& window);
std::optional<double> present(const Window& window);
std::optional<double> deviation(const Window& window);
std::optional<double> variance(const Window& window);
std::optional<double> quantile(const Window& window);
std::optional<double> median_deviation(const Window& window);
std::optional<double> time_of_first(const Window& window);
std::optional<double> time_of_last(const Window& window);
std::optional<double> time_of_minimum(const Window& window);
std::optional<double> time_of_maximum(const Window& window);

struct Extrapolated {
  double rise = 0;
  ground::Instant same_until{};  // of the window's end: as long as no sample comes or goes, to the last bit
};
/// `rise` within the samples, drawn out to the window's ends: by at most half a distance between samples where the samples end long before
/// it, and for a counter not to below zero. Nothing of less than two samples.
std::optional<Extrapolated> extrapolated(const Window& window, double rise, bool counter);
std::optional<double> rate(const Window& window);
std::optional<double> increase(const Window& window);
std::optional<double> delta(const Window& window);
std::optional<double> instant_rate(const Window& window);
std::optional<double> instant_delta(const Window& window);
std::optional<double> changes(const Window& window);
std::optional<double> resets(const Window& window);
std::optional<double> derivative(const Window& window);
std::optional<double> predict_linear(const Window& window);
std::optional<double> smoothed(const Window& window);

/// It takes many times as long as the others.
[[nodiscard]] inline bool sorts(OverTime reckon) { return reckon == quantile || reckon == median_deviation; }

}  // namespace over_time

}  // namespace holdup::rules
