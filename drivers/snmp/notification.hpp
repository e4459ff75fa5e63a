#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
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

/// The same of the PDU alone, a v2 Trap or an Inform: as SNMPv3 carries them.
[[nodiscard]] std::optional<Notification> parse_notification(const Element& pdu);

/// The GetResponse that a v2c inform asks for: its own id and list. Requires that parse_notification() took it as an inform.
[[nodiscard]] std::vector<std::uint8_t> acknowledgement(Bytes inform);
enum class Told : std::uint8_t { whole, too_big };  // too_big: without the list, RFC 3416 section 4.2.7
/// The PDU of it alone, from that of the inform; it stays in the writer.
void acknowledge(const Element& inform, Told told, BerWriter& writer);

/// True for a message of v1 or v2c whose PDU is a GetResponse: all that the trap port may send in these versions.
[[nodiscard]] bool may_answer(Bytes datagram);

/// Why a datagram of SNMPv3 is not taken.
enum class Doubt : std::uint8_t {
  no_credential,   // its source has none in the site file
  not_ready,       // keys are being made
  unknown_user,    // not the one of its source's credential
  other_level,     // less than the credential, or more than it has keys for
  wrong_digest,    // also an authentication code of another length
  not_in_window,   // a replay, or an engine whose clock went back
  cannot_decrypt,  //
  other_engine     // not the one that polling met there; or an inform while we have none of our own
};
inline constexpr std::array<std::string_view, 8> doubt_names{"no_credential", "not_ready",     "unknown_user",   "other_level",
                                                             "wrong_digest",  "not_in_window", "cannot_decrypt", "other_engine"};

/// What goes back to the sender of a datagram.
struct Outgoing {
  std::vector<std::uint8_t> datagram;  // empty: nothing
  std::vector<std::uint8_t> hidden{};  // what is encrypted in it, for may_answer()
};

/// What SNMPv3's decoder makes of a datagram. Neither a notification, an answer nor a doubt: it is malformed.
struct Decoded {
  std::optional<Notification> notification;
  std::vector<std::uint32_t> sources{};  // whose it can be, of those at its address
  Outgoing answer{};                     // an acknowledgement; or a report, without a notification
  std::optional<Doubt> doubt{};
};

/// Where SNMPv3 is plugged in.
class NotificationDecoder {
 public:
  virtual ~NotificationDecoder() = default;
  /// `sources` are the places of those at the sender's address among the port's known sources: at least one.
  [[nodiscard]] virtual Decoded decode(Bytes datagram, std::span<const std::uint32_t> sources) = 0;
  /// True for a GetResponse or a report, also when it is hidden.
  [[nodiscard]] virtual bool may_answer(const Outgoing& answer) const = 0;
};

}  // namespace holdup::snmp
