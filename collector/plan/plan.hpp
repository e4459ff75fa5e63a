#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "collector/plan/agenda.hpp"
#include "collector/plan/card.hpp"
#include "collector/plan/rhythm.hpp"
#include "collector/plan/strain.hpp"
#include "collector/site/site.hpp"
#include "drivers/reading/pace.hpp"
#include "drivers/reading/point.hpp"
#include "drivers/reading/reading.hpp"
#include "ground/instant.hpp"

// When to ask which device for what: fixed grids on the monotonic clock, phases spread, missed slots skipped, one request an address at a
// time, rests where a device wants them, a quick second and third question when one goes unanswered, bursts beside a loss, and no more
// than their share of a line for the dead. The core owns it; the hosts perform its orders. Pure.
namespace holdup::plan {

inline constexpr Duration recognise_every = std::chrono::minutes{5};
inline constexpr unsigned quick_retries = 3;  // questions in a row before the grid is kept again: enough to call a device silent

struct Order {
  enum class Kind : std::uint8_t { identify, read, recognise };  // recognise: who it and its parts are, anew
  Kind kind = Kind::read;
  site::Index device = 0;
  std::vector<std::uint32_t> points;  // of the device's identification; of a read only
  Instant deadline{};
};

class Plan {
 public:
  Plan(const site::Site& site, std::uint64_t seed, Instant now);

  /// Orders whose time has come; each makes its device busy until answered() or failed().
  [[nodiscard]] std::vector<Order> due(Instant now);
  [[nodiscard]] std::optional<Instant> next_due() const;

  using Periods = std::vector<Duration>;  // by point
  struct Strained {
    site::Index device = 0;
    Strain::News news;
  };

  void identified(site::Index device, std::span<const reading::Point> points, Instant now, const reading::Pace& profile = {});
  /// It, or a part of it, tells a serial number: it is asked for that again every recognise_every, where nothing else is due, and soon
  /// after its agent started or it was away.
  void keep_recognising(site::Index device, Instant now);
  /// Whether it told, or not.
  void recognised(site::Index device, Instant now);
  void answered(site::Index device, Instant now, std::span<const reading::Reading> readings = {});
  /// An answer to a question that had failed: the device lives, and took that long.
  void answered_late(site::Index device, Instant now, Duration round_trip);
  void failed(site::Index device, Instant now);
  /// The device was seen to measure anew this often only: unless the site file says otherwise, it is asked twice as often.
  void slow(site::Index device, Duration refresh, Instant now);
  /// Ask the hot points of this device at once, whatever the grid says: its neighbour was lost.
  void hurry(site::Index device, Instant now);
  /// Ask them more often from now on, as long as the site file says: as often as the device measures and its line and duty allow.
  void burst(site::Index device, Instant now);
  /// The device called: ask its hot points at once, at most ten times a second, and again when an answer can know: not before `knows`.
  void confirm(site::Index device, Instant now, Instant knows);

  /// How often its points are asked as things stand, bursts aside.
  [[nodiscard]] Periods periods(site::Index device) const;
  [[nodiscard]] const Strain& strain(site::Index device) const { return wards_[device].strain; }
  [[nodiscard]] Duration answer_time(site::Index device) const { return wards_[device].answer_time; }
  /// Where the device's grids lie: every slot is this and a whole number of periods after the clock's zero.
  [[nodiscard]] Duration phase(site::Index device) const { return wards_[device].phase; }
  /// Who began or ceased to suffer, since the last call.
  [[nodiscard]] std::vector<Strained> take_news() { return std::exchange(news_, {}); }

 private:
  struct Ward {
    bool identified = false;
    bool busy = false;
    bool urgent = false;      // wanted by more than the grid: no rest is kept for it
    bool first_only = false;  // all that the question under way, or the last one, asks for
    bool eager_only = false;  // … are hot points beside the first
    bool lived = false;       // answered late since the last failure
    bool holds_card = false;  // while busy
    double answering = 0;     // which share of its last questions it answered: the latest counts for an eighth
    unsigned failures = 0;    // in a row
    std::size_t card = 0;
    Duration phase{};
    Duration answer_time{};
    Duration learned{};     // refresh
    Duration took{};        // the first rhythm's question, of late
    Duration took_eager{};  // the other hot ones'
    Instant identify_at{};
    Instant recognise_at = Instant::max();
    double up_for = 0;  // its agent, as last told
    Instant asked_at = Instant::min();
    Instant confirm_at = Instant::max(), confirm_last = Instant::min();  // the next confirming question, and the latest one wanted
    Instant burst_until = Instant::min();
    std::vector<Rhythm> rhythms;  // fastest first
    reading::Pace pace;
    std::optional<std::uint32_t> uptime;  // the point that tells the agent's
    Strain strain;
  };
  /// Who might be asked next, and how it compares.
  struct Turn {
    Instant due{};  // as it counts: what is not hot counts as due later
    Instant asked_at{};
    site::Index device = 0;
    auto operator<=>(const Turn&) const = default;
  };

  void serve(std::size_t card, Instant now, std::vector<Order>& orders);
  [[nodiscard]] std::optional<site::Index> choose(const Card& card, Instant now) const;
  [[nodiscard]] Turn turn(site::Index device) const;
  void ask(site::Index device, Instant now, std::vector<Order>& orders);
  [[nodiscard]] Order read_order(site::Index device, Instant now);
  [[nodiscard]] static bool may_recognise(const Ward& ward, Instant now);
  static void recognise_soon(Ward& ward, Instant now);
  [[nodiscard]] std::vector<Rhythm*> rhythms_due(Ward& ward, Instant now) const;
  [[nodiscard]] Instant next_of(const Ward& ward) const;
  [[nodiscard]] Instant next_read(const Ward& ward, Instant rested) const;
  [[nodiscard]] bool doubtful(const Ward& ward) const { return ward.failures > 0 || !ward.identified; }
  [[nodiscard]] bool waits_for_share(const Ward& ward) const;
  [[nodiscard]] static bool may_live(const Ward& ward);
  [[nodiscard]] Duration period(const Ward& ward, const Rhythm& rhythm, Instant now) const;
  [[nodiscard]] Duration burst_period(const Ward& ward, const Rhythm& rhythm) const;
  void reschedule(const Ward& ward);
  void end(Ward& ward, Instant now);
  void rest(const Ward& ward, Instant now, Duration busy);
  void ask_first(Ward& ward, Instant now);
  void ask_eager(Ward& ward, Instant now);
  void tell(site::Index device, const std::optional<Strain::News>& news);

  const site::Site& site_;
  std::vector<Ward> wards_;  // by device
  std::vector<Card> cards_;
  Agenda agenda_;  // of cards
  std::vector<Strained> news_;
};

}  // namespace holdup::plan
