#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "collector/detect/facts.hpp"
#include "collector/detect/judge.hpp"
#include "collector/detect/judge_bank.hpp"
#include "collector/detect/judge_cabinet.hpp"
#include "collector/detect/judge_cord.hpp"
#include "collector/detect/latches.hpp"
#include "collector/detect/load_watch.hpp"
#include "collector/detect/mains.hpp"
#include "collector/detect/reports.hpp"
#include "collector/detect/stuck.hpp"

// Holds the facts against each other after every input that could change a judgement, and latches: what was lost stays lost until it is
// judged fine for a while. The core feeds it and hands its changes to incident. Pure.
namespace holdup::detect {

class Detector {
 public:
  explicit Detector(const site::Site& site);
  Detector(const Detector&) = delete;
  Detector& operator=(const Detector&) = delete;

  void identified(Index device, std::span<const reading::Point> points, Instant now) {
    facts_.identified(device, points, now), latches_.identified(device, points), stuck_.identified(device);
    mains_.identified(device, points), stirred_ = true;
  }
  void heard(Index device, std::span<const reading::Reading> readings, Instant now) {
    stirred_ = facts_.heard(device, readings, now) || stirred_;
    stirred_ = mains_.heard(device, readings) || stirred_;
    stirred_ = stuck_.heard(device) || stirred_;
    latches_.heard(device, readings);
  }
  void heard_late(Index device, Instant asked, std::span<const reading::Reading> readings) {
    stirred_ = facts_.heard_late(device, asked, readings) || stirred_;
  }
  void unanswered(Index device, Instant asked) { facts_.unanswered(device, asked), mains_.unanswered(device), stirred_ = true; }
  void took(const SideLevel& level) { facts_.took(level), stirred_ = true; }
  /// A device called: what it says stands as reported until a reading can know.
  void trapped(Index device, const reading::TrapMessage& message, Instant at) { reports_.take(device, message, at), stirred_ = true; }
  /// What of the device's measurements cannot be, from now on; empty: all is well again.
  void doubt(Index device, std::vector<std::string> what, Instant now);
  /// What a log should say of counters, since the last call.
  [[nodiscard]] std::vector<std::string> take_notes() { return latches_.take_notes(); }
  /// What stood open before a restart stands open again.
  void adopt(Verdict verdict, const ground::Element& element, Strength strength, Instant since);

  /// It is held no longer, by a person's word: its element is gone, and nothing can judge it.
  void release(Verdict verdict, const ground::Element& element) { open_.erase({verdict, element}); }

  /// What changed since the last call. Cheap when nothing stirred and nothing is held.
  [[nodiscard]] std::vector<Change> assess(Instant now);
  /// When assess() must be called again even if nothing is heard.
  [[nodiscard]] std::optional<Instant> next_due() const { return next_due_; }
  /// Devices whose word is wanted at once, while anything is lost: all that hang on a feed, and what reports the supplies of a load that
  /// is touched. None that is known to be silent.
  [[nodiscard]] std::vector<Index> wanted() const;

  [[nodiscard]] const Facts& facts() const { return facts_; }
  /// Contacts whose state changed since the last call.
  [[nodiscard]] std::vector<Index> take_changed_contacts() { return facts_.take_changed_contacts(); }
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
    bool loud = false;  // unknown for so long that it pages
  };
  /// A loss that was seen and is over: what was counted meanwhile is known already.
  struct Ended {
    Key key;
    Instant since{}, until{};
  };
  /// Said once it is clear that no loss which was seen explains it.
  struct Pending {
    Latches::Past past;
    Instant due{};
  };

  [[nodiscard]] bool holds_any() const { return !open_.empty() || !reports_.empty(); }
  void weigh(Verdict verdict, const ground::Element& element, Judgement judged, Instant now);
  void begin_or_strengthen(const Key& key, const Judgement& judgement, Instant now);
  void end_when_settled(const Key& key, const Judgement& judgement, Instant now);
  void wake_at(Instant at) { next_due_ = next_due_ ? std::min(*next_due_, at) : at; }
  void weigh_supplies(Instant now);
  void weigh_loads(Instant now);
  void weigh_sensors(Instant now);
  void watch_loads(Instant now);
  void page_unknown(Instant now);
  void weigh_telemetry(Instant now);
  void weigh_past(Instant now);
  void weigh_mains(Instant now);
  void weigh_meters(Instant now);
  [[nodiscard]] bool explained(const Latches::Past& past) const;
  void weigh_contacts(Instant now);

  const site::Site& site_;
  Facts facts_;
  Judge judge_;
  BankJudge bank_judge_;
  CordJudge cord_judge_;
  CabinetJudge cabinets_;
  LoadWatch load_watch_;
  StuckWatch stuck_;
  Reports reports_;
  Latches latches_;
  Mains mains_;
  std::set<ground::Element> paths_;  // switches, and self
  std::vector<ground::Element> supplies_, sources_, banks_, loads_;
  std::map<Key, Open> open_;
  std::deque<Ended> ended_;
  std::vector<Pending> pending_;
  std::map<Index, Judgement> meters_;  // of the devices that measured what cannot be
  std::vector<Change> changes_;
  std::optional<Instant> next_due_;
  bool stirred_ = false;
};

}  // namespace holdup::detect
