#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "collector/coverage/exercise.hpp"
#include "collector/incident/ledger.hpp"
#include "collector/serve/inbox.hpp"
#include "collector/serve/rule_board.hpp"
#include "collector/serve/update.hpp"
#include "collector/site/site.hpp"
#include "drivers/reading/point.hpp"
#include "ground/quality.hpp"
#include "store/record/event.hpp"
#include "store/record/series.hpp"

// The serve thread's own picture of the rack: the last value of every series, who answers, incidents folded from events, warnings. Fed by
// News; the page, /metrics and the status read it. Belongs to one thread.
namespace holdup::serve {

using ground::Duration;
using ground::Instant;

/// The last heard of one series.
struct Value {
  const record::Series* series = nullptr;
  std::string labels;                 // as on /metrics, without braces: device="pdu-a",part="inlet"
  std::optional<site::Index> device;  // by its label
  reading::Meaning means = reading::Meaning::none;
  reading::Lane lane = reading::Lane::routine;
  bool polled = false;      // a point of the device, in this lane
  std::uint32_t point = 0;  // … of this number
  Duration fresh_for{};     // older is stale: three of its periods
  std::shared_ptr<const reading::StateTable> states;
  double value = 0;
  ground::Quality quality = ground::Quality::absent;
  std::optional<Instant> at;          // of the last sample
  std::optional<Instant> good_at;     // of the last good one
  std::optional<Instant> carried_at;  // of the last that was above its meter's floor, where it tells a current or power

  [[nodiscard]] bool fresh(Instant now) const { return quality == ground::Quality::good && at && now - *at <= fresh_for; }
};

/// A point that says something of the power chain, and how often it is asked.
struct Telling {
  std::uint32_t number = 0;
  reading::Point point;
  Duration period{};
};

struct DeviceState {
  std::optional<reading::Identity> identity;
  std::optional<Instant> heard;          // its last answer
  std::optional<Instant> silent_since;   // the core has called it silent
  std::vector<const Value*> values;      // all of its series
  std::vector<const Value*> meaningful;  // those that say something of the power chain
  std::vector<Telling> tells;            // … as they were identified
  Duration answer_time{};                // until a question counts as unanswered
};

/// An incident that is over, as it stood before.
struct Closed {
  incident::Incident incident;
  ground::Utc end{};
  std::string into;  // the incident that took it in; empty: restored
};

/// A contact as its last event tells it.
struct ContactState {
  std::string word;  // closed | open | failed
  ground::Utc since{};
  std::optional<ground::Utc> exercised;  // when it last moved, as long as the store remembers
};

class Mirror {
 public:
  static constexpr std::size_t most_closed = 100;
  static constexpr std::size_t most_events = 500;  // kept of one incident; the store has all
  static constexpr std::size_t most_traps = 500;

  explicit Mirror(site::Site site);
  Mirror(const Mirror&) = delete;
  Mirror& operator=(const Mirror&) = delete;

  void apply(News news);

  [[nodiscard]] const site::Site& site() const { return *site_; }
  [[nodiscard]] const std::map<record::Series, Value>& values() const { return values_; }
  [[nodiscard]] const DeviceState& device(site::Index device) const { return devices_[device]; }
  [[nodiscard]] const std::vector<incident::Incident>& open() const { return ledger_->open(); }
  [[nodiscard]] const incident::Ledger& ledger() const { return *ledger_; }
  [[nodiscard]] const std::deque<Closed>& closed() const { return closed_; }  // newest first
  /// Newest last; nullptr when this incident is not among open() and closed(), or had too many to keep.
  [[nodiscard]] const std::vector<record::Event>* events_of(std::string_view incident) const;
  /// Traps that were written down, newest last.
  [[nodiscard]] const std::deque<record::Event>& traps() const { return traps_; }
  /// Of a device of this name, as long as the store remembers; within ten seconds.
  [[nodiscard]] std::optional<ground::Utc> last_trap(std::string_view device) const;
  /// Since when traps were heard for; nothing: never.
  [[nodiscard]] std::optional<ground::Utc> listening_since() const { return listening_since_; }
  /// What is known of the contact; nothing: no word of it yet.
  [[nodiscard]] std::optional<ContactState> contact(std::string_view contact) const;
  /// When each sign was last seen to show a loss, as long as the store remembers.
  [[nodiscard]] const coverage::Exercises& exercises() const { return exercises_; }
  [[nodiscard]] const std::vector<core::Warning>& warnings() const { return warnings_; }  // firing
  [[nodiscard]] const RuleBoard& rules() const { return rules_; }
  [[nodiscard]] const OwnFigures& figures() const { return figures_; }
  [[nodiscard]] std::uint64_t dropped_samples() const { return dropped_samples_; }
  [[nodiscard]] bool restored() const { return restored_; }
  [[nodiscard]] const std::string& store_trouble() const { return store_trouble_; }
  /// What keeps it from being ready, for a person; empty when nothing does.
  [[nodiscard]] std::string unready() const;

 private:
  void rebuild(site::Site site);
  void bear(record::SeriesId id, const record::Series& series);
  void know(const core::Known& known);
  void take(const core::Rhythm& rhythm);
  void take(const record::Batch& batch);
  void take(const record::Event& event);
  void keep_event(const record::Event& event);
  void keep_trap(const record::Event& event);
  void keep_contact(const record::Event& event);
  void take(const core::Warning& warning);
  void mark_closed(const std::vector<incident::Incident>& before, const record::Event& event);
  void place(Value& value);

  std::unique_ptr<const site::Site> site_;
  std::unique_ptr<incident::Ledger> ledger_;
  std::map<record::Series, Value> values_;
  std::unordered_map<record::SeriesId, Value*> by_id_;
  std::vector<DeviceState> devices_;
  struct Kept {
    std::vector<record::Event> events;
    bool whole = true;
  };
  std::map<std::string, Kept, std::less<>> events_;  // by incident
  std::string folded_boot_;                          // of the last event that the ledger took
  std::uint64_t folded_count_ = 0;
  std::deque<Closed> closed_;
  std::vector<core::Warning> warnings_;
  RuleBoard rules_;
  std::deque<record::Event> traps_;
  std::map<std::string, ground::Utc, std::less<>> last_traps_;  // by element
  std::optional<ground::Utc> listening_since_;
  std::map<std::string, ContactState, std::less<>> contacts_;  // by element
  coverage::Exercises exercises_;
  OwnFigures figures_;
  std::uint64_t dropped_samples_ = 0;
  bool restored_ = false;
  std::string store_trouble_;
};

}  // namespace holdup::serve
