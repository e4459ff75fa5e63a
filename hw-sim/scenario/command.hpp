#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "ground/element.hpp"
#include "ground/instant.hpp"
#include "ground/result.hpp"
#include "hw-sim/power/command.hpp"

// The words of timelines and of `hw-sim ctl`, parsed: fail · restore · set · fault · clear · status. Used by Scenario and by the
// simulator's control socket.
namespace hwsim::scenario {

namespace ground = holdup::ground;

enum class FaultKind : std::uint8_t {
  silent,        // no answer
  slow,          // each answer `ms` later, default 500 ms
  lossy,         // a `ratio` of the requests, default 0.3, gets no answer
  duplicate,     // each answer twice
  late,          // as slow, but beyond any time-out: default 3 s
  wrong_id,      // another request's id (SNMP request-id, Modbus transaction id)
  wrong_source,  // from another port or unit
  truncated,     // the answer's bytes end early
  garbage,       // bytes without meaning
  frozen,        // old values, answered as if fresh
  zeros,         // every value 0
  reboot,        // silent for its boot time (or `ms`), uptime restarts
};
inline constexpr std::array<std::string_view, 12> fault_names{"silent",       "slow",      "lossy",   "duplicate", "late",  "wrong_id",
                                                              "wrong_source", "truncated", "garbage", "frozen",    "zeros", "reboot"};

/// What is wrong between a device and its readers. `ratio` is the share of answers it hits, 1 unless told (lossy: 0.3).
struct Fault {
  ground::Element element;  // device/NAME
  FaultKind kind = FaultKind::silent;
  std::optional<ground::Duration> length = {};  // ms=
  std::optional<double> ratio = {};
};

/// Ends one kind of fault of a device, or all.
struct Clear {
  ground::Element element;
  std::optional<FaultKind> kind = {};
};

struct Status {};

using Command = std::variant<power::Fail, power::Restore, power::Set, Fault, Clear, Status>;

/// One command in its words; malformed with what is wrong and the nearest known word.
[[nodiscard]] ground::Result<Command> parse_command(std::string_view text);

/// The element a command is about; empty for status.
[[nodiscard]] ground::Element element_of(const Command& command);

}  // namespace hwsim::scenario
