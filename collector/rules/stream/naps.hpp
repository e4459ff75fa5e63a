#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "ground/instant.hpp"

// Whether it pays to let elements doze: to wake them costs as much as some looks at them. After a nap no longer than the time awake before
// it the next one waits twice as long. Used by the operators whose elements doze together.
namespace holdup::rules::stream {

class Naps {
 public:
  /// One of them was looked at, awake.
  void looked(ground::Instant at) {
    if (looks_++ == 0) since_ = at;
  }
  /// Where `cost` looks pay for a nap.
  [[nodiscard]] bool may_begin(std::size_t cost) const { return looks_ > cost << patience_; }
  void begin(ground::Instant at) {
    awake_ = at - since_;
    since_ = at;
    dozing_ = true;
  }
  /// They cannot doze as things are: what they are looked at for until now pays for no nap.
  void put_off() { looks_ = 0; }
  /// One of them is told of; whether they dozed.
  bool wake(ground::Instant at) {
    if (!dozing_) return false;
    dozing_ = false;
    looks_ = 0;
    patience_ = at - since_ > awake_ ? 0 : std::min(patience_ + 1, most_patience);
    return true;
  }

 private:
  static constexpr int most_patience = 6;

  ground::Instant since_{};   // they doze, or are awake
  ground::Duration awake_{};  // before the last nap
  std::uint32_t looks_ = 0;   // while awake
  int patience_ = 0;
  bool dozing_ = false;
};

}  // namespace holdup::rules::stream
