#pragma once

#include <utility>

// Whether a device's answers come late as a rule: then its time-out is too short, and a person should hear it. Machine keeps one a device.
// Pure.
namespace holdup::core {

class Lateness {
 public:
  /// True when it is to be said: once, until it was in time again for long.
  [[nodiscard]] bool late() {
    share_ += (1 - share_) * weight;
    return share_ >= often && !std::exchange(said_, true);
  }
  void in_time() {
    share_ -= share_ * weight;
    if (share_ < seldom) said_ = false;
  }

 private:
  static constexpr double weight = 1.0 / 8;              // of one answer
  static constexpr double often = 0.3, seldom = 0.0001;  // three of the last few; none of the last fifty

  double share_ = 0;
  bool said_ = false;
};

}  // namespace holdup::core
