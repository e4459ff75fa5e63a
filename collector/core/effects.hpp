#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "collector/core/alert_board.hpp"
#include "collector/core/asked.hpp"
#include "collector/core/learning.hpp"
#include "collector/detect/contacts.hpp"
#include "collector/plan/plan.hpp"
#include "collector/rules/derived.hpp"
#include "collector/rules/past.hpp"
#include "collector/rules/rule.hpp"
#include "collector/rules/rule_alerts.hpp"
#include "collector/site/site.hpp"
#include "drivers/reading/nameplate.hpp"
#include "drivers/reading/plausibility.hpp"
#include "drivers/reading/point.hpp"
#include "drivers/reading/reading.hpp"
#include "drivers/reading/trap.hpp"
#include "ground/result.hpp"
#include "store/record/audit.hpp"
#include "store/record/event.hpp"
#include "store/record/series.hpp"

// What goes into the core and what comes out: the whole surface between it and its two hosts, the live one and the drill.
namespace holdup::core {

// ---- Inputs. Each comes with the moment at which the host hands it over.

/// First of all: the boot that ids belong to, and a seed for phases.
struct Started {
  std::string boot;
  std::uint64_t seed = 0;
};
/// Stored events, oldest first, in slices; polling begins after the last.
struct Restored {
  std::vector<record::Event> events;
  bool last = true;
  std::optional<ground::Utc> watched_until = {};  // with the last: when anything was recorded before this start
  std::vector<rules::Derived> alerts = {};        // with the last: the newest samples of rules::alert_series, `at` UTC
  bool past_follows = false;                      // with the last: rules wait for what they look back at, which comes as Past
  std::vector<KnownSeries> known = {};            // with the last: since when the store has the series that Learning asks for
};
/// What the store holds of what rules look back at, in slices. Times are UTC.
struct Past {
  struct Track {
    record::Series series;
    std::vector<rules::Point> points;  // oldest first
  };
  std::shared_ptr<const rules::RuleSet> of;  // of other rules than the present ones it is no use
  std::vector<Track> tracks;
  std::vector<rules::PastSteps> steps;
  std::vector<rules::PastFailure> failures;
  std::vector<std::size_t> complete;         // rules that have all of it with this slice
  std::optional<ground::Utc> steps_to = {};  // of these: so far their subqueries were evaluated
};
struct Identified {
  site::Index device = 0;
  reading::Identity identity;
  std::vector<reading::Point> points;
  std::vector<reading::Invariant> invariants = {};  // of its profiles
  reading::Pace pace = {};
  std::vector<reading::Nameplate> parts = {};
};
/// Who a device and its parts are, read anew.
struct Recognised {
  site::Index device = 0;
  std::optional<reading::Nameplates> told;  // nothing: it did not answer that, which is no silence
};
struct Answered {
  site::Index device = 0;
  ground::Instant asked{};
  std::vector<reading::Reading> readings;
};
/// What of an answer came ahead of the rest, a supply's word of itself: evidence at once. It comes again with the whole answer.
struct AnsweredAhead {
  site::Index device = 0;
  std::vector<reading::Reading> readings;
};
/// An answer to a question that was given up before: what it tells counts for when it was asked.
struct AnsweredLate {
  site::Index device = 0;
  ground::Instant asked{};
  ground::Duration round_trip{};
  std::vector<reading::Reading> readings;
};
struct Unanswered {
  site::Index device = 0;
  ground::Instant asked{};
  ground::Failure failure;
};
/// What one turn of a GPIO chip brought, oldest first.
struct Edges {
  std::vector<detect::SideLevel> all;
};
/// A device called: a trap or an inform. A hint, never a proof.
struct Trap {
  enum class Sender : std::uint8_t { known, one_of_several };  // several devices share its address: nothing is said of any, all are asked
  site::Index device = 0;
  ground::Instant at{};
  reading::TrapMessage message;
  Sender sender = Sender::known;
};
/// What one turn of the trap port brought, oldest first.
struct Traps {
  std::vector<Trap> all;
};
/// Traps can be heard from now on, at this address.
struct Listening {
  std::string endpoint;
};
struct TimerDue {};
struct Delivered {
  std::size_t target = 0;
  std::uint64_t token = 0;
  bool accepted = false;
};
/// A checked site and its rules, to be swapped in; open incidents and alerts stay.
struct SiteChanged {
  std::unique_ptr<const site::Site> site;
  rules::RuleSet rules;
};

using Input = std::variant<Started, Restored, Past, Identified, Recognised, Answered, AnsweredAhead, AnsweredLate, Unanswered, Edges, Traps,
                           Listening, TimerDue, Delivered, SiteChanged, Asked>;

// ---- Effects.

struct LogLine {
  enum class Level : std::uint8_t { info, warning, error };
  Level level = Level::info;
  std::string text;  // "device_silent device=pdu-a after=3 reason=timeout"
};

/// An alert of a rule that began or ended: what the page and `status` list as warnings.
struct Warning {
  std::string name, element, severity, summary;
  ground::Utc since{};
  bool firing = false;
};

/// An alert of a rule in another state than before: pending and firing ones, and those that ended.
struct RuleAlert {
  rules::Transition transition;
  ground::Utc since{};
};

/// A device became known, or its series were renamed by a new identification.
struct Known {
  site::Index device = 0;
  reading::Identity identity;
  std::vector<record::SeriesId> series;  // by point
  std::vector<reading::Point> points;
  plan::Plan::Periods periods{};   // how often each is asked
  ground::Duration answer_time{};  // how long the answer that shows whether it lives is waited for
};

/// The points of a device are asked in another rhythm from now on.
struct Rhythm {
  site::Index device = 0;
  plan::Plan::Periods periods{};
};

struct Effects {
  std::vector<Post> posts;  // first: they never wait
  std::vector<plan::Order> orders;
  std::vector<record::Event> events;
  std::vector<record::Batch> batches;
  std::vector<Warning> warnings;
  std::shared_ptr<const rules::RuleSet> rules;  // when they changed; then every alert that stands is among rule_alerts
  std::vector<RuleAlert> rule_alerts;
  std::vector<Known> known;
  std::vector<Rhythm> rhythms;
  std::vector<LogLine> logs;
  std::vector<Answer> answers;
  std::vector<record::Audit> audits;
  std::optional<ground::Instant> timer;  // hand in TimerDue then; replaces the former
};

}  // namespace holdup::core
