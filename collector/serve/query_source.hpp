#pragma once

#include <map>
#include <optional>
#include <vector>

#include "collector/rules/evaluate.hpp"
#include "collector/serve/query.hpp"
#include "collector/serve/selection.hpp"

// A store file as a source of series for the evaluator, in UTC. Evaluations that rise in time read each series once, a stretch ahead; what
// lies behind every window is forgotten.
namespace holdup::serve {

class QuerySource : public rules::Source {
 public:
  struct Plan {
    ground::Utc last{};       // that an evaluation will be at
    ground::Duration step{};  // between two of them; 0: there is one only
  };
  QuerySource(store::Reader& reader, const rules::Expression& expression, Plan plan, const OutOfTime& out_of_time);

  [[nodiscard]] std::vector<rules::SeriesView> select(const rules::Selector& selector, ground::Instant after, ground::Instant to) override;
  [[nodiscard]] bool gave_up() override;
  /// Why it gave up, when it did.
  [[nodiscard]] const std::optional<Answer>& failure() const { return failure_; }

 private:
  struct Track {
    Selected selected;
    std::vector<rules::Point> points;
  };
  /// What one selector of the expression reads: all its series, in (after, to].
  struct Lead {
    std::vector<Track> tracks;
    ground::Duration reach{};  // from the latest evaluation to what it may still look back at
    ground::Instant after{}, to{};
    bool read = false;
  };

  Lead& lead_of(const rules::Selector& selector);
  void read_newest(Lead& lead, ground::Instant at);
  void read(Lead& lead, ground::Instant after, ground::Instant to);
  void read_on(Lead& lead, ground::Instant after, ground::Instant to);

  store::Reader& reader_;
  Plan plan_;
  const OutOfTime& out_of_time_;
  std::vector<ground::Duration> behind_;  // by slot
  std::map<std::size_t, Lead> leads_;     // by slot
  std::vector<store::Point> read_;        // at last: what each reading makes room for once
  std::size_t samples_ = 0;
  std::optional<Answer> failure_;
};

}  // namespace holdup::serve
