#pragma once

#include <cstdint>
#include <vector>

#include "collector/rules/numbered.hpp"
#include "collector/rules/ranking.hpp"
#include "collector/rules/stream/members.hpp"
#include "collector/rules/stream/stage.hpp"

// The first of each group by their values: topk and bottomk of a constant number. A group is ranked anew when one of those chosen changes
// or another comes before the last of them.
namespace holdup::rules::stream {

class Ranked : public Stage {
 public:
  /// `count` of each group, at least 1.
  Ranked(Stage& vector, const Aggregation& aggregation, std::size_t count)
      : vector_{vector}, aggregation_{aggregation}, ranking_{aggregation.aggregate == Aggregate::topk}, count_{count} {}

  void update(const Setting& setting) override;

 private:
  struct Group {
    std::vector<std::uint32_t> cells;   // of the operand
    std::vector<std::uint32_t> chosen;  // the first first
  };
  struct Member {
    std::uint32_t group = 0;
    bool is_chosen = false;
  };
  void sink(const Threshold& threshold) override;
  void enrol(std::uint32_t cell);
  [[nodiscard]] bool may_turn(std::uint32_t cell) const;
  void choose(Group& group);

  Stage& vector_;
  const Aggregation& aggregation_;
  Ranking ranking_;
  std::size_t count_;
  Paged<Member> members_;  // by cell, the operand's and own
  Paged<Group> groups_;
  Numbered known_;  // their labels
  Members touched_;
};

}  // namespace holdup::rules::stream
