#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "collector/rules/expression.hpp"
#include "collector/rules/rule.hpp"

// Which leaves of which rules a series belongs to: asked once, at its birth, so that a sample costs no search. Used by the engine.
namespace holdup::rules {

/// The matcher that asks for one name; nullptr where there is none.
[[nodiscard]] const Matcher* exact_name(const Selector& selector);

class SelectionIndex {
 public:
  struct Entry {
    std::size_t rule = 0;
    Leaf leaf;
  };
  /// Points into `rules`, which must stay where they are.
  explicit SelectionIndex(const RuleSet& rules);

  /// In the order of rules and slots.
  [[nodiscard]] std::vector<Entry> find(const Labels& labels) const;

 private:
  struct OfName {
    std::unordered_map<std::string, std::vector<Entry>> by_label;  // by one label that the selector wants the value of, and that value
    std::vector<std::string> labels;                               // that these are
    std::vector<Entry> others;
  };
  std::unordered_map<std::string, OfName> by_name_;
  std::vector<Entry> others_;  // leaves without one exact metric name
};

}  // namespace holdup::rules
