#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collector/rules/stream/series.hpp"

// What a rule's subqueries were at each of their steps: evaluated once, when its time has come, and held as long as the subquery looks
// back. So a month of steps costs no sample of that month. They outlive the graph, which is built anew now and then. Times are UTC here, as
// the multiples are that the steps stand at. Used by the engine and by the operators that read them.
namespace holdup::rules::stream {

class Steps {
 public:
  struct Track {
    Labels labels;
    bool named = true;
    Ring ring;
  };
  using Tracks = std::map<std::string, std::shared_ptr<const Track>>;

  /// A subquery of held_subqueries(), which must stay where it is.
  explicit Steps(const Expression& expression);

  /// Evaluates the steps that are due, the first time all that it looks back at.
  void update(const Setting& setting, const Slots& slots);
  /// A sample of that time came after them: those from it on are evaluated anew.
  void redo(ground::Instant from);
  /// What it was at steps before those that are here, as a store tells.
  void fill(const Labels& labels, bool named, std::vector<Point> points);
  void fill(ground::Instant at, ExpressionError error) { failures_.emplace(at, std::move(error)); }
  /// Steps up to `to` are filled in.
  void filled(ground::Instant to);
  /// All of the same subquery as another rule set held it.
  void take_over(Steps& former);

  [[nodiscard]] const Expression& expression() const { return *expression_; }
  [[nodiscard]] const Subquery& subquery() const { return std::get<Subquery>(expression_->node); }
  [[nodiscard]] ground::Duration step() const { return step_; }
  [[nodiscard]] const Tracks& tracks() const { return tracks_; }
  /// The first error of a step in (after, to].
  [[nodiscard]] const ExpressionError* failure(ground::Instant after, ground::Instant to) const;
  /// Of the newest step, and of the next.
  [[nodiscard]] ground::Instant last() const { return last_; }
  [[nodiscard]] ground::Instant next() const { return next_; }
  /// How many ever were.
  [[nodiscard]] std::uint64_t tracks_made() const { return tracks_made_; }
  /// Another number when something is other than before.
  [[nodiscard]] std::uint64_t version() const { return version_; }

 private:
  void evaluate(ground::Instant at, const Setting& setting, const Slots& slots);
  void push(const Vector& vector, ground::Instant at);
  [[nodiscard]] std::shared_ptr<Track>& track(const Labels& labels, bool named);
  void forget_ended(ground::Instant at);
  void cut();

  const Expression* expression_;
  ground::Duration step_, reach_;
  std::map<std::string, std::shared_ptr<Track>> own_;  // by labels
  Tracks tracks_;                                      // the same
  Paged<std::shared_ptr<Track>> order_;                // … as the newest step had them: the next has them so, nearly always
  std::map<ground::Instant, ExpressionError> failures_;
  ground::Instant last_ = ground::Instant::min(), next_ = ground::Instant::min();
  ground::Instant redone_from_ = ground::Instant::max();  // the next update cuts there: a look at each is more than a sample may cost
  std::uint64_t version_ = 0, tracks_made_ = 0;
};

/// Of all held subqueries of one rule.
class RuleSteps {
 public:
  RuleSteps() = default;
  explicit RuleSteps(const Expression& expression);

  void update(const Setting& setting, const Slots& slots);
  [[nodiscard]] ground::Instant due(ground::Duration utc_offset) const;
  [[nodiscard]] ground::Instant last() const;
  void redo(ground::Instant from);
  [[nodiscard]] std::uint64_t version() const;
  [[nodiscard]] bool empty() const { return all_.empty(); }
  [[nodiscard]] const Steps* find(const Expression& expression) const;
  [[nodiscard]] std::vector<Steps>& all() { return all_; }

 private:
  std::vector<Steps> all_;
};

}  // namespace holdup::rules::stream
