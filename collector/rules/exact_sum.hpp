#pragma once

#include <array>
#include <cstdint>

// A sum of floats without any rounding until it is read, so that the order does not matter and what was added can be taken out again: all
// bits that a double may have, in digits of 32 bits. Used by aggregations and windows.
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

class ExactSum {
 public:
  void add(double value) { put(value, 1); }
  /// What was added before.
  void remove(double value) { put(value, -1); }

  [[nodiscard]] double value() const;
  [[nodiscard]] double mean(double count) const;

 private:
  void put(double value, std::int64_t sign);
  void carry();
  [[nodiscard]] Unrounded unrounded() const;
  [[nodiscard]] double not_finite() const;

  std::array<std::int64_t, 68> digits_{};  // each times 2^(32 i - 1074); between two carries of any sign and beyond 32 bits
  std::uint32_t puts_ = 0;                 // since the last carry
  std::int64_t not_numbers_ = 0, plus_infinities_ = 0, minus_infinities_ = 0;  // counted aside, or they could not be taken out
};

}  // namespace holdup::rules
