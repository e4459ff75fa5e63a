#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "collector/detect/facts.hpp"
#include "collector/detect/judge.hpp"
#include "collector/detect/reports.hpp"

// Holds the facts against each other after every input that could change a judgement, and latches: what was lost stays lost until it is
// judged fine for a while. The core feeds it and hands its changes to incident. Pure.
namespace holdup::detect {

class Detector {
 public:
  explicit Detector(const site::Site& site);
  Detector(const Detector&) = delete;
  Detector& operator=(const Detector&) = delete;

  void identified(Index device, std::span<const reading::Point> points, Instant now) {
    facts_.identified(device, points, now), stirred_ = true;
  }
  void heard(Index device, std::span<const reading::Reading> readings, Instant now) {
    stirred_ = facts_.heard(device, readings, now) || stirred_;
  }
  void unanswered(Index device, Instant asked) { facts_.unanswered(device, asked), stirred_ = true; }
  void edge(Index contact, bool open, Instant at, Duration uncertainty) { facts_.edge(contact, open, at, uncertainty), stirred_ = true; }
  /// A device called: what it says stands as reported until a reading can know.
  void trapped(Index device, const reading::TrapMessage& message, Instant at) { reports_.take(device, message, at), stirred_ = true; }
  /// What stood open before a restart stands open again.
  void adopt(Verdict verdict, const ground::Element& element, Strength strength, Instant since);

  /// What changed since the last call. Cheap when nothing stirred and nothing is held.
  [[nodiscard]] std::vector<Change> assess(Instant now);
  /// When assess() must be called again even if nothing is heard.
  [[nodiscard]] std::optional<Instant> next_due() const { return next_due_; }
  /// Devices whose word is wanted at once: on the chain or the load of what was just lost, and not yet known to be silent.
  [[nodiscard]] std::vector<Index> wanted() const;

  [[nodiscard]] const Facts& facts() const { return facts_; }
  [[nodiscard]] std::optional<Held> held(Verdict verdict, const ground::Element& element) const;
  [[nodiscard]] bool idle() const { return open_.empty(); }

 private:
  struct Key {
    Verdict verdict;
    ground::Element element;
    auto operator<=>(const Key&) const = default;
  };
  struct Open {
    Strength strength{};
    Instant since{};
    std::optional<Instant> fine_since;
  };

  void weigh(Verdict verdict, const ground::Element& element, Judgement judged, Instant now);
  void begin_or_strengthen(const Key& key, const Judgement& judgement, Instant now);
  void end_when_settled(const Key& key, const Judgement& judgement, Instant now);
  void wake_at(Instant at) { next_due_ = next_due_ ? std::min(*next_due_, at) : at; }
  void weigh_telemetry(Instant now);

  const site::Site& site_;
  Facts facts_;
  Judge judge_;
  Reports reports_;
  std::set<ground::Element> paths_;  // switches, and self
  std::map<Key, Open> open_;
  std::vector<Change> changes_;
  std::optional<Instant> next_due_;
  bool stirred_ = false;
};

}  // namespace holdup::detect
