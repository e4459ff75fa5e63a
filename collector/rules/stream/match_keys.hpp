#pragma once

#include <string>
#include <unordered_map>

#include "collector/rules/evaluator.hpp"
#include "collector/rules/labelling.hpp"
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
    return known_.try_emplace(key_of({.labels = &labels}, true), static_cast<std::uint32_t>(known_.size())).first->second;
  }
  /// Of so many elements: to find places for those before them again and again would be long.
  void expect(std::size_t elements) { known_.reserve(elements); }
  [[nodiscard]] std::size_t size() const { return known_.size(); }

 private:
  const Matching& matching_;
  std::unordered_map<std::string, std::uint32_t> known_;
};

}  // namespace holdup::rules::stream
