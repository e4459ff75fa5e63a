#include "collector/rules/rule_order.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "collector/rules/selection_index.hpp"

namespace holdup::rules {
namespace {

/// Whether the selector may mean a series that this rule makes. One that asks for no name is taken to mean polled ones.
bool may_select(const Selector& selector, const Rule& maker) {
  bool named = false;
  for (const auto& matcher : selector.matchers) {
    if (matcher.name() == metric_name) {
      if (!matcher.matches(maker.record)) return false;
      named = named || !matcher.matches("");
    } else {
      for (const auto& [name, text] : maker.labels)
        if (name == matcher.name() && !matcher.matches(text.text())) return false;
    }
  }
  return named;
}

class Sorter {
 public:
  explicit Sorter(const RuleSet& rules) : rules_{rules}, seen_(rules.size()) {
    for (std::size_t rule = 0; rule < rules.size(); ++rule)
      if (!rules[rule].record.empty()) makers_[rules[rule].record].push_back(rule);
  }

  RuleOrder sorted() {
    out_.reads.resize(rules_.size());
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) visit(rule);
    return std::move(out_);
  }

 private:
  enum class Seen : std::uint8_t { no, open, done };

  // Depth first on a stack of its own: rules may hang on each other in a chain of thousands.
  void visit(std::size_t root) {
    if (seen_[root] != Seen::no) return;
    enter(root);
    while (!path_.empty()) {
      auto& [rule, next] = path_.back();
      const auto& reads = out_.reads[rule];
      if (next == reads.size()) {
        seen_[rule] = Seen::done;
        out_.rules.push_back(rule);
        path_.pop_back();
      } else if (const auto read = reads[next++]; seen_[read] == Seen::no) {
        enter(read);
      } else if (seen_[read] == Seen::open) {
        note_circle(read);
      }
    }
  }

  void enter(std::size_t rule) {
    seen_[rule] = Seen::open;
    out_.reads[rule] = read_by(rule);
    path_.push_back({rule, 0});
  }

  void note_circle(std::size_t first) {
    auto from = std::ranges::find(path_, first, &Step::rule);
    auto& circle = out_.circles.emplace_back();
    for (; from != path_.end(); ++from) circle.push_back(from->rule);
  }

  std::vector<std::size_t> read_by(std::size_t rule) const {
    std::vector<std::size_t> out;
    const auto add = [&](const Selector& selector, const std::vector<std::size_t>& makers) {
      for (const std::size_t maker : makers)
        if (may_select(selector, rules_[maker])) out.push_back(maker);
    };
    for (const auto& leaf : leaves(rules_[rule].expression)) {
      if (const auto* name = exact_name(*leaf.selector)) {
        if (const auto found = makers_.find(name->value()); found != makers_.end()) add(*leaf.selector, found->second);
      } else {
        for (const auto& [made, makers] : makers_) add(*leaf.selector, makers);
      }
    }
    std::ranges::sort(out);
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  struct Step {
    std::size_t rule = 0;
    std::size_t next = 0;
  };

  const RuleSet& rules_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> makers_;  // by the series' name
  std::vector<Seen> seen_;
  std::vector<Step> path_;
  RuleOrder out_;
};

}  // namespace

RuleOrder order_of(const RuleSet& rules) { return Sorter{rules}.sorted(); }

}  // namespace holdup::rules
