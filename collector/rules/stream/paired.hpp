#pragma once

#include <cstdint>
#include <vector>

#include "collector/rules/stream/match_keys.hpp"
#include "collector/rules/stream/naps.hpp"
#include "collector/rules/stream/newest.hpp"

// Arithmetic or comparison of two vectors, one to one or many to one. A change on the many side costs its own pair, one on the one side all
// its partners. Two series whose pair yields nothing, one of a key each, are let doze as far as their values may move before it does.
namespace holdup::rules::stream {

class Paired : public Stage {
 public:
  Paired(Stage& left, Stage& right, const Binary& binary);

  void update(const Setting& setting) override;
  [[nodiscard]] bool in_conflict() const override { return conflicts_ > 0 || shared_ > 0; }
  [[nodiscard]] bool may_conflict() const override { return is_crowded_ || binary_.matching.many != Matching::Many::neither; }

 private:
  static constexpr auto none = std::uint32_t{0} - 1;
  struct Member {
    std::uint32_t key = 0;
    std::uint32_t next = none;  // of its side in the same meeting
    bool present = false;
  };
  struct Many : Member {
    std::uint32_t pairs = none;    // the newest of all that ever were
    std::uint32_t matched = none;  // the pair that it is of now
  };
  struct Chain {  // of cells, in the order of their birth
    std::uint32_t first = none, last = none;
  };
  struct Meeting {  // of all that have one key
    Chain many, one;
    std::uint32_t many_present = 0, one_present = 0;
    std::uint32_t partner = none;  // of the one side
    bool in_conflict = false;
    bool is_anew = false;  // its partner is another, in this update
    Naps naps;
  };
  struct Pair {
    std::uint32_t one = 0;
    std::uint32_t same = 0;     // the number of its label set
    std::uint32_t next = none;  // of the same cell of the many side
  };

  void sink(const Threshold&) override { see_who_may_doze(); }
  void see_who_may_doze();
  void wake_partners(const Setting& setting);
  void doze(std::uint32_t many, std::uint32_t one, double left, double right, ground::Instant at);
  template <class Side>
  void grow(const Stage& operand, Paged<Side>& members, Chain Meeting::*chain);
  void take_in_many();
  void take_in_one();
  void see_conflict(Meeting& meeting);
  void refresh_all(const Meeting& meeting, ground::Instant at);
  void refresh(std::uint32_t many, ground::Instant at);
  void unmatch(Many& member);
  /// Any partner gives the same labels where none of its own are included.
  [[nodiscard]] bool is_of(const Pair& pair, std::uint32_t one) const { return pair.one == one || binary_.matching.include.empty(); }
  [[nodiscard]] std::uint32_t pair_of(std::uint32_t many, std::uint32_t one);

  const Binary& binary_;
  const bool swapped_, filters_;
  Stage &many_, &one_;
  Newest *many_newest_ = nullptr, *one_newest_ = nullptr;  // where pairs that yield nothing need not see each sample
  MatchKeys keys_;
  Paged<Many> many_members_;  // by cell of the operand
  Paged<Member> one_members_;
  Paged<Meeting> meetings_;    // by key
  Paged<Pair> pairs_;          // by own cell
  Paged<std::uint32_t> anew_;  // keys
  Numbered known_;
  Paged<std::uint32_t> matched_with_;  // by label set: how many pairs
  std::size_t conflicts_ = 0, shared_ = 0;
  bool is_crowded_ = false;  // several of a side have one key
};

}  // namespace holdup::rules::stream
