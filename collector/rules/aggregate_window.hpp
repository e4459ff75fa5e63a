#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "collector/rules/expression.hpp"
#include "ground/instant.hpp"

// One `…_over_time` over one series, kept up sample by sample: constant amortised cost, memory bounded by the samples in the window.
// Used by the engine; rules with the same window on a series share it.
namespace holdup::rules {

class AggregateWindow {
 public:
  struct Shape {
    WindowKind kind = WindowKind::average;
    ground::Duration range{};
    bool operator==(const Shape&) const = default;
  };
  AggregateWindow(Shape shape, std::size_t most_samples) : shape_{shape}, most_samples_{most_samples} {}

  /// `at` rises from sample to sample. Past the bound the oldest sample goes and is counted.
  void push(ground::Instant at, double value);
  /// Over (now - range, now]; nothing when no sample stands there. `now` never falls back.
  [[nodiscard]] std::optional<double> value(ground::Instant now);
  /// When value() may change without a new sample; Instant::max() when never.
  [[nodiscard]] ground::Instant changes_at() const;
  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] std::uint64_t samples_cut() const { return cut_; }

 private:
  struct Sample {
    ground::Instant at;
    double value;
  };
  void forget_oldest();
  [[nodiscard]] double average();
  void add(double value);
  void sum_again();

  Shape shape_;
  std::size_t most_samples_;
  std::deque<Sample> samples_;  // extremes: only those that can still become the result, the oldest is it
  std::uint64_t cut_ = 0;
  // Average only: finite values summed with compensation, the others counted, because they cannot be taken back from a sum.
  double sum_ = 0;
  double lost_ = 0;
  std::size_t taken_back_ = 0;  // since the sum was last made anew
  std::size_t nans_ = 0;
  std::size_t infinities_ = 0;
  std::size_t negative_infinities_ = 0;
};

}  // namespace holdup::rules
