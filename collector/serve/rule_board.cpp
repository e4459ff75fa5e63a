#include "collector/serve/rule_board.hpp"

namespace holdup::serve {

void RuleBoard::renew(std::shared_ptr<const rules::RuleSet> rules) {
  rules_ = std::move(rules);
  alerts_.clear();
}

void RuleBoard::take(core::RuleAlert alert) {
  const auto& transition = alert.transition;
  Key key{transition.rule, transition.labels};
  if (transition.to == rules::AlertState::inactive)
    alerts_.erase(key);
  else if (transition.rule < rules_->size())
    alerts_.insert_or_assign(std::move(key), std::move(alert));
}

}  // namespace holdup::serve
