#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "collector/detect/judge.hpp"

// What is said of a supply, and of the redundancy of a load, while nothing changes: verdicts tell of changes only. Pure.
namespace holdup::detect {

struct Standing {
  enum class Of : std::uint8_t { supply_on, path, module };
  Of of{};
  Index index = 0;           // of the supply, of the load
  std::optional<bool> good;  // nothing: not seen, which is neither
};

class Standings {
 public:
  Standings(const site::Site& site, const Facts& facts, const Judge& judge, HeldBy held);

  /// Judges these anew.
  void judge(std::span<const Index> supplies, std::span<const Index> loads);
  /// Those that are other than when they were last taken.
  [[nodiscard]] std::vector<Standing> take() { return std::exchange(changed_, {}); }

 private:
  using Good = std::optional<bool>;
  void note(Standing::Of of, std::vector<Good>& all, Index index, Good good);
  [[nodiscard]] Good supply(Index supply) const;
  [[nodiscard]] Good paths(Index load) const;
  [[nodiscard]] Good modules(Index load) const;
  [[nodiscard]] Good redundancy(Index load, Verdict lost) const;
  [[nodiscard]] bool tells(const Track* track) const;

  const site::Site& site_;
  const Facts& facts_;
  const Judge& judge_;
  HeldBy held_;
  std::vector<Good> supplies_, paths_, modules_;
  std::vector<Standing> changed_;
};

}  // namespace holdup::detect
