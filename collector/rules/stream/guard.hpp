#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "collector/rules/operate.hpp"
#include "collector/rules/point.hpp"

// Which samples an operator must see that yields nothing now: no others can bring what it reckons past its threshold. So the usual sample,
// far from every limit, costs a comparison where it arrives. Used by the operators that read series.
namespace holdup::rules::stream {

struct Guard {
  /// Steps and rises are a value less the one before it, by the time between; one that falls is a counter's reset, and counts as a rise.
  enum class Watches : std::uint8_t { all, values, unless, near, steps, rises, changes, nothing };

  double bound = 0;  // values, unless: of the comparison; steps, rises: up to which they do not matter, a nanosecond; near: see there
  Operator op{};     // values: which holds for those that matter; unless: for those that do not
  Watches watches = Watches::all;
  std::uint16_t spare = 0;  // changes that do not matter yet; near: samples

  /// Around which value those lie that do not matter: in the bound's place, so that no guard is larger than another.
  struct Nearness {
    float middle = 0, reach = 0;
  };
  [[nodiscard]] static Guard near(Nearness nearness, std::uint16_t spare) {
    return {.bound = std::bit_cast<double>(nearness), .watches = Watches::near, .spare = spare};
  }
  [[nodiscard]] Nearness nearness() const { return std::bit_cast<Nearness>(bound); }

  [[nodiscard]] bool tells_loud() const { return watches != Watches::all && watches != Watches::changes && watches != Watches::near; }
  /// As long as one that is so lies in a window its function may pass; of all but changes. What is no number, as the value before the
  /// first, is loud, too, but where values are watched.
  [[nodiscard]] bool is_loud(const Point& before, const Point& now) const {
    if (watches == Watches::values) return Threshold{op, bound}.lets_pass(now.value);
    if (watches == Watches::unless) return !Threshold{op, bound}.lets_pass(now.value);
    if (watches == Watches::near) return !(std::abs(now.value - nearness().middle) <= nearness().reach);
    if (watches == Watches::nothing) return false;
    const bool fell = watches == Watches::rises && now.value < before.value;
    return fell || !(now.value - before.value <= bound * static_cast<double>((now.at - before.at).count()));
  }
  /// Of each sample once.
  [[nodiscard]] bool lets_pass(const Point& before, const Point& now) {
    if (watches == Watches::all) return true;
    if (watches == Watches::changes) {
      if (now.value == before.value) return false;
    } else if (watches != Watches::near || is_loud(before, now)) {
      return is_loud(before, now);
    }
    if (spare == 0) return true;
    --spare;
    return false;
  }
};

}  // namespace holdup::rules::stream
