#pragma once

#include <optional>
#include <vector>

#include "collector/rules/function.hpp"
#include "collector/rules/stream/graph.hpp"

// Chooses the operator of each part of an expression: what none of them follows goes to the plain evaluator, that part only. Used by the
// graph.
namespace holdup::rules::stream {

class Builder {
 public:
  Builder(Graph& graph, std::uint32_t rule, const Slots& slots, const RuleSteps& steps)
      : graph_{graph}, rule_{rule}, slots_{slots}, steps_{steps} {}

  Stage& build(const Expression& expression);

 private:
  /// Each gives nothing where it is not for the expression.
  Stage* of(const NumberLiteral&, const Expression&) { return nullptr; }
  Stage* of(const TextLiteral&, const Expression&) { return nullptr; }
  Stage* of(const Subquery&, const Expression&) { return nullptr; }
  Stage* of(const Selector& selector, const Expression& expression);
  Stage* of(const Call& call, const Expression& expression);
  Stage* of(const Aggregation& aggregation, const Expression& expression);
  Stage* of(const Negation&, const Expression& expression);
  Stage* of(const Binary& binary, const Expression& expression);

  Stage* call(OverTime reckon, const Function& function, const Expression& expression);
  Stage* call(OfNumber reckon, const Function& function, const Expression& expression);
  Stage* call(OfMoment reckon, const Function& function, const Expression& expression);
  Stage* call(Special which, const Function& function, const Expression& expression);

  Stage* with_scalar(const Binary& binary, const Expression& expression);
  Stage* limits(Special which, const Expression& expression);

  template <class Made, class... Arguments>
  Made& add(Arguments&&... arguments);
  template <class Reckon>
  Stage* map(Stage& vector, std::vector<const Stage*> scalars, bool keeps_name, Reckon reckon);
  template <class Made, class... Arguments>
  Made& add_leaf(const Expression& expression, Arguments&&... arguments);

  Graph& graph_;
  std::uint32_t rule_;
  const Slots& slots_;
  const RuleSteps& steps_;
};

}  // namespace holdup::rules::stream
