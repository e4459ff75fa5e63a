#pragma once

#include "collector/rules/aggregated.hpp"
#include "collector/rules/numbered.hpp"
#include "collector/rules/stream/members.hpp"
#include "collector/rules/stream/naps.hpp"
#include "collector/rules/stream/newest.hpp"
#include "collector/rules/stream/stage.hpp"

// An aggregation: a change of one element takes its old value out of its group and puts the new one in. Of series whose sum or mean is far
// from its threshold each is let doze as far as its share of that.
namespace holdup::rules::stream {

class Grouped : public Stage {
 public:
  Grouped(Stage& vector, const Aggregation& aggregation, double parameter)
      : vector_{vector}, aggregation_{aggregation}, parameter_{parameter} {}

  void update(const Setting& setting) override;

 private:
  struct Member {
    std::uint32_t group = 0;
    std::optional<double> value;  // that the group has taken in
  };
  struct Roster {                      // of a group
    std::vector<std::uint32_t> cells;  // of the operand
    Naps naps;
  };
  std::uint32_t group_of(const Cell& cell);
  void sink(const Threshold& threshold) override;
  void enrol(std::uint32_t cell, std::uint32_t group);
  void wake_groups(const Setting& setting);
  void doze(std::uint32_t group, ground::Instant at);

  Stage& vector_;
  const Aggregation& aggregation_;
  double parameter_;
  Paged<Member> members_;     // by cell of the operand
  Paged<Aggregated> groups_;  // by own cell
  Members touched_;
  Numbered known_;
  Newest* newest_ = nullptr;  // the operand, where groups that yield nothing need not see each sample …
  Paged<Roster> rosters_;     // … by own cell
};

}  // namespace holdup::rules::stream
