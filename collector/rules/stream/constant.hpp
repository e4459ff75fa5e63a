#pragma once

#include "collector/rules/stream/stage.hpp"

// A number that never changes, alone or as the one element of vector().
namespace holdup::rules::stream {

class Constant : public Stage {
 public:
  explicit Constant(double value) : value_{value} { add(Labels{}, true); }
  void update(const Setting&) override { begin(), yield(0, value_); }

 private:
  double value_;
};

}  // namespace holdup::rules::stream
