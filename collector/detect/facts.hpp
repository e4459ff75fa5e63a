#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "collector/detect/contacts.hpp"
#include "collector/detect/neighbours.hpp"
#include "collector/detect/refresh.hpp"
#include "collector/detect/verdict.hpp"
#include "collector/site/site.hpp"
#include "drivers/reading/point.hpp"
#include "drivers/reading/reading.hpp"

// What has been heard so far: the last reading of every point that means something to the power chain, a short past of the powers, and
// who answers. Facts judge nothing; Judge does.
namespace holdup::detect {

using ground::Duration;
using ground::Instant;
using ground::Quality;
using reading::Meaning;

inline constexpr double flat_charge = 0.25;  // of a battery that stands behind a cabinet: one more loss may be the last that it bridges

/// One meaningful point of one device.
struct Track {
  Index device = 0;
  Meaning means{};
  std::string point;                            // for evidence: metric and name
  Duration declared{};                          // how often the device measures anew, as its profile says
  Refresh changes;                              // … and as its changes show
  std::optional<reading::Reading> last;         // good ones only
  Instant carried{};                            // when a power or current was last above its meter's floor
  Instant changed{};                            // when the value was first heard as it is now …
  Duration unwatched{};                         // … and how long nothing had been heard of it before
  bool fresh = false;                           // when its device was heard last it was told well, and the device is not silent since
  bool gone = false;                            // the device has answered that it has no such thing, lately
  bool lived = false;                           // has been other than 0: only then is 0 evidence
  bool moved = false;                           // has told more than one value
  bool stuck = false;                           // tells the same while its neighbours move: it proves nothing
  unsigned same = 0;                            // readings in a row, byte by byte
  std::optional<double> settled;                // the value that it last moved to …
  std::array<Instant, 3> moves{};               // … and when it last moved by much, the latest first
  std::array<Duration, 2> stood{};              // for how long it was told before the latest of these, and before the one before
  std::deque<std::pair<Instant, double>> past;  // powers and currents, thinned

  [[nodiscard]] bool known() const { return last.has_value(); }
  /// A reading covers [time − refresh, time]. The larger of what is declared and what was learned.
  [[nodiscard]] Duration refresh() const { return std::max(declared, changes.learned().value_or(Duration{})); }
  [[nodiscard]] double value() const { return last->value; }
  /// The earliest moment that the last reading may stand for.
  [[nodiscard]] Instant from() const { return last->time - refresh(); }
  /// The value that was last good at or before `at`.
  [[nodiscard]] std::optional<double> before(Instant at) const;
  /// … and the earliest moment that it may stand for.
  [[nodiscard]] std::optional<Instant> measured_before(Instant at) const;
  /// The least and the most that were told from `start` to `end`, what stood at `start` included; infinite and 0 where nothing was.
  struct Range {
    double least, most;
  };
  [[nodiscard]] Range between(Instant start, Instant end) const;
  /// The value after what happened between `start` and `end`: the last one heard a moment after it, else the next.
  [[nodiscard]] std::optional<double> after(Instant start, Instant end) const;
  [[nodiscard]] Sign sign(const site::Site& site) const;
};

struct Hearing {
  unsigned failures = 0;  // in a row
  std::optional<Instant> last_answer;
  std::optional<Instant> back;                                // when it answered again after a question had failed
  Duration absence = Duration::max();                         // … after its answer before
  Instant first_failure{}, second_failure{}, last_failure{};  // of the present row: when the questions that stayed unanswered were asked
  Instant blank_since{};                                      // it started then, and told 0 of everything
  Instant moved{};                                            // a power or a voltage that it measures was told anew …
  unsigned lively = 0;                                        // … so often without a long pause
  std::pair<Instant, Instant> stood{};                        // the last long time in which none was: from when, until it was
  Instant unsettled_until{};                 // a value of it moved: what it says of others meanwhile counts, also unchanged
  std::vector<std::int32_t> track_of_point;  // −1: means nothing to the chain

  double losing = 0;  // which share of its answers gets lost, of late: a silence is none
  static constexpr unsigned silent_questions = 3;
  static constexpr unsigned most_questions = 8;
  static constexpr Duration silent_over = std::chrono::milliseconds{200};
  /// Three questions unanswered over a while: neither a lost datagram nor a busy moment of ours is silence.
  [[nodiscard]] bool silent() const { return failures >= silent_questions && last_failure - first_failure >= silent_over; }
  /// … nor are three in a row of one that often loses an answer: it takes as many as chance brings once in ten thousand times.
  [[nodiscard]] bool lasts() const;
  [[nodiscard]] bool answers() const { return failures == 0 && last_answer.has_value(); }
  /// It answers again, before last_answer tells so.
  void is_back(Instant now) { absence = last_answer ? now - *last_answer : Duration::max(), back = now; }
  /// It answered lately: an answer or two that are lost are the network's everyday life.
  [[nodiscard]] bool heard() const { return last_answer.has_value() && !silent(); }
};

class Facts {
 public:
  explicit Facts(const site::Site& site);

