#pragma once

#include <functional>

#include "collector/rules/stream/stage.hpp"
#include "collector/rules/stream/threshold_before.hpp"

// Each element by itself: signs, functions of one number, and arithmetic or comparison with scalars.
namespace holdup::rules::stream {

class Mapped : public Stage {
 public:
  /// Of an element's value and the scalars; nothing: no element.
  using Reckon = std::function<std::optional<double>(double, std::span<const double>)>;
  Mapped(Stage& vector, std::vector<const Stage*> scalars, bool keeps_name, Reckon reckon)
      : vector_{vector}, scalars_{std::move(scalars)}, keeps_name_{keeps_name}, reckon_{std::move(reckon)} {}
  /// Arithmetic with a constant, `x op with`, or `with op x` where that comes `first`.
  Mapped(Stage& vector, Operator op, double with, bool first)
      : Mapped{vector, {}, false, [op, with, first](double x, std::span<const double>) {
                 return std::optional{(first ? operate(op, with, x) : operate(op, x, with)).value};
               }} {
    before_ = [op, with, first](const Threshold& threshold) { return threshold_before(op, with, first, threshold); };
  }

  void update(const Setting& setting) override;

 private:
  void refresh(std::uint32_t cell);
  void sink(const Threshold& threshold) override {
    if (const auto before = before_ ? before_(threshold) : std::nullopt) (void)vector_.hold_back(*before);
  }

  Stage& vector_;
  std::vector<const Stage*> scalars_;
  bool keeps_name_;
  Reckon reckon_;
  std::function<std::optional<Threshold>(const Threshold&)> before_;  // of arithmetic with a constant
  std::vector<double> parameters_;
};

}  // namespace holdup::rules::stream
