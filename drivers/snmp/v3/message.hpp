#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/snmp/message.hpp"
#include "drivers/snmp/v3/protocols.hpp"

// The outside of SNMPv3 messages (RFC 3412, RFC 3414): opened by our own codec before any other code sees a byte, and the parts of a
// question that Usm seals. Client and Session use it. Pure.
namespace holdup::v3 {

using snmp::Bytes;

inline constexpr std::uint8_t reportable = 4;  // in msgFlags

/// Views into the datagram. Everything is of a length that the standards allow.
struct Message {
  std::int64_t id = 0;       // msgID
  std::int64_t largest = 0;  // msgMaxSize: what its sender can take
  std::uint8_t flags = 0;
  Bytes sealed_by;  // msgSecurityParameters with its header, where Usm begins to read
  Bytes engine_id;  // 0 to 32 bytes
  std::uint32_t boots = 0, time = 0;
  std::string_view user;
  Bytes code, salt;  // authentication, privacy
  Bytes payload;     // a ScopedPDU, or an OCTET STRING that hides one, with its header

  [[nodiscard]] Level level() const { return static_cast<Level>(flags & 3); }
  [[nodiscard]] bool is_reportable() const { return (flags & reportable) != 0; }
};

/// A whole message of version 3 with the user security model, and nothing after it. Nothing when any field is of another type or length,
/// cut short, or says privacy without authentication.
[[nodiscard]] std::optional<Message> open_message(Bytes datagram);

/// A ScopedPDU: views into its bytes.
struct Scoped {
  Bytes engine_id;
  std::string_view context;
  snmp::Element pdu;
};

enum class Padding : std::uint8_t { refused, allowed };  // what a cipher by blocks leaves at the end
[[nodiscard]] std::optional<Scoped> open_scoped(Bytes bytes, Padding padding);

/// What msgVersion and msgGlobalData say, one after the other, without a sequence around them. `flags` as in msgFlags.
[[nodiscard]] std::vector<std::uint8_t> encode_head(std::int32_t id, std::uint8_t flags);
struct ScopedQuestion {
  Bytes engine_id;
  std::string_view context;
  snmp::Question question;  // its version and community say nothing
};
[[nodiscard]] std::vector<std::uint8_t> encode_scoped(const ScopedQuestion& question);

/// True for a ScopedPDU whose PDU is a GET, GETNEXT or GETBULK: all that may ever be sealed.
[[nodiscard]] bool may_be_sealed(Bytes scoped);
/// True for a message whose payload is one of these, or hidden by privacy: then may_be_sealed() was asked of what it hides.
[[nodiscard]] bool may_leave(Bytes datagram);

/// What a REPORT says.
enum class Complaint : std::uint8_t {
  unsupported_level,
  not_in_window,
  unknown_user,
  unknown_engine,
  wrong_digest,
  cannot_decrypt,  // usmStats 1 to 6, in their order
  unknown_context,
  other
};
/// Of the report's first name.
[[nodiscard]] Complaint complaint_of(const snmp::Response& report);

inline constexpr std::uint8_t report_tag = 0xA8;

}  // namespace holdup::v3
