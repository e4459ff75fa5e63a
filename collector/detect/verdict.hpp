#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/element.hpp"
#include "ground/instant.hpp"
#include "ground/quality.hpp"

// What detect can say, how strongly, and on what signs. docs/verdicts.md defines each word.
namespace holdup::detect {

enum class Verdict : std::uint8_t {
  supply_input_lost,
  supply_output_failed,
  supply_removed,
  supply_off_commanded,
  supply_lost,  // input or output unknown
  fuse_blown,
  residual_current_trip,
  bank_tripped,
  phase_lost,
  pdu_dark,
  feed_lost,
  load_down,
  path_redundancy_lost,
  module_redundancy_lost,
  cooling_lost,
  cache_degraded,
  destaging,
  neutral_lost,
  earth_fault,
  ups_on_battery,
  ups_bypass,
  battery_test,
  stored_energy_unavailable,
  rack_on_battery,
  dc_plant_on_battery,
  on_generator,
  overload,
  telemetry_lost,
  contact_failed,
  wrong_side,
  miscorded,
  sensor_stuck,
  meter_implausible,
  supply_standby,
  load_off,
  transferred,
  sag,
  swell,
  interruption,
  past_interruption,
  card_restarted,
  restore_hazard,
};
inline constexpr std::size_t verdicts = static_cast<std::size_t>(Verdict::restore_hazard) + 1;

/// What kind of thing a verdict says.
enum class Sort : std::uint8_t {
  loss,         // its element gives no power
  consequence,  // what a loss led to, said of the load; nothing is traced to it while a loss is known
  condition,    // something else is not as it should be
  ticket,       // for whoever looks after meters, wires and drawings: it joins no incident, and no loss hides behind it
  past,         // tells of a moment that is over: it is never open
};

/// Losses of a part of the chain that leave everything below it without power.
inline constexpr std::array darkening{Verdict::fuse_blown, Verdict::bank_tripped, Verdict::pdu_dark, Verdict::feed_lost};

[[nodiscard]] std::string_view name(Verdict verdict);
[[nodiscard]] Sort sort(Verdict verdict);
[[nodiscard]] std::optional<Verdict> verdict_of(std::string_view name);
[[nodiscard]] inline bool is_loss(Verdict v) { return sort(v) == Sort::loss; }
[[nodiscard]] inline bool is_past(Verdict v) { return sort(v) == Sort::past; }

/// In rising order: a verdict is only ever strengthened, or ended.
enum class Strength : std::uint8_t { unknown, reported, probable, proven };
inline constexpr std::array<std::string_view, 4> strength_names{"unknown", "reported", "probable", "proven"};
[[nodiscard]] constexpr std::string_view name(Strength s) { return strength_names[static_cast<std::size_t>(s)]; }
[[nodiscard]] std::optional<Strength> strength_of(std::string_view name);

/// One piece of evidence: who spoke or fell silent, what it said, when.
struct Sign {
  ground::Element source;
  std::string point;  // "rack_supply_input_ok{…}" in short, or the sign in words: "silence"
  std::optional<double> value;
  ground::Quality quality = ground::Quality::good;
  ground::Instant time{};
  ground::Duration uncertainty{};
};

/// The sign that a verdict of strength unknown has stood for `unknown_page_after`; its value is that time in seconds.
inline constexpr std::string_view unknown_for_long = "unknown for too long: as loud as a loss";
/// The sign that tells when a supply last carried load.
inline constexpr std::string_view carried_until = "last exercised: it carried until then";

struct Finding {
  Verdict verdict{};
  ground::Element element;
  Strength strength{};
  std::vector<Sign> signs;  // that it rests on; when ended: that disprove it
  ground::Instant since{};  // of the earliest sign; of what is past: it was not before
};

struct Change {
  enum class Kind : std::uint8_t { begun, strengthened, ended, past };
  Kind kind{};
  Finding finding;
};

}  // namespace holdup::detect
