#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "drivers/snmp/ber.hpp"
#include "drivers/snmp/value.hpp"

// SNMP v1 and v2c messages: requests out, responses in. The client uses it. There is no encoder for anything that writes.
namespace holdup::snmp {

enum class Version : std::uint8_t { v1 = 0, v2c = 1 };

enum class Ask : std::uint8_t { get = tag::get, get_next = tag::get_next, get_bulk = tag::get_bulk };

struct Question {
  Version version = Version::v2c;
  std::string_view community;
  Ask ask = Ask::get;
  std::int32_t id = 0;
  std::uint32_t max_repetitions = 0;  // get_bulk; every name repeats
  std::span<const Oid> names;
};

void encode(const Question& question, BerWriter& writer, std::vector<std::uint8_t>& out);

/// error-status, RFC 3416 section 3; other codes occur.
enum class ErrorStatus : std::int32_t { none = 0, too_big = 1, no_such_name = 2, bad_value = 3, read_only = 4, general = 5 };

/// Views into the datagram.
struct Varbind {
  Bytes name;     // BER content of an OID, valid
  Element value;  // valid by is_value

  [[nodiscard]] Oid oid() const { return decode_oid(name); }
};

struct Response {
  Version version = Version::v2c;
  std::string_view community;
  std::int64_t id = 0;
  ErrorStatus status = ErrorStatus::none;
  std::int64_t error_index = 0;  // 1-based
  std::vector<Varbind> varbinds;
};

/// A whole GetResponse and nothing after it. Nothing when any field is of another type, cut short, or followed by something.
[[nodiscard]] std::optional<Response> parse_response(Bytes datagram);

/// True when the encoded message is v1 or v2c and its PDU is a GET, GETNEXT or GETBULK: all that may ever leave.
[[nodiscard]] bool may_leave(Bytes datagram);

}  // namespace holdup::snmp
