#pragma once

#include <array>

#include "collector/rules/stream/match_keys.hpp"

// `and`, `unless` and `or`: an element of one side stands or falls by whether the other side has one of its key. Where the first of a key
// comes or the last goes, all that hang on it are looked at.
namespace holdup::rules::stream {

class SetOperation : public Stage {
 public:
  SetOperation(Stage& left, Stage& right, const Binary& binary) : sides_{Side{left}, Side{right}}, op_{binary.op}, keys_{binary.matching} {}

  void update(const Setting& setting) override;

 private:
  struct Member {
    std::uint32_t key = 0;
    std::uint32_t own = 0;  // cell, of a side that yields
    bool present = false;
  };
  struct Side {
    Stage& operand;
    Paged<Member> members = {};                     // by cell of the operand
    Paged<std::uint32_t> present = {};              // by key: how many
    Paged<std::vector<std::uint32_t>> of_key = {};  // its cells
    Paged<std::uint32_t> turned = {};               // keys that now have one, or none any more
  };
  void take_in(Side& side, bool yields);
  void refresh(const Side& side, const Side& other, std::uint32_t cell);
  void refresh_side(Side& side, const Side& other);
  /// To the side that yields and on whose values nothing else hangs.
  void sink(const Threshold& threshold) override { (void)sides_[op_ == Operator::set_or ? 1 : 0].operand.hold_back(threshold); }

  std::array<Side, 2> sides_;
  Operator op_;
  MatchKeys keys_;
};

}  // namespace holdup::rules::stream
