#pragma once

#include <limits>
#include <optional>

#include "collector/rules/operate.hpp"
#include "collector/rules/stream/guard.hpp"

// How far two values may move before what is reckoned of them can pass a threshold: until then neither needs to be looked at. Pure. Used by
// the operators that read two series.
namespace holdup::rules::stream {

struct Leeway {
  Guard left, right;
};

/// Of a pair that yields nothing now, because `left op right` is a comparison that does not hold or arithmetic that does not pass the
/// threshold. Nothing where none is known, as of what neither rises nor falls with its operands.
[[nodiscard]] std::optional<Leeway> leeway(double left, Operator op, double right, const std::optional<Threshold>& threshold);

/// Whether there are any values that have one.
[[nodiscard]] bool may_have_leeway(Operator op, const std::optional<Threshold>& threshold);

/// Told is what is not up to `bound`, from below or from above; and what is no number.
[[nodiscard]] inline Guard unless_up_to(double bound, bool from_below) {
  return {.bound = bound, .op = from_below ? Operator::less_equal : Operator::greater_equal, .watches = Guard::Watches::unless};
}
/// Told is what is no number, as the end of a series.
[[nodiscard]] inline Guard unless_a_number() { return unless_up_to(std::numeric_limits<double>::infinity(), true); }

}  // namespace holdup::rules::stream
