#pragma once

#include <optional>
#include <span>

#include "collector/rules/function.hpp"
#include "collector/rules/stream/guard.hpp"
#include "collector/rules/stream/rolling.hpp"

// Which samples a window must be shown whose function does not pass its threshold now, and when it is looked at again though none of them
// comes. Used by the windows.
namespace holdup::rules::stream {

struct Rest {
  Guard guard;
  ground::Instant leaves = ground::Instant::max();  // of the sample that goes before the function may pass without a loud one
};

class WindowRest {
 public:
  /// Of windows that are shown all.
  WindowRest() = default;
  /// `ahead`: of predict_linear, in seconds.
  WindowRest(OverTime reckon, const Threshold& threshold, ground::Duration length, double ahead);

  /// What counts as loud.
  [[nodiscard]] const Guard& guard() const { return guard_; }
  /// Where its guard watches anything, of a window that begins after then and whose function is `value`; nothing: it is shown all.
  [[nodiscard]] std::optional<Rest> of(const Ring& ring, Rolling& rolling, ground::Instant after, std::optional<double> value) const;

 private:
  enum class Loud : std::uint8_t { wakes, is_outweighed, waits_for_others };  // what one means to its window
  enum class Near : std::uint8_t { none, deviation, variance, slope, line };  // what cannot pass while all lie near one value

  [[nodiscard]] std::optional<Rest> near_one(std::span<const Point> window) const;
  struct Reach {
    double of_value = 0;
    std::uint16_t spare = 0;
    ground::Instant leaves = ground::Instant::max();
  };
  [[nodiscard]] Reach reach_of_spread() const;
  [[nodiscard]] std::optional<Reach> reach_of_trend(std::span<const Point> window, double value) const;

  Threshold threshold_{};
  Guard guard_;
  Loud loud_ = Loud::wakes;
  Near near_ = Near::none;
  double length_ = 0, ahead_ = 0;  // seconds
};

}  // namespace holdup::rules::stream
