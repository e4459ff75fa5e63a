#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "collector/rules/derived.hpp"
#include "collector/rules/past.hpp"
#include "collector/rules/rule.hpp"
#include "collector/rules/rule_alerts.hpp"
#include "collector/rules/rule_order.hpp"
#include "collector/rules/selection_index.hpp"
#include "collector/rules/stream/deadlines.hpp"
#include "collector/rules/stream/series_table.hpp"
#include "collector/rules/stream/touched.hpp"
#include "collector/rules/turns.hpp"
#include "ground/instant.hpp"

// The streaming rule engine: a rule's result is followed through every instant at which it can change, that is when a sample of one of its
// series arrives, leaves a window or grows too old, and at its deadlines. Verdict = Prometheus' in the limit of a zero evaluation interval.
// Each rule is a graph of operators (stream/), which take in what changed; where those may disagree with the language, as of two partners
// for one element, the plain evaluator reckons the rule whole.
// Used by the core, which hands it the batches and wakes it at next_due(). Pure: time comes in with each call.
namespace holdup::rules {

/// The host's number of a series, the same as in the store.
using SeriesId = std::uint32_t;

struct Sample {
  SeriesId series = 0;
  std::optional<double> value;  // nothing: the series ends here (a stale marker)
};

class Engine {
 public:
  struct Options {
    ground::Duration lookback = std::chrono::minutes{5};  // a value lives that long without a new one
    std::size_t window_max_samples = 100'000;             // a series; the oldest go first, counted
    ground::Duration tick = std::chrono::seconds{1};  // its multiples are when a result that drifts, as of rate() and time(), is looked at
    ground::Duration renewal = std::chrono::minutes{1};         // of series that rules make, where the group says no interval
    ground::Duration outage_tolerance = std::chrono::hours{1};  // alerts that stood longer ago are not taken up again
    ground::Duration grace_period = std::chrono::seconds{10};   // a pending alert of a shorter `for` is not; others have that long left
    Labels external_labels = {};                                // of templates: $externalLabels
    std::string external_url = {};                              // of templates: externalURL
    std::size_t catch_up_max = 1'000;  // evaluations at past instants for one call; then it goes on at its own instant
    std::size_t turn_work = 12'000;    // of one call, as worked() counts; what is left waits for the next
    Turns::Clock clock = nullptr;      // by which a call ends sooner that takes longer than a turn may; none: it is the same each time
    std::size_t waiting_max = 100;     // calls whose work is left; beyond that they share instants where none hides a sample, counted
    std::size_t waiting_samples_max = 1'000'000;  // of these calls; beyond that they share one though it does, counted
  };
  struct Counters {
    std::uint64_t looks = 0;             // at a rule whose series told it, or whose deadline came
    std::uint64_t evaluations = 0;       // of these: results that had changed, or a deadline
    std::uint64_t plain = 0;             // of these: by the plain evaluator
    std::uint64_t failures = 0;          // evaluations that ended in an error
    std::uint64_t renewals = 0;          // of rules whose elements were mostly of the past, as count_values makes them
    std::uint64_t samples_refused = 0;   // not newer than the series' last, or of a series never born
    std::uint64_t samples_cut = 0;       // out of windows by window_max_samples
    std::uint64_t instants_skipped = 0;  // calls that came so late that not every past deadline was evaluated at its own instant
    std::uint64_t turns_left = 0;        // calls that left work to the next
    std::uint64_t calls_merged = 0;      // calls that had no instant of their own, as too many were waiting
    std::uint64_t samples_hidden = 0;    // samples that no rule saw for the next of their series, as too many were waiting
  };

