#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "collector/rules/engine.hpp"

// What the parts of bench-rules share: rules of one kind over series in equal shares, and devices that answer in turn in virtual time.
namespace holdup::bench {

/// Expressions, of which the rules have one in turn and in which R stands for the rule's number: of m{rule="R"} and n{rule="R"}, which are
/// two series in turn.
struct RuleKind {
  std::string name;
  std::vector<std::string> expressions;
  bool records = false;  // else they alert

  [[nodiscard]] const std::string& expression(std::size_t rule) const { return expressions[rule % expressions.size()]; }
};
[[nodiscard]] const std::vector<RuleKind>& rule_kinds();

struct RuleLoad {
  std::size_t rules = 1000;
  std::size_t series = 10'000;
  std::size_t readers = 1;  // rules that each series has
  double crossing = 0.001;  // the share of samples above every threshold
};

/// Rules of one kind, as a file's text.
[[nodiscard]] std::string rule_text(const RuleKind& kind, const RuleLoad& load);
[[nodiscard]] rules::RuleSet rules_from(const std::string& text);
/// Of the rules that read it, and where it stands among theirs: each of theirs is read, where they join as one side or the other.
[[nodiscard]] rules::Labels labels_of(std::size_t series, const RuleKind& kind, const RuleLoad& load);

class RuleStage {
 public:
  RuleStage(const RuleKind& kind, const RuleLoad& load);

  /// Each series once, in replies of a hundred samples, over one second of virtual time. What the engine took, in seconds of processor
  /// time: of many replies together, as to ask for it may cost as much as a reply does.
  double second();
  /// The same; of each call of the engine.
  [[nodiscard]] std::vector<double> turns_of_a_second();
  /// Of a reload of the same rules, as the core does it, until all are evaluated anew.
  [[nodiscard]] std::vector<double> turns_of_a_reload();
  /// One sample that an alert hangs on, of a series that is drawn; the time from the call until the transitions are there.
  double one_change();
  /// Calls that had no instant of their own.
  [[nodiscard]] std::uint64_t merged() const { return engine_->counters().calls_merged; }
  [[nodiscard]] std::size_t transitions() const { return transitions_; }
  /// Taken from the heap since the stage was made.
  [[nodiscard]] double bytes_a_series() const;

 private:
  [[nodiscard]] std::uint64_t chance();
  void draw_replies(std::size_t first);
  [[nodiscard]] std::string text() const { return rule_text(kind_, load_); }
  /// Calls `call(samples)` for each turn of the loop.
  template <class Call>
  void each_turn(Call call);
  void take(std::span<const rules::Sample> samples);

  RuleKind kind_;
  RuleLoad load_;
  std::vector<bool> counts_;  // by series: its values only rise
  std::unique_ptr<rules::Engine> engine_;
  std::vector<rules::Sample> samples_;  // of the replies drawn last
  ground::Instant now_{std::chrono::hours{1}};
  std::uint64_t state_ = 42;
  std::size_t transitions_ = 0;
  double held_before_ = 0;  // bytes
};

}  // namespace holdup::bench
