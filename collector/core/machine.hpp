#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "collector/core/alert_board.hpp"
#include "collector/core/clerk.hpp"
#include "collector/core/contact_log.hpp"
#include "collector/core/effects.hpp"
#include "collector/core/fact_eyes.hpp"
#include "collector/core/lateness.hpp"
#include "collector/core/learning.hpp"
#include "collector/core/registry.hpp"
#include "collector/core/trap_log.hpp"
#include "collector/derive/derivations.hpp"
#include "collector/detect/detector.hpp"
#include "collector/incident/ledger.hpp"
#include "collector/plan/plan.hpp"
#include "collector/rules/engine.hpp"
#include "drivers/reading/plausibility.hpp"

// The core: one value machine. Everything that holdup decides is decided in step(); its hosts (live, drill) only perform. The same
// inputs at the same moments give the same effects, byte for byte. Pure.
namespace holdup::core {

struct Configuration {
  std::unique_ptr<const site::Site> site;
  rules::RuleSet rules;
  rules::Turns::Clock clock = nullptr;  // only for how long the rules' turns last; none: they are the same each time
};

class Machine {
 public:
  explicit Machine(Configuration configuration);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  /// `moment.now` never goes backwards.
  [[nodiscard]] Effects step(incident::Moment moment, Input input);
  /// A step in two halves: what is to be told at once, and, when that has left, whatever else follows from the same input.
  [[nodiscard]] std::vector<Post> tell(incident::Moment moment, Input&& input);
  [[nodiscard]] Effects follow();

  [[nodiscard]] const site::Site& site() const { return *site_; }
  [[nodiscard]] const std::vector<incident::Incident>& incidents() const { return ledger_.open(); }
  [[nodiscard]] const incident::Notices& notices() const { return ledger_.notices(); }
  /// What was left out because a cap was reached, by what, since the start.
  [[nodiscard]] std::map<std::string, std::uint64_t> dropped() const;
  /// What the last evaluation of each rule that failed ended with, by the rule's place.
  [[nodiscard]] std::map<std::size_t, std::string> rule_errors() const;
  /// After a reload those whose engine is still being made ready, until Effects::rules tells of them.
  [[nodiscard]] std::shared_ptr<const rules::RuleSet> rules() const { return rules_->shared_rules(); }
  /// Of these the ones that wait for what they look back at.
  [[nodiscard]] std::vector<std::size_t> rules_awaiting_past() const { return rules_->awaiting_past(); }

 private:
  /// What must be made anew when the site changes.
  struct Watch {
    Watch(const site::Site& site, std::uint64_t seed, ground::Instant now)
        : plan{site, seed, now},
          detector{site},
          eyes{site, detector.facts()},
          derivations{site, detector.facts()},
          devices(site.devices.size()),
          contacts(site.contacts.size()) {}
    plan::Plan plan;
    detect::Detector detector;
    FactEyes eyes;
    derive::Derivations derivations;
    std::vector<std::optional<record::SeriesId>> derived;  // by its series
    struct Device {
      std::vector<record::SeriesId> series;  // by point
      reading::Doubts doubts;
      reading::Doubts::Opinion opinion = reading::Doubts::Opinion::none;
      std::optional<record::SeriesId> implausible;
      ground::Instant implausible_at{};
      reading::Doubts::Opinion implausible_said = reading::Doubts::Opinion::none;
      std::optional<record::SeriesId> up;
      bool said_silent = false, said_unmet = false;
      std::vector<double> values;                  // by point, as last told to the rules; NaN: none
      std::optional<ground::Instant> values_over;  // what it told counts no more for the rules since then
      double up_value = -1;
      ground::Instant up_at{};
      std::optional<record::SeriesId> refresh_series;
      ground::Duration refresh{};  // as learned and last recorded
      ground::Instant refresh_at{};
      std::optional<record::SeriesId> slowdown, round_trip;
      ground::Instant asked = ground::Instant::min();  // of the newest answer
      std::vector<record::SeriesId> plates;            // who it and its parts are
      Lateness lateness;
      std::vector<ground::Instant> overheard;  // by point, of a tap: when what was stored last was said
    };
    std::vector<Device> devices;
    std::vector<ContactLog> contacts;  // by contact
  };

