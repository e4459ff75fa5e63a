#pragma once

#include <map>
#include <optional>
#include <vector>

#include "collector/rules/evaluate.hpp"
#include "collector/rules/rule.hpp"
#include "collector/serve/selection.hpp"

// A store as the source of a subquery's steps, one after the other, in UTC: as live rules see it, only what was good. Where the steps lie
// far apart only what each of them asks for is read. Used by stored_past.hpp.
namespace holdup::cli {

/// What rules are told of a stored point, oldest first; of a series that rules made its end, too.
void take_point(const store::Point& point, bool is_made, std::vector<rules::Point>& out);

class StepSource : public rules::Source {
 public:
  struct Plan {
    ground::Duration step{};
    ground::Utc last{};
  };
  StepSource(store::Reader& reader, const rules::RuleSet& rules, Plan plan) : reader_{reader}, rules_{rules}, plan_{plan} {}

  [[nodiscard]] std::vector<rules::SeriesView> select(const rules::Selector& selector, ground::Instant after, ground::Instant to) override;
  [[nodiscard]] bool gave_up() override { return failure_.has_value(); }
  [[nodiscard]] const std::optional<ground::Failure>& failure() const { return failure_; }

 private:
  struct Track {
    serve::Selected selected;
    bool is_made = false;
    std::vector<rules::Point> points;
  };
  struct Lead {
    std::vector<Track> tracks;
    ground::Instant after{}, to{};  // that the tracks hold
    bool read = false;
  };
  Lead& lead_of(const rules::Selector& selector);
  void read_newest(Lead& lead, ground::Instant after, ground::Instant to);
  void read_on(Lead& lead, ground::Instant after, ground::Instant to);
  void read(Track& track, ground::Instant after, ground::Instant to);

  store::Reader& reader_;
  const rules::RuleSet& rules_;
  Plan plan_;
  std::map<std::size_t, Lead> leads_;  // by slot
  std::optional<ground::Failure> failure_;
};

}  // namespace holdup::cli
