#pragma once

#include <memory>

#include "collector/rules/fixed_sum.hpp"

// A sum of floats without any rounding until it is read, so that the order does not matter and what was added can be taken out again. Used
// by aggregations and windows.
namespace holdup::rules {

class ExactSum {
 public:
  ExactSum();
  ExactSum(ExactSum&&) noexcept;
  ExactSum& operator=(ExactSum&&) noexcept;
  ~ExactSum();

  void add(double value) {
    if (!everyday_.take(value, 1)) put(value, 1);
  }
  /// What was added before.
  void remove(double value) {
    if (!everyday_.take(value, -1)) put(value, -1);
  }

  [[nodiscard]] double value() const;
  [[nodiscard]] double mean(double count) const;

 private:
  struct Digits;

  void put(double value, int sign);
  [[nodiscard]] Digits all() const;

  FixedSum everyday_;
  std::unique_ptr<Digits> rest_;  // where something did not fit
};

}  // namespace holdup::rules
