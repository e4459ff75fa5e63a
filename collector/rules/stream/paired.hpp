#pragma once

#include <optional>

#include "collector/rules/stream/match_keys.hpp"

// Arithmetic or comparison of two vectors, one to one or many to one. A change on the many side costs its own pair, one on the one side all
// its partners.
namespace holdup::rules::stream {

class Paired : public Stage {
 public:
  Paired(const Stage& left, const Stage& right, const Binary& binary);

  void update(const Setting& setting) override;
  [[nodiscard]] bool in_conflict() const override { return conflicts_ > 0 || shared_ > 0; }
  [[nodiscard]] bool may_conflict() const override { return is_crowded_ || binary_.matching.many != Matching::Many::neither; }

 private:
  struct Member {
    std::uint32_t key = 0;
    bool present = false;
  };
  struct Meeting {  // of all that have one key
    std::vector<std::uint32_t> many, one;
    std::uint32_t many_present = 0, one_present = 0;
    std::optional<std::uint32_t> partner;  // of the one side
    bool in_conflict = false;
  };
  struct Pair {
    std::uint32_t one = 0, own = 0;
    std::uint32_t same = 0;  // the number of its label set
  };

  void take_in(const Stage& operand, Paged<Member>& members, bool is_many);
  void refresh_meeting(std::uint32_t key);
  void refresh(std::uint32_t many);
  void unmatch(std::uint32_t many);
  [[nodiscard]] const Pair& pair_of(std::uint32_t many, std::uint32_t one);

  const Binary& binary_;
  const bool swapped_;
  const Stage &many_, &one_;
  MatchKeys keys_;
  Paged<Member> many_members_, one_members_;
  Paged<Meeting> meetings_;             // by key
  Paged<std::vector<Pair>> pairs_;      // by cell of the many side: that ever were
  Paged<std::optional<Pair>> matched_;  // by cell of the many side
  std::vector<std::uint32_t> touched_;  // keys
  Numbered known_;
  Paged<std::uint32_t> matched_with_;  // by label set: how many pairs
  std::size_t conflicts_ = 0, shared_ = 0;
  bool is_crowded_ = false;  // several of a side have one key
};

}  // namespace holdup::rules::stream
