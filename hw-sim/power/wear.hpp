#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "ground/instant.hpp"
#include "hw-sim/power/outage.hpp"

// How parts grow old: closed forms of the time they have spent, no step loop. The courses are ours, made to have the shape of what data
// sheets and standards say of new parts and of their end (docs/simulator.md); no field data stands behind what lies between. Circuit asks.
// Pure.
namespace hwsim::power {

enum class WearKind : std::uint8_t { fan, capacitor, efficiency, battery, contact, insulation, dust, sharing, charger };
inline constexpr std::array<std::string_view, 9> wear_names{"fan",        "capacitor", "efficiency", "battery", "contact",
                                                            "insulation", "dust",      "sharing",    "charger"};

/// How many lives a part spends in one, in air of so many degrees Celsius; 1 at 25.
[[nodiscard]] double pace_of(WearKind kind, double celsius);

/// One part on its way from new (0) to its end (1). Between two changes of its pace the way is a straight line.
struct Wear {
  Duration life{};  // from new to the end at pace 1; zero: it does not wear
  double spent = 0;
  double pace = 1;
  Instant since{};  // `spent` is as of then

  [[nodiscard]] bool on() const { return life > Duration::zero(); }
  /// The spent share, 0 of what does not wear; at most 1.
  [[nodiscard]] double at(Instant now) const;
  [[nodiscard]] bool ended(Instant now) const { return on() && at(now) >= 1; }
  /// From now on it goes at that pace.
  void go_on(Instant now, double new_pace);
  /// When that share will be spent as things stand; nothing where it is already, or nothing wears.
  [[nodiscard]] std::optional<Instant> reaches(double share) const;
};

// What is left of a part, by its spent share.
[[nodiscard]] double fan_ratio(double spent);          // of its speed at the same duty; 0 at the end: it stands
[[nodiscard]] double capacitance_ratio(double spent);  // 0.8 at the end
[[nodiscard]] double esr_ratio(double spent);          // equivalent series resistance: 2.8 at the end
[[nodiscard]] double loss_ratio(double spent);         // of a supply's own losses: 2.2 at the end
[[nodiscard]] double capacity_ratio(double spent);     // of a battery: 0.4 at the end, 0.8 at about three quarters of its way
[[nodiscard]] double resistance_ratio(double spent);   // of a battery: 2 at the end
[[nodiscard]] double contact_ohms(double spent);       // of a plug that wears: 0.02 to 0.62
[[nodiscard]] double leak_amperes(double spent);       // residual current of ageing insulation: 0.03 at the end, where a breaker trips
[[nodiscard]] double air_ratio(double spent);          // of the air that dust lets through at the same fan speed: 0.1 at the end
[[nodiscard]] double share_ratio(double spent);        // of what a supply gives beside a sound sibling: 0.1 at the end
[[nodiscard]] double charger_ratio(double spent);      // of what charges a battery: 0 at the end

/// Short openings of a loose contact: the n-th, from 0, comes at this spent share, ever sooner after the one before; nothing behind the
/// last.
[[nodiscard]] std::optional<double> opening_share(std::uint64_t seed, std::uint64_t n);
/// How long it lasts: 4 to 15 ms.
[[nodiscard]] Duration opening_length(std::uint64_t seed, std::uint64_t n);

}  // namespace hwsim::power
