#pragma once

#include <optional>

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
  WindowRest(OverTime reckon, const Threshold& threshold, ground::Duration length);

  /// What counts as loud.
  [[nodiscard]] const Guard& guard() const { return guard_; }
  /// Where its guard watches anything, of a window that begins after then and whose function is `value`; nothing: it is shown all.
  [[nodiscard]] std::optional<Rest> of(const Ring& ring, Rolling& rolling, ground::Instant after, std::optional<double> value) const;

 private:
  enum class Loud : std::uint8_t { wakes, is_outweighed, waits_for_others };  // what one means to its window

  Threshold threshold_{};
  Guard guard_;
  Loud loud_ = Loud::wakes;
};

}  // namespace holdup::rules::stream