  Engine(RuleSet rules, Options options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Before the series' first sample; `labels` with its name. Binds it to the rules. A second birth of an id is ignored.
  void born(SeriesId series, Labels labels);
  /// The series will not be heard of again; its alerts end with the next call.
  void forget(SeriesId series);

  /// UTC less the instants of the calls to come: what time() and the calendar go by.
  void set_utc_offset(ground::Duration offset) {
    coming_utc_offset_ = offset;
    if (!turns_.is_under_way()) utc_offset_ = offset;
  }

  /// All samples of one poll reply, evaluated once after the last. Transitions by instant, then rule, then labels. A batch whose time lies
  /// before an earlier call's is evaluated at that call's instant. One call does a turn's work; while some is left next_due() is past, and
  /// the next calls go on with it before they begin with their own. A rule that is not through with an instant shows nothing of it yet.
  [[nodiscard]] std::vector<Transition> batch(ground::Instant at, std::span<const Sample> samples);
  /// Stale markers for all these series at once: their device failed to answer.
  [[nodiscard]] std::vector<Transition> gone(ground::Instant at, std::span<const SeriesId> series);
  /// When tick() is wanted next if nothing arrives.
  [[nodiscard]] std::optional<ground::Instant> next_due() const;
  [[nodiscard]] std::vector<Transition> tick(ground::Instant now);

  /// The samples of series that rules made and that were not taken yet, by instant: so many, and what else there is of the last one's
  /// instant up to four times as many; none of an instant that a rule is not through with. The engine has taken them in already.
  [[nodiscard]] std::vector<Derived> take_derived(std::size_t most = Turns::no_limit);
  [[nodiscard]] bool has_derived() const { return !derived_.empty() && !turns_.is_under_way(); }

  /// Of the rules whose alerts have other values since they were told, all that stand, from and to the state that they are in: at most
  /// once in a rule's interval, and none while a turn is under way.
  [[nodiscard]] std::vector<Transition> take_standing();

  /// After a restart, before anything else: alerts as they stood at `down_at`, when the former run was last heard of. Pending ones do not
  /// count the time between. Those that are not found again within the lookback end then.
  [[nodiscard]] std::vector<Transition> restore(std::span<const StoredAlert> alerts, ground::Instant down_at, ground::Instant now);

  /// Tells of one series more; nothing: there is none.
  struct Birth {
    SeriesId series;
    Labels labels;
  };
  using Births = std::function<std::optional<Birth>()>;
  /// After a reload, before the first batch: windows, last values and alerts (so `for` clocks) of `previous` for the series that are born
  /// here, with `births` besides, and the rules whose name and labels are unchanged. Alerts of other rules end. In turns, as samples are
  /// taken in: what comes meanwhile waits, and no rule is evaluated before takes_over() is false and the call that made it so is over.
  /// Until then `previous` is needed; it is empty afterwards. `at` does not lie before any call that it has had.
  [[nodiscard]] std::vector<Transition> take_over(Engine& previous, ground::Instant at, Births births = {});
  [[nodiscard]] bool takes_over() const { return taking_over_; }

  /// From now on rules that look back, and those that read what these make, wait: their alerts stay as they are until filled(). Before the
  /// first batch, or before take_over(), which lets those wait no longer that `previous` had filled.
  void await_past();
  [[nodiscard]] std::vector<std::size_t> awaiting_past() const;
  /// Samples of before what the series holds already, oldest first; what is not before it is left out. For instant selectors they count as
  /// ended now, as long as the series has not been heard.
  void fill(SeriesId series, std::vector<Point> past);
  /// The same of a series that a rule makes.
  void fill(const Labels& made, std::vector<Point> past);
  void fill(PastSteps steps);
  void fill(PastFailure failure);
  /// All is here that they look back at, of their subqueries the steps up to then, in UTC; nothing: they are reckoned from what is held.
  void filled(std::span<const std::size_t> rules, std::optional<ground::Instant> steps_to);

  /// Pending and firing alerts, by rule, then labels. What a turn left is done before, all of it.
  [[nodiscard]] std::vector<Transition> active();
  [[nodiscard]] const RuleSet& rules() const { return *rules_; }
  [[nodiscard]] std::shared_ptr<const RuleSet> shared_rules() const { return rules_; }
  /// The last evaluation's error, empty when it went well.
  [[nodiscard]] const std::string& error(std::size_t rule) const;
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  struct Running;
  class Everything;
  struct InOrder {
    using is_transparent = void;
    static const Labels& of(const Labels& labels) { return labels; }
    static const Labels& of(const std::shared_ptr<const Labels>& labels) { return *labels; }
    bool operator()(const auto& a, const auto& b) const { return of(a) < of(b); }
  };
  using Made = std::pair<const std::shared_ptr<const Labels>, std::unique_ptr<stream::Series>>;
  struct Waiting {
    ground::Instant at{};
    std::vector<Sample> samples;
    std::size_t caught_up = 0;  // evaluations at deadlines before `at`
  };

  void enqueue(ground::Instant at, std::span<const Sample> samples);
  [[nodiscard]] bool is_busy() const {
    return turns_.is_under_way() || arriving_ || !told_.empty() || !waiting_.empty() || !touched_.empty();
  }
  void go_on(std::vector<Transition>& out);
  [[nodiscard]] bool begin_next();
  void succeed(Engine& previous, const Births& births, ground::Instant at);
  void inherit(Engine& previous, std::size_t old, std::optional<std::size_t> own, ground::Instant at);
  void empty();
  [[nodiscard]] bool joins(const Waiting& next);
  bool catch_up(Waiting& next);
  void take_in();
  void fetch_touched();
  void touch_due();
  /// At once, or when the rule that is not through with its instant is.
  void between_rules(std::function<void()> change);
  void settle();
  void accept(ground::Instant at, stream::Series* series, std::optional<double> sample);
  void accept(Made& made, std::optional<double> value, ground::Instant at);
  void fill(stream::Series& series, std::vector<Point> past);
  void hold_back();
  void stand_still(std::size_t rule, ground::Instant at);
  void redo_steps(const stream::Series& series, ground::Instant from);
  Made& made(const Labels& labels);
  bool push(stream::Series& series);
  void tell(stream::Series& series, const Point& before, bool cuts);
  void touch(std::size_t position);
  void evaluate(std::size_t position);
  [[nodiscard]] DerivedSeries::Values series_of_alerts(std::size_t rule);
  void tell_series(std::size_t rule, DerivedSeries::Values values, ground::Instant at, bool whole);
  void record_values(std::size_t rule, ground::Instant at, bool whole);
  void forget_ended(ground::Instant at);
  void adopt(stream::Series& series, Labels labels);
  [[nodiscard]] Surroundings surroundings(ground::Instant at) const;
  [[nodiscard]] ground::Result<SampledList> ask(const std::string& expression, ground::Instant at) const;
  void evaluate_rule(std::size_t rule, ground::Instant at, std::vector<Transition>& out);
  [[nodiscard]] ground::Instant renewal_of(std::size_t rule, ground::Instant at) const;
  void bind(stream::Series& series, const SelectionIndex::Entry& entry);
  std::optional<std::string> judge(std::size_t rule, const Setting& setting, ground::Instant& changes_at, std::vector<Transition>& out,
                                   DerivedSeries::Values& values);
  /// Its graph is built anew when it is next evaluated.
  void unbuild(std::size_t rule);

  std::shared_ptr<const RuleSet> rules_;  // at a fixed place: the index points into it
  Options options_;
  bool asked_at_will_;  // by queries in templates: every series is held for the lookback
  SelectionIndex index_;
  stream::SeriesTable series_;
  std::map<std::shared_ptr<const Labels>, std::unique_ptr<stream::Series>, InOrder> made_;  // by rules
  std::size_t made_most_ = 64;                                                              // then those that ended are looked through
  std::deque<Derived> derived_;
  std::set<std::size_t> moved_;  // rules whose alerts have other values
  std::vector<Running> running_;
  std::vector<std::vector<std::size_t>> reads_;  // by rule: whose series it reads
  std::vector<std::size_t> order_, position_;    // of evaluation at one instant: rules by position, and the other way round
  stream::Deadlines deadlines_;                  // by position
  stream::Touched touched_;                      // positions
  std::size_t touched_fetched_ = 0;              // of the first of them
  std::optional<std::size_t> evaluating_;        // position
  std::vector<std::size_t> anew_;                // rules that the next call is to look at, whatever it brings
  std::deque<Waiting> waiting_;
  std::size_t waiting_samples_ = 0;
  std::size_t joinable_ = 0;                      // of them: those that waited when the first of an instant was taken in
  ground::Instant joined_after_{};                // the instant before that
  std::optional<Waiting> arriving_;               // is being taken in
  std::size_t arrived_ = 0;                       // samples of that
  std::vector<std::function<void()>> meanwhile_;  // what came while a rule was not through with its instant
  ground::Instant now_ = ground::Instant::min();
  ground::Instant newest_step_ = ground::Instant::min();  // of a subquery that was evaluated
  ground::Duration utc_offset_{}, coming_utc_offset_{};
  bool taking_over_ = false;
  Counters counters_;
  std::vector<Transition> told_;  // by the rule that is at work, or was last
  Turns turns_;                   // the last: what is under way looks at all of the above
};

}  // namespace holdup::rules
