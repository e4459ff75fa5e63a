#pragma once

#include <cstddef>
#include <vector>

#include "collector/rules/exact_sum.hpp"
#include "collector/rules/expression.hpp"

// What an aggregation makes of one group's values, in whatever order they come and go. Used by both engines, which therefore agree to the
// last bit.
namespace holdup::rules {

class Aggregated {
 public:
  /// sum, avg, min, max, count, group, stddev, stdvar, or quantile with its parameter.
  explicit Aggregated(Aggregate aggregate, double parameter = 0) : aggregate_{aggregate}, parameter_{parameter} {}

  void add(double value);
  /// One that was added before.
  void remove(double value);
  [[nodiscard]] std::size_t count() const { return count_; }
  /// Of at least one value.
  [[nodiscard]] double value();

 private:
  [[nodiscard]] bool keeps_sum() const { return aggregate_ == Aggregate::sum || aggregate_ == Aggregate::avg; }
  [[nodiscard]] bool keeps_values() const;
  [[nodiscard]] double variance() const;
  void settle();

  Aggregate aggregate_;
  double parameter_;
  std::size_t count_ = 0;
  ExactSum sum_;
  std::vector<double> values_;  // in order, NaN first, but for what came last
  std::size_t in_order_ = 0;
};

}  // namespace holdup::rules
