#pragma once

#include <cstdint>

#include "collector/rules/operate.hpp"
#include "collector/rules/point.hpp"

// Which samples an operator must see that yields nothing now: no others can bring what it reckons past its threshold. So the usual sample,
// far from every limit, costs a comparison where it arrives. Used by the operators that read series.
namespace holdup::rules::stream {

struct Guard {
  /// Steps and rises are a value less the one before it, by the time between; one that falls is a counter's reset, and counts as a rise.
  enum class Watches : std::uint8_t { all, values, unless, steps, rises, changes, nothing };

  double bound = 0;  // values, unless: of the comparison; steps, rises: up to which they do not matter, a nanosecond
  Operator op{};     // values: which holds for those that matter; unless: for those that do not
  Watches watches = Watches::all;
  std::uint16_t spare = 0;  // changes that do not matter yet

  [[nodiscard]] bool tells_loud() const { return watches != Watches::all && watches != Watches::changes; }
  /// As long as one that is so lies in a window its function may pass; of all but changes. What is no number, as the value before the
  /// first, is loud, too, but where values are watched.
  [[nodiscard]] bool is_loud(const Point& before, const Point& now) const {
    if (watches == Watches::values) return Threshold{op, bound}.lets_pass(now.value);
    if (watches == Watches::unless) return !Threshold{op, bound}.lets_pass(now.value);
    if (watches == Watches::nothing) return false;
    const bool fell = watches == Watches::rises && now.value < before.value;
    return fell || !(now.value - before.value <= bound * static_cast<double>((now.at - before.at).count()));
  }
  /// Of each sample once.
  [[nodiscard]] bool lets_pass(const Point& before, const Point& now) {
    if (watches == Watches::all) return true;
    if (watches != Watches::changes) return is_loud(before, now);
    if (now.value == before.value) return false;
    if (spare == 0) return true;
    --spare;
    return false;
  }
};

}  // namespace holdup::rules::stream
