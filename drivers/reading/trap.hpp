#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What a device called out by itself: an SNMP trap or inform, as the profiles' trap lists read it. The drivers make it, the core takes it
// as a hint that proves nothing. Pure.
namespace holdup::reading {

/// Closed list; profiles write these words in `says:`.
enum class TrapSays : std::uint8_t {
  input_lost,  // of the device's own inlet, or of the supply that it reports: what hangs on it has no power
  input_restored,
  source_lost,  // one of the sources it can live on; it still gives
  source_restored,
  output_lost,
  output_restored,
  on_battery,
  off_battery,
  battery_low,
  battery_ok,
  outlet_off,
  outlet_on,
  breaker_tripped,
  breaker_closed,
  redundancy_lost,
  redundancy_restored,
  transferred,  // from one source to another
  overload,
  overload_cleared,
  communication_lost,  // between the card and what it reports
  communication_restored,
  supply_failed,  // of the device itself
  supply_restored,
  restarted,
};

inline constexpr std::array<std::string_view, 24> trap_says_names{"input_lost",          "input_restored",     "source_lost",
                                                                  "source_restored",     "output_lost",        "output_restored",
                                                                  "on_battery",          "off_battery",        "battery_low",
                                                                  "battery_ok",          "outlet_off",         "outlet_on",
                                                                  "breaker_tripped",     "breaker_closed",     "redundancy_lost",
                                                                  "redundancy_restored", "transferred",        "overload",
                                                                  "overload_cleared",    "communication_lost", "communication_restored",
                                                                  "supply_failed",       "supply_restored",    "restarted"};
[[nodiscard]] constexpr std::string_view name(TrapSays says) { return trap_says_names[static_cast<std::size_t>(says)]; }

struct TrapMessage {
  std::string trap;                                           // numeric OID; of a v1 trap as RFC 3584 section 3.1 makes it
  std::optional<TrapSays> says;                               // nothing: no profile knows it, or not with these values
  std::string part, index;                                    // what of the device it speaks of: "outlet", "3"; empty: the whole
  std::vector<std::pair<std::string, std::string>> varbinds;  // numeric OID and the value's text, as sent: a stranger's bytes
};

}  // namespace holdup::reading
