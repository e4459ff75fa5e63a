#pragma once

#include "collector/rules/numbered.hpp"
#include "collector/rules/stream/leaf.hpp"
#include "collector/rules/stream/steps.hpp"

// A part of an expression that no operator of this folder follows: the plain evaluator reckons it whole whenever a sample of its series
// arrives or time may change it. Scalars of time alone are always up to date, and are told each tick.
namespace holdup::rules::stream {

class Plain : public Leaf {
 public:
  Plain(std::uint32_t rule, const Expression& expression, const Slots& slots, const RuleSteps& steps);

  void born(std::size_t slot, Series& series) override;
  void update(const Setting& setting) override;
  [[nodiscard]] ground::Instant due() const override { return due_; }
  [[nodiscard]] bool in_conflict() const override { return failed_; }
  [[nodiscard]] bool may_conflict() const override { return true; }
  [[nodiscard]] bool has_outgrown() const override { return cells().size() > 4 * present(); }

 private:
  [[nodiscard]] bool may_hold_back() const override { return false; }
  void take(const Element& element, bool is_news);

  const Expression& expression_;
  const Slots& slots_;
  const RuleSteps& steps_;
  std::vector<bool> sees_samples_;  // by slot; a held subquery has seen those of the others
  std::uint64_t version_ = 0;       // of the steps
  bool of_time_;                    // alone
  bool failed_ = false;
  ground::Instant due_ = ground::Instant::min();
  Numbered known_;
  std::vector<bool> found_;  // by cell, in this update
};

}  // namespace holdup::rules::stream
