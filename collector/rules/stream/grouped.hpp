#pragma once

#include "collector/rules/aggregated.hpp"
#include "collector/rules/numbered.hpp"
#include "collector/rules/stream/stage.hpp"

// An aggregation: a change of one element takes its old value out of its group and puts the new one in.
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
  std::uint32_t group_of(const Cell& cell);
  void sink(const Threshold& threshold) override;

  Stage& vector_;
  const Aggregation& aggregation_;
  double parameter_;
  Paged<Member> members_;     // by cell of the operand
  Paged<Aggregated> groups_;  // by own cell
  std::vector<std::uint32_t> touched_;
  Numbered known_;
};

}  // namespace holdup::rules::stream
