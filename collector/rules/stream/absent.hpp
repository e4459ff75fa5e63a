#pragma once

#include <utility>

#include "collector/rules/stream/leeway.hpp"
#include "collector/rules/stream/newest.hpp"
#include "collector/rules/stream/stage.hpp"

// absent() and absent_over_time(): one element while the operand has none.
namespace holdup::rules::stream {

class Absent : public Stage {
 public:
  Absent(Stage& vector, Labels labels) : vector_{vector}, newest_{Newest::dozer(vector)} { add(std::move(labels), true); }

  void update(const Setting&) override {
    begin();
    present_.grow(vector_.cells().size());
    for (const auto cell : vector_.changed()) {
      worked();
      const bool is_present = vector_.cells()[cell].present;
      count_ += (is_present ? 1 : 0) - present_[cell];
      present_[cell] = is_present ? 1 : 0;
      if (newest_ != nullptr && is_present) newest_->doze(cell, unless_a_number());
    }
    yield(0, count_ == 0 ? std::optional{1.0} : std::nullopt);
  }

 private:
  const Stage& vector_;
  Newest* newest_;  // the operand, where its elements may doze until they end
  Paged<char> present_;
  std::size_t count_ = 0;
};

}  // namespace holdup::rules::stream
