#pragma once

#include <optional>
#include <string>
#include <variant>

#include "collector/rules/evaluate.hpp"
#include "ground/pattern/pattern.hpp"

// Which labels the results of operators have: pure functions of the operands' labels. Used by the plain evaluator for each result and by
// the streaming operators once for each element.
namespace holdup::rules {

/// Of an aggregation's group.
[[nodiscard]] Labels group_labels(const Aggregation& aggregation, const Element& element, bool late_names);

/// What two elements must have the same of to be matched.
[[nodiscard]] Labels matched_labels(const Matching& matching, const Element& element, bool late_names);

/// An element's labels made anew; `labels` is nothing where they stay as they are.
struct Labelled {
  std::optional<Labels> labels;
  bool named = true;
};
/// Of a pair under arithmetic or a comparison: the many side's, of one to one narrowed to what was matched on, with what was to be included
/// of the one side.
[[nodiscard]] Labelled paired_labels(const Binary& binary, const Element& many, const Element& one, bool late_names);

/// label_replace or label_join over text literals.
class Relabelling {
 public:
  /// The error's text where an argument is none that may be.
  [[nodiscard]] static std::variant<Relabelling, std::string> of(const Expression& call);
  [[nodiscard]] Labelled operator()(const Element& element, bool late_names) const;

 private:
  std::string target_, form_, separator_;
  std::vector<std::string> sources_;
  std::optional<ground::Pattern> pattern_;  // of label_replace
};

}  // namespace holdup::rules
