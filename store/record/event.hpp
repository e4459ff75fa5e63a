#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/instant.hpp"
#include "ground/result.hpp"

// What holdup said, when, on what evidence: the record from which incidents and latches are folded again after a crash. Pure.
namespace holdup::record {

struct Evidence {
  std::string source;  // the element that spoke or fell silent: "device/shelf-psu1", "contact/cab1-psu1"
  std::string point;   // series text, or the sign in words: "silence", "contact open"
  std::optional<double> value;
  std::string quality;  // good | stale | absent | out_of_range | failed
  ground::Utc time{};
  ground::Duration uncertainty{};
};

enum class Phase : std::uint8_t { begin, update, end };
inline constexpr std::array<std::string_view, 3> phase_names{"begin", "update", "end"};

struct Event {
  std::string id;        // BOOT-N, counted
  std::string incident;  // id of the event that began its incident
  std::string boot;
  ground::Instant at{};  // monotonic time of `boot`
  ground::Utc time{};
  ground::Duration uncertainty{};
  std::string verdict;
  std::string strength;
  std::string element;
  Phase phase = Phase::begin;
  std::string cause;  // the element that the incident is traced to
  std::vector<Evidence> evidence;
  bool durable = false;
};

/// One JSON object, no newline, keys as in docs: id, incident, boot, monotonic_ns, time, uncertainty_s, verdict, strength, element, phase,
/// cause, evidence, durable.
[[nodiscard]] std::string to_json(const Event& event);
/// Inverse of to_json; malformed when a key is missing or of another type. Unknown keys are ignored.
[[nodiscard]] ground::Result<Event> event_from_json(std::string_view json);
/// The nanoseconds of a time of which JSON has the milliseconds; false, and nothing is changed, where it is another time.
[[nodiscard]] bool refine(Event& event, ground::Utc exact);
/// N of "BOOT-N"; 0 when the id has another form.
[[nodiscard]] std::uint64_t count_of(std::string_view id);

}  // namespace holdup::record
