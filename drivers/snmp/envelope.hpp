#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "drivers/snmp/ber.hpp"

// What every SNMP v1 and v2c message has in common: version, community, one PDU; and the list of names and values at a PDU's end. The
// codecs of responses and of notifications are built on it. Views into the datagram, no copy. Pure.
namespace holdup::snmp {

enum class Version : std::uint8_t { v1 = 0, v2c = 1, v3 = 3 };

struct Envelope {
  Version version = Version::v2c;
  Bytes community;
  Element pdu;
};

/// A whole message and nothing after it.
[[nodiscard]] std::optional<Envelope> open_envelope(Bytes datagram);
/// msgVersion of anything that begins like an SNMP message: 0, 1, 3, whatever it says.
[[nodiscard]] std::optional<std::int64_t> version_of(Bytes datagram);

struct Varbind {
  Bytes name;     // BER content of an OID, valid
  Element value;  // valid by is_value

  [[nodiscard]] Oid oid() const { return decode_oid(name); }
};

/// The content of a VarBindList; false when any part is of another type, cut short, or followed by something.
[[nodiscard]] bool parse_varbinds(Bytes content, std::vector<Varbind>& out);
/// The same for the answer to a list of names, where it bears the very names in the very order: a fraction of the work. False when it does
/// not, or has long forms: that says nothing about it yet, and `out` is as it was.
[[nodiscard]] bool parse_answers(Bytes content, Bytes asked, std::vector<Varbind>& out);
/// The next element, an INTEGER of at most eight bytes.
[[nodiscard]] std::optional<std::int64_t> next_number(BerReader& reader);

}  // namespace holdup::snmp
