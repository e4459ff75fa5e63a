#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "collector/plan/strain.hpp"
#include "collector/site/site.hpp"
#include "drivers/reading/pace.hpp"
#include "drivers/reading/point.hpp"
#include "drivers/reading/reading.hpp"
#include "ground/instant.hpp"

// When to ask which device for what: fixed grids on the monotonic clock, phases spread, missed slots skipped, one request an address at a
// time, rests where a device wants them, a quick second and third question when one goes unanswered. The core owns it; the hosts perform
// its orders. Pure.
namespace holdup::plan {

using ground::Duration;
using ground::Instant;
using reading::Lane;

struct Order {
  enum class Kind : std::uint8_t { identify, read };
  Kind kind = Kind::read;
  site::Index device = 0;
  std::vector<std::uint32_t> points;  // of the device's identification; empty for identify
  Instant deadline{};
};

/// The period of a lane: as written in the site file, else the larger of its default (the profile's, the scheme's) and half the refresh.
[[nodiscard]] Duration lane_period(const site::Device& device, Lane lane, Duration refresh, const reading::Pace& profile = {});
/// As written, else half the hot period, at most 2 s.
[[nodiscard]] Duration answer_time(const site::Device& device);
/// The longest answer after which a device that may be kept busy for its `max_duty` only can still be asked in time for the hot lane;
/// nothing where it always can.
[[nodiscard]] std::optional<Duration> quick_enough(const site::Device& device);

class Plan {
 public:
  Plan(const site::Site& site, std::uint64_t seed, Instant now);

  /// Orders whose time has come; each makes its device busy until answered() or failed().
  [[nodiscard]] std::vector<Order> due(Instant now);
  [[nodiscard]] std::optional<Instant> next_due() const;

  using Periods = std::array<Duration, 3>;  // by Lane
  struct Strained {
    site::Index device = 0;
    Strain::News news;
  };

  void identified(site::Index device, std::span<const reading::Point> points, Instant now, const reading::Pace& profile = {});
  void answered(site::Index device, Instant now, std::span<const reading::Reading> readings = {});
  /// An answer to a question that had failed: the device lives, and took that long.
  void answered_late(site::Index device, Instant now, Duration round_trip);
  void failed(site::Index device, Instant now);
  /// The device was seen to measure anew this often only: unless the site file says otherwise, it is asked twice as often.
  void slow(site::Index device, Duration refresh, Instant now);
  /// Ask the hot points of this device at once, whatever the grid says: its neighbour was lost.
  void hurry(site::Index device, Instant now);
  /// The device called: ask its hot points at once, at most ten times a second, and again when an answer can know: not before `knows`.
  void confirm(site::Index device, Instant now, Instant knows);

  /// How often the lanes are asked as things stand.
  [[nodiscard]] Periods periods(site::Index device) const;
  [[nodiscard]] const Strain& strain(site::Index device) const { return wards_[device].strain; }
  [[nodiscard]] Duration answer_time(site::Index device) const { return wards_[device].answer_time; }
  /// Who began or ceased to suffer, since the last call.
  [[nodiscard]] std::vector<Strained> take_news() { return std::exchange(news_, {}); }

 private:
  struct Rhythm {
    Duration period{}, declared{};
    Instant next = Instant::max();
    std::vector<std::uint32_t> points;
  };
  struct Ward {
    bool identified = false;
    bool busy = false;
    bool urgent = false;      // wanted by more than the grid: no rest is kept for it
    bool first_lane = false;  // all that the question under way asks for
    bool lived = false;       // answered late since the last failure
    bool holds_card = false;  // while busy
    unsigned failures = 0;    // in a row
    std::size_t card = 0;
    Duration phase{};
    Duration answer_time{};
    Instant identify_at{};
    Instant asked_at = Instant::min();
    Instant confirm_at = Instant::max(), confirm_last = Instant::min();  // the next confirming question, and the latest one wanted
    std::array<Rhythm, 3> lanes;                                         // by Lane
    reading::Pace pace;
    std::optional<std::uint32_t> uptime;  // the point that tells the agent's
    Strain strain;
  };
  /// What serves one request at a time: an address, whatever number of devices stands behind it.
  struct Card {
    bool busy = false;
    Instant pauses_until = Instant::min();  // nothing is asked
    Instant rests_until = Instant::min();   // … but what is urgent
    std::vector<site::Index> wards;
  };

  [[nodiscard]] Order read_order(site::Index device, Instant now);
  [[nodiscard]] Instant next_of(const Ward& ward) const;
  [[nodiscard]] bool gives_way(site::Index device, Instant now) const;
  [[nodiscard]] Duration period(const Ward& ward, const Rhythm& lane) const { return lane.period * ward.strain.slowdown(); }
  void begin(Ward& ward, Instant now);
  void end(Ward& ward, Instant now);
  void rest(const Ward& ward, Instant now, Duration busy);
  void ask_first(Ward& ward, Instant now);
  void tell(site::Index device, const std::optional<Strain::News>& news);

  const site::Site& site_;
  std::vector<Ward> wards_;  // by device
  std::vector<Card> cards_;
  std::vector<Strained> news_;
};

}  // namespace holdup::plan
