#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ground/element.hpp"
#include "ground/instant.hpp"
#include "ground/result.hpp"
#include "hw-sim/power/command.hpp"
#include "hw-sim/power/snapshot.hpp"

// The words of timelines and of `hw-sim ctl`, parsed: fail · restore · set · wear · replace · fault · clear · trap · maintenance · status.
// Used by Scenario and by the simulator's control socket.
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
  // On a device's objects: SNMP agents perform them, a drill's devices have no objects and heed none of them.
  no_bulk,         // GETBULK gets no answer
  non_increasing,  // each second step of a walk leads back
  endless,         // no table ends: behind its last row stands another
  reshaping,       // every `ms`, default 500 ms, another `ratio` of the tables' rows, default 0.5, is gone
  counter_wrap,    // counters count milliseconds and wrap `ms` after the fault began, default 2 s
  stale_cache,     // values as they were when last looked up, at most each `ms`, default 30 s
  warming,         // numbers are 0 for the first `ms` of the agent and of the fault, default 10 s
  trap_storm,      // a trap each `ms`, default 10 ms
  // On a Modbus unit, its connections or its serial line; a drill heeds unplugged and refused, as silence.
  exception,         // each answer is exception `code`, default 4
  busy,              // each answer is exception 6
  mbap_length,       // the header's length field says `value`, default 0
  protocol_id,       // the header names protocol `value`, default 1
  byte_count,        // the answer's byte count says `value`, default one more than there are
  data_size,         // the answer has `value` bytes of data, and says so; default two fewer
  drip,              // a byte each `ms`, default 1 s
  gaps,              // the answer pauses in its middle for `ms`, default 20 ms
  merged,            // each answer twice in one segment
  bad_crc,           // RTU: the checksum does not fit
  echo,              // RTU: the request is heard again before its answer
  nan,               // every register 0x7FFF: no number as a float of any size and word order, the largest as a signed word
  word_swapped,      // each even register and the next change places
  saturated,         // every register 0xFFFF, every bit 1
  unplugged,         // the serial line's adapter is gone
  refused,           // connections are refused, and those that stand are cut
  connection_limit,  // no more than `value` connections, default 1: others are closed at once
  drop_idle,         // a connection without a request for `ms`, default 5 s, is closed
  frozen,            // old values, answered as if fresh; with `point=` those registers alone
  zeros,             // every value 0; with `point=` those registers alone
  reversed,          // powers below 0, or those of `point=`: a current transformer the wrong way round
  scaled,            // powers and currents, or `point=`, `ratio` times what they are, default 0.5
  reboot,            // silent for its boot time (or `ms`), uptime restarts
  replaced,          // as reboot, and all that it counts begins at 0: another device at the same address
  // On a contact, in the order of power::Disturbance.
  eft,      // bursts of false pulses, each `ms`, default 300 ms
  chatter,  // opens and closes each `ms`, default 60 ms
  welded,   // stays as it is
  broken,   // reads open, on both sides
};
inline constexpr std::array<std::string_view, 45> fault_names{
    "silent",      "slow",         "lossy",      "duplicate",      "late",    "wrong_id",         "wrong_source",
    "truncated",   "garbage",      "no_bulk",    "non_increasing", "endless", "reshaping",        "counter_wrap",
    "stale_cache", "warming",      "trap_storm", "exception",      "busy",    "mbap_length",      "protocol_id",
    "byte_count",  "data_size",    "drip",       "gaps",           "merged",  "bad_crc",          "echo",
    "nan",         "word_swapped", "saturated",  "unplugged",      "refused", "connection_limit", "drop_idle",
    "frozen",      "zeros",        "reversed",   "scaled",         "reboot",  "replaced",         "eft",
    "chatter",     "welded",       "broken"};

[[nodiscard]] constexpr std::string_view name(FaultKind kind) { return fault_names[static_cast<std::size_t>(kind)]; }
[[nodiscard]] constexpr bool changes_walks(FaultKind kind) { return kind >= FaultKind::no_bulk && kind <= FaultKind::endless; }
[[nodiscard]] constexpr bool lies_on_objects(FaultKind kind) { return kind >= FaultKind::no_bulk && kind <= FaultKind::trap_storm; }
[[nodiscard]] constexpr bool lies_on_modbus(FaultKind kind) { return kind >= FaultKind::exception && kind < FaultKind::frozen; }
[[nodiscard]] constexpr bool lies_on_contact(FaultKind kind) { return kind >= FaultKind::eft; }
/// In single registers of a simulated device.
[[nodiscard]] constexpr bool takes_point(FaultKind kind) { return kind >= FaultKind::frozen && kind <= FaultKind::scaled; }
/// Of a Modbus unit: what only frames with an MBAP header, only those with a CRC, only a serial line, only connections can suffer.
[[nodiscard]] constexpr bool needs_header(FaultKind kind) { return kind == FaultKind::mbap_length || kind == FaultKind::protocol_id; }
[[nodiscard]] constexpr bool needs_crc(FaultKind kind) { return kind == FaultKind::bad_crc || kind == FaultKind::echo; }
[[nodiscard]] constexpr bool needs_line(FaultKind kind) { return kind == FaultKind::unplugged; }
[[nodiscard]] constexpr bool needs_connections(FaultKind kind) { return kind >= FaultKind::refused && kind <= FaultKind::drop_idle; }

/// point=NAME[:INDEX]: the registers of one quantity, all of them without an index.
struct PointName {
  power::Quantity quantity{};
  std::string index = {};
};

/// What is wrong between a device and its readers. `ratio` is the share of answers it hits, 1 unless told (lossy: 0.3).
struct Fault {
  ground::Element element;  // device/NAME, contact/NAME
  FaultKind kind = FaultKind::silent;
  std::optional<ground::Duration> length = {};  // ms= …
  std::optional<ground::Duration> lasts = {};   // … of a kind that has no length of its own: it ends by itself
  std::optional<double> ratio = {};
  std::optional<std::uint16_t> value = {};  // code=, value=
  std::optional<PointName> point = {};
};

/// Ends one kind of fault of a device, or all.
struct Clear {
  ground::Element element;
  std::optional<FaultKind> kind = {};
};

enum class TrapVersion : std::uint8_t { v1, v2c, v3 };

struct TrapVarbind {
  std::string oid;
  char type = 's';  // as net-snmp's tools write them: i u c C t a o s x n
  std::string value;
};

/// A device calls: one notification, sent by whoever puts its devices on the wire.
struct Trap {
  ground::Element element;  // device/NAME
  std::string oid = {};     // snmpTrapOID; of a v1 trap as RFC 3584, 3.1 makes it
  std::vector<TrapVarbind> varbinds = {};
  TrapVersion version = TrapVersion::v2c;
  bool inform = false;                 // to be acknowledged
  std::optional<std::string> to = {};  // HOST:PORT instead of where the simulator sends traps
};

/// What people say they will work on, and for how long: nothing changes in the world, a watcher that hears it may expect a loss there.
struct Maintenance {
  ground::Element element;
  ground::Duration lasts{3'600'000'000'000};
};

struct Status {};

using Command =
    std::variant<power::Fail, power::Restore, power::Set, power::Wearing, power::Replace, Fault, Clear, Trap, Maintenance, Status>;

/// One command in its words; malformed with what is wrong and the nearest known word.
[[nodiscard]] ground::Result<Command> parse_command(std::string_view text);

/// The element a command is about; empty for status.
[[nodiscard]] ground::Element element_of(const Command& command);

}  // namespace hwsim::scenario
