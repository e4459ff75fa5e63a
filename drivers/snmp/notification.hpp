#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drivers/profile/trap.hpp"
#include "drivers/snmp/ber.hpp"

// SNMP traps and informs as datagrams: what is in one, whatever its version, and what answers an inform. The trap port uses it; the
// decoder of SNMPv3 makes the same Notification. Pure.
namespace holdup::snmp {

struct Notification {
  Oid trap;                                // snmpTrapOID; of a v1 trap ENTERPRISE.0.SPECIFIC or the generic one, RFC 3584 section 3.1
  std::vector<profile::TrapValue> values;  // without sysUpTime.0 and snmpTrapOID.0
  std::optional<std::uint32_t> uptime;     // hundredths of a second
  bool inform = false;                     // its sender waits for an answer
};

/// A whole v1 Trap, v2c Trap or v2c Inform and nothing after it. Nothing when any field is of another type, out of its range or cut
/// short, or when it names no trap.
[[nodiscard]] std::optional<Notification> parse_notification(Bytes datagram);

/// The GetResponse that a v2c inform asks for: its own id and list. Requires that parse_notification() took it as an inform.
[[nodiscard]] std::vector<std::uint8_t> acknowledgement(Bytes inform);

/// What a decoder of another version makes of a datagram.
struct Decoded {
  std::optional<Notification> notification;
  std::vector<std::uint8_t> reply;  // to its sender; empty: none. Of SNMPv3 also a report without any notification
};

/// Where SNMPv3 is plugged in. `source` is the place of the sender among the port's known sources.
class NotificationDecoder {
 public:
  virtual ~NotificationDecoder() = default;
  /// Nothing when it is malformed, or its sender is not who it says.
  [[nodiscard]] virtual std::optional<Decoded> decode(Bytes datagram, std::size_t source) = 0;
};

}  // namespace holdup::snmp
