#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "collector/site/site.hpp"
#include "drivers/reading/point.hpp"
#include "ground/instant.hpp"

// When to ask which device for what: fixed grids on the monotonic clock, phases spread, missed slots skipped, one request a device at a
// time, a quick second and third question when one goes unanswered. The core owns it; the hosts perform its orders. Pure.
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

/// The period of a lane: as written in the site file, else the larger of the scheme's default and half the declared refresh.
[[nodiscard]] Duration lane_period(const site::Device& device, Lane lane, Duration refresh);
/// As written, else half the hot period, at most 2 s.
[[nodiscard]] Duration answer_time(const site::Device& device);

class Plan {
 public:
  Plan(const site::Site& site, std::uint64_t seed, Instant now);

  /// Orders whose time has come; each makes its device busy until answered() or failed().
  [[nodiscard]] std::vector<Order> due(Instant now);
  [[nodiscard]] std::optional<Instant> next_due() const;

  void identified(site::Index device, std::span<const reading::Point> points, Instant now);
  void answered(site::Index device, Instant now);
  void failed(site::Index device, Instant now);
  /// The device was seen to measure its hot points anew this often only: unless the site file says otherwise, they are asked twice as often.
  void slow(site::Index device, Duration refresh, Instant now);
  /// Ask the hot points of this device at once, whatever the grid says: its neighbour was lost.
  void hurry(site::Index device, Instant now);
  /// The device called: ask its hot points at once, at most ten times a second, and again when an answer can know: not before `knows`.
  void confirm(site::Index device, Instant now, Instant knows);

 private:
  struct Rhythm {
    Duration period{};
    Instant next = Instant::max();
    std::vector<std::uint32_t> points;
  };
  struct Ward {
    bool identified = false;
    bool busy = false;
    unsigned failures = 0;  // in a row
    Duration phase{};
    Duration answer_time{};
    Instant identify_at{};
    Instant asked_at = Instant::min();
    Instant confirm_at = Instant::max(), confirm_last = Instant::min();  // the next confirming question, and the latest one wanted
    std::array<Rhythm, 3> lanes;  // by Lane
  };

  [[nodiscard]] Order read_order(site::Index device, Instant now);
  [[nodiscard]] Instant next_of(const Ward& ward) const;

  const site::Site& site_;
  std::vector<Ward> wards_;  // by device
};

}  // namespace holdup::plan
