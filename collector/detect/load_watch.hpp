#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "collector/detect/dues.hpp"
#include "collector/detect/judge.hpp"

// Loads and supplies that stop drawing while their power is there: rows 10 and 12 of docs/verdicts.md. Neither is a loss; each is told
// once, when it has lasted long enough for whoever knows better to speak. The detector keeps one. Pure.
namespace holdup::detect {

class LoadWatch {
 public:
  LoadWatch(const site::Site& site, const Facts& facts, const Judge& judge, HeldBy held);

  /// What came to light: load_off, supply_standby.
  [[nodiscard]] std::vector<Finding> look(std::span<const Index> loads, Instant now);
  /// Loads to look at again although nothing is heard.
  [[nodiscard]] std::optional<Instant> next_due() const { return dues_.next(); }
  [[nodiscard]] std::vector<Index> take_due(Instant now) { return dues_.take(now); }

 private:
  /// Since when there is what will be said if it lasts; said: not again before it carries.
  struct Waiting {
    std::optional<Instant> since;
    bool said = false;
  };
  [[nodiscard]] std::optional<Finding> off(Index load) const;
  [[nodiscard]] std::optional<Finding> standby(Index supply) const;
  /// Of a load that was down: which of its supplies were seen without power before them, and since when that is back.
  struct Path {
    bool dark = false;
    std::optional<Instant> back;
  };
  struct Down {
    std::vector<Path> paths;  // by its supplies
    bool said = false;
  };
  [[nodiscard]] bool are_back(Down& down, Index load, Instant now) const;
  [[nodiscard]] std::optional<Finding> returns(Index load, Instant now);
  [[nodiscard]] bool is_fed(Index supply) const;
  [[nodiscard]] bool lasts(Waiting& waiting, bool there, Instant now);
  void wake(Instant at) { wake_ = std::min(wake_.value_or(at), at); }
  void look_again(Index supply, Instant now);
  [[nodiscard]] bool touched(Index supply) const;
  [[nodiscard]] bool is_fed_itself(Index supply) const;
  [[nodiscard]] std::optional<Sign> available(Index supply, Instant after) const;
  /// Of the meter at its cord, else its own; between the last of its power and the first of none.
  struct Fall {
    const Track* power = nullptr;
    Judge::Between when{};
    Instant earliest{};  // its end, or since when its device told nothing anew
    double carried = 0;
  };
  [[nodiscard]] const Track* meter(Index supply) const;
  [[nodiscard]] std::optional<Fall> fall(Index supply) const;

  const site::Site& site_;
  const Facts& facts_;
  const Judge& judge_;
  HeldBy held_;
  std::vector<Waiting> loads_, supplies_;
  std::vector<std::optional<Down>> down_;  // by load
  std::optional<Instant> wake_;            // of the load that is looked at
  Dues<Index> dues_;
};

}  // namespace holdup::detect
