#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "collector/rules/stream/stage.hpp"
#include "collector/rules/stream/threshold_before.hpp"

// Each element by itself: signs, functions of one number, and arithmetic or comparison with scalars.
namespace holdup::rules::stream {

/// `Reckon`: of an element's value and the scalars (double, std::span<const double>), a number, or nothing for no element. A type of its
/// own for each, as most of what an element costs would be a call through a pointer.
template <class Reckon>
class Mapped : public Stage {
 public:
  Mapped(Stage& vector, std::vector<const Stage*> scalars, bool keeps_name, Reckon reckon)
      : vector_{vector}, scalars_{std::move(scalars)}, keeps_name_{keeps_name}, reckon_{std::move(reckon)} {}

  void update(const Setting&) override {
    begin();
    const auto& operand = vector_.cells();
    while (cells().size() < operand.size()) {
      const Cell& next = operand[cells().size()];
      add(next.labels, next.named && keeps_name_);
    }
    parameters_.clear();
    for (const auto* scalar : scalars_)
      parameters_.push_back(scalar->cells().empty() ? std::nan("") : scalar->cells().front().value);  // empty: it failed
    if (std::ranges::any_of(scalars_, [](const Stage* scalar) { return !scalar->changed().empty(); }))
      for (std::uint32_t cell = 0; cell < operand.size(); ++cell) refresh(cell);
    else
      for (const auto cell : vector_.changed()) refresh(cell);
  }

 private:
  void refresh(std::uint32_t cell) {
    const Cell& operand = vector_.cells()[cell];
    yield(cell, operand.present ? std::optional<double>{reckon_(operand.value, parameters_)} : std::nullopt);
  }
  void sink(const Threshold& threshold) override {
    if constexpr (requires { reckon_.before(threshold); })
      if (const auto before = reckon_.before(threshold)) (void)vector_.hold_back(*before);
  }

  Stage& vector_;
  std::vector<const Stage*> scalars_;
  bool keeps_name_;
  Reckon reckon_;
  std::vector<double> parameters_;
};

/// Arithmetic with a constant: `x op with`, or `with op x` where that comes `first`.
struct WithConstant {
  Operator op{};
  double with = 0;
  bool first = false;

  double operator()(double x, std::span<const double>) const {
    const auto [left, right] = first ? std::pair{with, x} : std::pair{x, with};
    if (op == Operator::multiply) return left * right;
    if (op == Operator::subtract) return left - right;
    return operate(op, left, right).value;
  }
  [[nodiscard]] std::optional<Threshold> before(const Threshold& threshold) const { return threshold_before(op, with, first, threshold); }
};

}  // namespace holdup::rules::stream
