#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collector/detect/facts.hpp"
#include "collector/detect/judge.hpp"
#include "drivers/reading/trap.hpp"

// What devices called out by themselves and no reading has confirmed or refuted yet. A trap proves nothing: it makes `reported` of what
// would else be no judgement, until a reading that cannot predate it knows better. The detector keeps it. Pure.
namespace holdup::detect {

class Reports {
 public:
  Reports(const site::Site& site, const Facts& facts) : site_{site}, facts_{facts} {}

  void take(Index device, const reading::TrapMessage& message, Instant at);
  [[nodiscard]] bool empty() const { return reports_.empty(); }
  /// Something is reported in this word.
  [[nodiscard]] bool speak_of(Verdict verdict) const { return spoken_[static_cast<std::size_t>(verdict)] > 0; }
  /// The judgement in the light of what was reported. `held`: as it stands open.
  [[nodiscard]] Judgement temper(Verdict verdict, const ground::Element& element, Judgement judgement, std::optional<Held> held);
  /// What traps alone speak of: no judge weighs it.
  [[nodiscard]] std::vector<std::pair<Verdict, ground::Element>> unjudged() const;

 private:
  struct Subject {
    Verdict verdict{};
    ground::Element element;
    const Track* witness = nullptr;  // whose reading can know
    bool answers_know = false;       // … or any answer of the device
  };
  struct Report {
    Sign sign;
    bool taken_back = false;    // by the device itself
    bool can_be_known = false;  // a reading will tell: taking it back ends nothing
  };
  using Key = std::pair<Verdict, ground::Element>;

  [[nodiscard]] std::optional<Subject> subject(Index device, const reading::TrapMessage& message) const;
  [[nodiscard]] std::optional<Subject> of_input(Index device, const reading::TrapMessage& message) const;
  [[nodiscard]] std::optional<Subject> of_outlet(Index device, const std::string& outlet) const;
  [[nodiscard]] std::optional<Subject> of_bank(Index device, const reading::TrapMessage& message) const;
  [[nodiscard]] bool is_judged(const Key& key) const;
  [[nodiscard]] ground::Element part_of(Index device, const reading::TrapMessage& message) const;
  [[nodiscard]] const Track* first(Index device, Meaning means) const;

  void forget(std::map<Key, Report>::iterator report);

  const site::Site& site_;
  const Facts& facts_;
  std::map<Key, Report> reports_;
  std::array<int, verdicts> spoken_{};  // by verdict: how many of them
};

}  // namespace holdup::detect
