#pragma once

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "collector/detect/dues.hpp"
#include "collector/detect/facts.hpp"
#include "collector/detect/judge.hpp"
#include "collector/detect/judge_bank.hpp"
#include "collector/detect/judge_cabinet.hpp"
#include "collector/detect/judge_cord.hpp"
#include "collector/detect/latches.hpp"
#include "collector/detect/load_watch.hpp"
#include "collector/detect/mains.hpp"
#include "collector/detect/reports.hpp"
#include "collector/detect/round.hpp"
#include "collector/detect/standing.hpp"
#include "collector/detect/stuck.hpp"

// Holds the facts against each other after every input that could change a judgement, and latches: what was lost stays lost until it is
// judged fine for a while. Judged is what an input bears upon; a second after anything was, all is looked at once more. The core feeds it
// and hands its changes to incident. Pure.
namespace holdup::detect {

class Detector {
 public:
  explicit Detector(const site::Site& site);
  Detector(const Detector&) = delete;
  Detector& operator=(const Detector&) = delete;

  void identified(Index device, std::span<const reading::Point> points, Instant now);
  void heard(Index device, std::span<const reading::Reading> readings, Instant now);
  /// Of an answer whose rest is still to come, and which it will be part of.
  void heard_ahead(Index device, std::span<const reading::Reading> readings);
  void heard_late(Index device, Instant asked, std::span<const reading::Reading> readings);
  void unanswered(Index device, Instant asked);
  void took(const SideLevel& level) { facts_.took(level), wired_ = true; }
  /// A device called: what it says stands as reported until a reading can know.
  void trapped(Index device, const reading::TrapMessage& message, Instant at);
  /// What of the device's measurements cannot be, from now on; empty: all is well again.
  void doubt(Index device, std::vector<std::string> what, Instant now);
  /// What a log should say of counters, since the last call.
  [[nodiscard]] std::vector<std::string> take_notes() { return latches_.take_notes(); }
  /// What stood open before a restart stands open again.
  void adopt(Verdict verdict, const ground::Element& element, Strength strength, Instant since);

  /// It is held no longer, by a person's word: its element is gone, and nothing can judge it.
  void release(Verdict verdict, const ground::Element& element);

  /// What changed since the last call. Cheap when nothing stirred and nothing is held. Where something began and nothing ended, what that
  /// does to loads is left to assess_rest(), so that it can be told first.
  [[nodiscard]] std::vector<Change> assess(Instant now);
  /// After each assess(), at the same moment: what it left.
  [[nodiscard]] std::vector<Change> assess_rest(Instant now);
  /// When assess() must be called again even if nothing is heard.
  [[nodiscard]] std::optional<Instant> next_due() const { return next_due_; }
  /// Devices whose word is wanted at once after these changes, while anything is lost: what tells of the loads that they touch, and all on
  /// the feeds of these. None that is known to be silent.
  [[nodiscard]] std::vector<Index> wanted(const std::vector<Change>& changes) const;

  [[nodiscard]] const Facts& facts() const { return facts_; }
  /// Contacts whose state changed since the last call.
  [[nodiscard]] std::vector<Index> take_changed_contacts() { return facts_.take_changed_contacts(); }
  [[nodiscard]] std::optional<Held> held(Verdict verdict, const ground::Element& element) const;
  /// Supplies and loads of which something else is said than at the last call.
  [[nodiscard]] std::vector<Standing> take_standings() { return standings_.take(); }
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
    bool adopted = false;
    Instant fine_last{};
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
  void stir(Index device, bool changed);
  void gather(Instant now);
  void judge_causes(Instant now);
  void judge_rest(Instant now);
  void go_on();
  void close(const Key& key);
  void concern(const Key& key, int by);
  void weigh(Verdict verdict, const ground::Element& element, Judgement judged, Instant now);
  [[nodiscard]] bool is_passing_doubt(const Key& key, const Judgement& judgement, Instant now);
  void begin_or_strengthen(const Key& key, Judgement judgement, Instant now);
  void end_when_settled(const Key& key, const Judgement& judgement, Instant now);
  static void soonest(std::optional<Instant>& due, Instant at) { due = due ? std::min(*due, at) : at; }
  [[nodiscard]] std::optional<Instant> soonest_due() const;
  void weigh_supplies(Instant now);
  void weigh_chain(Instant now);
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
  Standings standings_;
  Round round_, next_;                // what is judged now, and what is to be judged then
  Round about_;                       // of one verdict
  std::vector<int> concerned_;        // by device: how many verdicts are held that its word bears upon
  Dues<Key> settling_;                // of what may end
  Dues<Key> unknown_;                 // of what will page if it stays so
  std::map<Key, Instant> doubted_;    // since when what is not said yet has been unknown
  std::optional<Instant> look_due_;   // at those who fail to answer, and at contacts that opened lately
  std::optional<Instant> past_due_;   // of what lies in the past
  std::optional<Instant> sweep_due_;  // over everything
  bool halfway_ = false;              // judged are causes, and not yet the rest
  bool wired_ = false;                // a contact moved
  std::vector<bool> met_;             // by load: see Judge
  std::map<Key, Open> open_;
  std::array<int, verdicts> held_{};  // by verdict: how many of them are open
  std::deque<Ended> ended_;
  std::vector<Pending> pending_;
  std::map<Index, Judgement> meters_;  // of the devices that measured what cannot be
  std::vector<Change> changes_;
  std::optional<Instant> next_due_;
};

}  // namespace holdup::detect
