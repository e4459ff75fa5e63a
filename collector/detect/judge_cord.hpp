#pragma once

#include "collector/detect/judge.hpp"

// What becomes of a supply's cord: whether it hangs where the site file says (row 14 of docs/verdicts.md: it went with an element it should
// not hang on, while what it should hang on stayed good), and whether the fuse of its outlet has blown (row 30). Detector keeps one. Pure.
namespace holdup::detect {

class CordJudge {
 public:
  CordJudge(const site::Site& site, const Facts& facts, const Judge& judge, HeldBy held)
      : site_{site}, facts_{facts}, judge_{judge}, held_{std::move(held)} {}

  [[nodiscard]] Judgement supply(Index supply) const;
  /// Of its outlet, in a plant of direct current.
  [[nodiscard]] Judgement fuse(Index supply) const;

 private:
  /// What the meter at its outlet says of it.
  enum class Outlet : std::uint8_t { none, fed_it, did_not };
  [[nodiscard]] Outlet outlet(Index supply, Instant lost, std::vector<Sign>& signs) const;
  [[nodiscard]] std::optional<Sign> good_throughout(Index pdu, const Track& lost) const;
  [[nodiscard]] bool still_without(const Track& lost, Instant good) const;
  [[nodiscard]] bool died_unheard(Index supply, const Held& above, const Track& lost) const;
  struct Beside {
    Sign sign;
    bool at_once = false;
  };
  [[nodiscard]] std::optional<Beside> lost_beside(Index supply, const Track& lost) const;
  [[nodiscard]] static bool at_once(const Track& one, const Track& other);
  [[nodiscard]] static bool was_off(const Track* state, const Track& lost);
  [[nodiscard]] static bool fed_after(const Track& one, const Track& lost);
  [[nodiscard]] static bool together(const Track& one, const Track& other);

  const site::Site& site_;
  const Facts& facts_;
  const Judge& judge_;
  HeldBy held_;
};

}  // namespace holdup::detect
