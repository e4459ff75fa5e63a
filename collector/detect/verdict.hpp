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
  supply_off_commanded,
  supply_lost,  // input or output unknown
  pdu_dark,
  feed_lost,
  load_down,
  path_redundancy_lost,
  telemetry_lost,
  ups_on_battery,
  overload,
  meter_implausible,
  contact_failed,
  past_interruption,  // this and what follows is over when it is said
  transferred,
  card_restarted,
};
inline constexpr std::array<std::string_view, 16> verdict_names{
    "supply_input_lost", "supply_output_failed", "supply_off_commanded", "supply_lost",    "pdu_dark", "feed_lost",
    "load_down",         "path_redundancy_lost", "telemetry_lost",       "ups_on_battery", "overload", "meter_implausible",
    "contact_failed",    "past_interruption",    "transferred",          "card_restarted"};
[[nodiscard]] constexpr std::string_view name(Verdict v) { return verdict_names[static_cast<std::size_t>(v)]; }
[[nodiscard]] std::optional<Verdict> verdict_of(std::string_view name);

/// It says that its element gives no power.
[[nodiscard]] constexpr bool is_loss(Verdict v) { return v < Verdict::path_redundancy_lost; }

/// It tells of a moment that is past: it is never open.
[[nodiscard]] constexpr bool is_past(Verdict v) { return v >= Verdict::past_interruption; }

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
