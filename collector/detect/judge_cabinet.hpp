#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "collector/detect/dues.hpp"
#include "collector/detect/judge.hpp"

// What a lost supply means inside a load, beside its paths: whether those that are left can carry it, whether it can cool itself, and what
// becomes of its write cache. Row 29 of docs/verdicts.md and the rule of two axes. Detector keeps one. Pure.
namespace holdup::detect {

class CabinetJudge {
 public:
  CabinetJudge(const site::Site& site, const Facts& facts, const Judge& judge, HeldBy held);

  [[nodiscard]] Judgement modules(Index load, Instant now);
  [[nodiscard]] Judgement cooling(Index load) const;
  [[nodiscard]] Judgement cache(Index load) const;
  [[nodiscard]] Judgement destaging(Index load) const;
  /// Of the battery that a device tells of, before it is needed.
  [[nodiscard]] Judgement stored_energy(Index load, Index device) const;
  /// The devices that tell of a battery inside the load, and what each is called: its own name, or bbu1 where the file names none.
  [[nodiscard]] const std::vector<std::pair<Index, ground::Element>>& batteries(Index load) const { return batteries_[load]; }
  /// Its rating depends on the line: a judgement of modules may change without any loss.
  [[nodiscard]] bool derates(Index load) const { return derates_[load]; }
  [[nodiscard]] bool has_cache(Index load) const;
  /// Loads whose derating, which is being waited for, will have lasted.
  [[nodiscard]] std::optional<Instant> next_due() const { return dues_.next(); }
  [[nodiscard]] std::vector<Index> take_due(Instant now) { return dues_.take(now); }

 private:
  struct Modules {
    double live = 0, largest = 0;  // watts, of those that are not lost
    bool known = true;
    bool whole = true;  // none is lost
    Strength surest = Strength::unknown;
    std::vector<Sign> signs;
  };
  [[nodiscard]] Modules modules_of(Index load, double line) const;
  [[nodiscard]] double volts(Index supply) const;
  [[nodiscard]] std::optional<double> needs(Index load) const;
  [[nodiscard]] bool redundant_on_paper(Index load, double needs) const;
  [[nodiscard]] bool without_input(Index load) const;

  const site::Site& site_;
  const Facts& facts_;
  const Judge& judge_;
  HeldBy held_;
  std::vector<std::vector<std::pair<Index, ground::Element>>> batteries_;  // by load
  std::vector<bool> derates_;                                              // by load
  std::vector<std::optional<Instant>> low_since_;                          // by load: the line has been too low since
  Dues<Index> dues_;
};

}  // namespace holdup::detect