  void identified(Index device, std::span<const reading::Point> points, Instant now);
  /// True when a sign changed: a state, or a step of a value that a judgement could rest on.
  bool heard(Index device, std::span<const reading::Reading> readings, Instant now);
  /// Of an answer whose rest is still to come: what needs no rest to be true.
  bool heard_ahead(Index device, std::span<const reading::Reading> readings);
  /// An answer to a question that had failed. While a newer question stands unanswered it ends no silence, and makes nothing fresh.
  bool heard_late(Index device, Instant asked, std::span<const reading::Reading> readings);
  void unanswered(Index device, Instant asked);
  void took(const SideLevel& level) { contacts_.take(level); }
  /// What time alone brings about; true when a fact changed.
  bool settle(Instant now) { return contacts_.settle(now); }
  [[nodiscard]] std::vector<Index> take_changed_contacts() { return contacts_.take_changed(); }

  [[nodiscard]] const Hearing& hearing(Index device) const { return hearings_[device]; }
  [[nodiscard]] const Contacts& contacts() const { return contacts_; }
  /// What the supply's own status device says; nullptr when it says no such thing.
  [[nodiscard]] const Track* status(Index supply, Meaning means) const { return of_supply_[supply][static_cast<std::size_t>(means)]; }
  /// What the outlet of the supply's cord says.
  [[nodiscard]] const Track* outlet(Index supply, Meaning means) const { return of_outlet_[supply][static_cast<std::size_t>(means)]; }
  /// All that the device has said of this, whatever part it is of.
  [[nodiscard]] std::vector<const Track*> said(Index device, Meaning means) const;
  /// The longest refresh that was learned of the device's meaningful points, where none of them changes faster.
  [[nodiscard]] std::optional<Duration> learned_refresh(Index device) const;
  /// Its agent has just started and tells 0 everywhere: it has not measured yet.
  [[nodiscard]] bool starting(Index device) const;
  /// It tells 0 of everything, also of a temperature that was none before: no loss does that.
  [[nodiscard]] bool blank(Index device) const;
  /// It tells 0 of all that it was asked last, also of a state that was 1, or never tells when it started: so does an agent that has just
  /// started, and no one saw it.
  [[nodiscard]] bool denies_all(Index device) const;
  /// How old what a reading of the device says may be: none of its meaningful points is older.
  [[nodiscard]] Duration longest_refresh(Index device) const;
  /// What the PDU or UPS says of its own inlet; the first of several phases.
  [[nodiscard]] std::span<const Track* const> inlet(Index device, Meaning means) const;
  /// What the PDU says of a bank: of its breaker, or its meter; of all outlets that the site file lists behind it.
  [[nodiscard]] std::span<const Track* const> bank(Index bank, Meaning means) const {
    return of_bank_[bank][static_cast<std::size_t>(means)];
  }
  /// What a device that reports the load, or one of its supplies or batteries, says of the load itself: of its cache, of the battery that
  /// carries it.
  [[nodiscard]] std::span<const Track* const> cabinet(Index load, Meaning means) const {
    return of_load_[load][static_cast<std::size_t>(means)];
  }
  [[nodiscard]] std::span<const Index> supplies_on(Index pdu) const { return neighbours_.supplies_on(pdu); }
  [[nodiscard]] const Neighbours& neighbours() const { return neighbours_; }
  /// Devices whose last question stands unanswered; how many of them are reached by a path.
  [[nodiscard]] const std::set<Index>& failing() const { return failing_; }
  [[nodiscard]] unsigned failing_on(Index path) const { return failing_on_path_[path]; }
  /// What tells the same for ever proves nothing until it moves; where all that a device measures stands still, nothing of it does.
  void distrust(Index device, const Track& stuck);
  void trust(Index device);

 private:
  using ByMeaning = std::array<const Track*, reading::meaning_names.size()>;
  using ListByMeaning = std::array<std::vector<const Track*>, reading::meaning_names.size()>;

  void place(Index device, const reading::Point& point, const Track& track);
  void stand_in(Index device, Meaning whole, Meaning outlet);
  void place_bank(Index device, const reading::Point& point, const Track& track);
  void place_cabinet(Index device, const reading::Point& point, const Track& track);
  [[nodiscard]] bool reports(Index device, Index supply, const reading::Point& point) const;
  [[nodiscard]] std::optional<Instant> started(Index device) const;
  bool note_start(Index device, bool was_starting, Instant asked);
  void forget_zeros(Index device, Instant asked);
  [[nodiscard]] Track* track_of(Index device, const reading::Reading& reading);
  void fails(Index device, bool fails);

  const site::Site& site_;
  Neighbours neighbours_;
  std::vector<Hearing> hearings_;          // by device
  std::vector<std::deque<Track>> tracks_;  // by device
  Contacts contacts_;
  std::vector<ByMeaning> of_supply_, of_outlet_;    // by supply
  std::vector<ListByMeaning> of_inlet_;             // by device
  std::vector<std::vector<const Track*>> uptimes_;  // by device
  std::vector<ListByMeaning> of_bank_, of_load_;
  std::set<Index> failing_;
  std::vector<unsigned> failing_on_path_;
};

}  // namespace holdup::detect
