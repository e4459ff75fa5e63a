#pragma once

#include <map>
#include <memory>
#include <utility>

#include "collector/core/effects.hpp"

// The rules and how their alerts stand, as the core told last. Part of the mirror.
namespace holdup::serve {

class RuleBoard {
 public:
  using Key = std::pair<std::size_t, rules::Labels>;  // the rule's place, and what tells its alerts apart

  void renew(std::shared_ptr<const rules::RuleSet> rules);
  void take(core::RuleAlert alert);

  /// In the order of their files.
  [[nodiscard]] const rules::RuleSet& rules() const { return *rules_; }
  /// Pending and firing ones.
  [[nodiscard]] const std::map<Key, core::RuleAlert>& alerts() const { return alerts_; }

 private:
  std::shared_ptr<const rules::RuleSet> rules_ = std::make_shared<const rules::RuleSet>();
  std::map<Key, core::RuleAlert> alerts_;
};

}  // namespace holdup::serve