  void take(const Started& input);
  void take(const Restored& input);
  void take(Past& input);
  void take(Identified& input);
  void take(const Recognised& input) { watch_->plan.recognised(input.device, moment_.now); }
  void take(Answered& input);
  void take(const AnsweredAhead& input);
  void take(AnsweredLate& input);
  void take(const Unanswered& input);
  void take(const Edges& input);
  void take(const Traps& input);
  void take(const Listening& input);
  void take(const TimerDue&) {}
  void take(const Delivered& input);
  void take(SiteChanged& input);
  void take(const Asked& input);

  // What may wait until the alerts have left.
  void keep(Identified& input);
  void keep(Recognised& input);
  void keep(Answered& input);
  void keep(AnsweredLate& input);
  void keep(Unanswered& input);
  void keep(Traps& input);
  void keep(const Trap& input);
  template <class Other>
  void keep(Other&) {}

  void watch();
  void judge();
  void judge_rest();
  void conclude();
  void release(const ground::Element& element, const std::string& by);
  void tell_blind(ground::Utc from);
  void ask_around(const std::vector<detect::Change>& changes);
  void tell(std::vector<record::Event> events);
  void log_told();
  void tell_incidents(const std::function<bool(const incident::Incident&)>& has_news);
  void forget_closed(std::vector<Labels>& over);
  void tell_rules(const std::vector<rules::Transition>& transitions);
  void tell_rule(const rules::Transition& transition);
  void tell_learned();
  [[nodiscard]] rules::Engine::Options rule_options() const;
  void end_values();
  void end_values(site::Index device);
  void renew_values(site::Index device, std::span<const reading::Reading> readings);
  void restore_alerts(const Restored& input);
  void note_alert(rules::Transition transition);
  void take_past(Past::Track& track, record::Batch& batch);
  void renew_rules(rules::RuleSet rules);
  [[nodiscard]] rules::Engine::Births births() const;
  void finish_renewal();
  void keep_derived();
  [[nodiscard]] std::optional<record::SeriesId> enter_derived(record::Series series, record::Batch& batch);
  [[nodiscard]] std::vector<reading::Reading> store_overheard(site::Index device, std::span<const reading::Reading> readings);
  void note_up(site::Index device, bool up, record::Batch& batch);
  void note_contacts();
  void note_plates(site::Index device, const reading::Nameplates& plates);
  void reckon();
  void hold_derived();
  void end_derived(const Watch& former);
  void renew_contacts();
  void note_refresh(site::Index device, record::Batch& batch);
  void note_doubts(site::Index device, record::Batch& batch);
  void doubt(site::Index device, std::vector<reading::Reading>& readings);
  void tell_past(const std::vector<record::Event>& events);
  void settle_past();
  void note_pace(site::Index device, record::Batch& batch);
  void tell_strain();
  void tell_rhythm(site::Index device) { effects_.rhythms.push_back({device, watch_->plan.periods(device)}); }
  void record(record::Batch batch);
  void end_series(std::span<const record::SeriesId> series, record::Batch& batch);
  void tell_rules(const record::Batch& batch);
  void log(LogLine::Level level, std::string text) { effects_.logs.push_back({level, std::move(text)}); }

  std::unique_ptr<const site::Site> site_;
  Registry registry_;
  incident::Ledger ledger_;
  rules::Turns::Clock clock_;
  std::unique_ptr<rules::Engine> former_rules_;  // while rules_ takes over from it
  std::unique_ptr<rules::Engine> rules_;
  std::optional<rules::RuleSet> coming_rules_;  // when that is done
  std::set<record::SeriesId> made_by_rules_;
  std::uint64_t rule_samples_left_out_ = 0;
  bool past_follows_ = false;
  std::vector<rules::Sample> slow_again_;  // for the next batch
  Learning learning_;
  AlertBoard board_;
  TrapLog trap_log_;
  std::map<std::string, Labels> fired_;  // labels by incident id
  struct Told {
    Alert alert;
    ground::Instant until{};
  };
  std::map<std::string, Told> past_;  // alerts of what is over: they stand for a while, to be seen
  std::unique_ptr<Watch> watch_;      // after the last Restored
  std::uint64_t seed_ = 0;
  incident::Moment moment_;  // of the present step, like all that stands below
  Input input_;
  std::vector<detect::Change> changes_;
  Effects effects_;
  std::vector<std::size_t> told_;  // of its events: verdicts, and what people said
};

}  // namespace holdup::core
