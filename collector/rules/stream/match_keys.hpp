#pragma once

#include "collector/rules/evaluator.hpp"
#include "collector/rules/labelling.hpp"
#include "collector/rules/numbered.hpp"
#include "collector/rules/stream/stage.hpp"

// Which elements of two sides may meet, as numbers: elements with one number have the matched labels in common. Asked once for each
// element. Used by the operators with two sides.
namespace holdup::rules::stream {

class MatchKeys {
 public:
  explicit MatchKeys(const Matching& matching) : matching_{matching} {}

  [[nodiscard]] std::uint32_t of(const Cell& cell) {
    worked(a_label_set);
    const auto labels = matched_labels(matching_, element_of(cell), false);
    return known_.add(key_of({.labels = &labels}, true)).first;
  }
  [[nodiscard]] std::size_t size() const { return known_.size(); }

 private:
  const Matching& matching_;
  Numbered known_;
};

}  // namespace holdup::rules::stream
