#pragma once

// A sum before it becomes a float, and how it does: rounded once, or divided first. Used by exact_sum.hpp and fixed_sum.hpp.
namespace holdup::rules {

__extension__ using Wide = unsigned __int128;

/// magnitude · 2^exponent, of its digits of 32 bits the three that count; what lies below is noted in the last bit.
struct Unrounded {
  Wide magnitude = 0;
  int exponent = 0;
  bool negative = false;

  /// The nearest float.
  [[nodiscard]] double value() const;
  /// Of `count` values, though their sum be beyond all floats.
  [[nodiscard]] double mean(double count) const;
};

}  // namespace holdup::rules
