#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "drivers/snmp/envelope.hpp"
#include "drivers/snmp/value.hpp"

// SNMP v1 and v2c messages: requests out, responses in. The client uses it. There is no encoder for anything that writes.
namespace holdup::snmp {

enum class Ask : std::uint8_t { get = tag::get, get_next = tag::get_next, get_bulk = tag::get_bulk };

struct Question {
  Version version = Version::v2c;
  std::string_view community;
  Ask ask = Ask::get;
  std::int32_t id = 0;
  std::uint32_t max_repetitions = 0;  // get_bulk; every name repeats
  std::span<const Oid> names;
  Bytes list{};  // the names already encoded, the content of the VarBindList: instead of them
};

void encode(const Question& question, BerWriter& writer, std::vector<std::uint8_t>& out);
/// The PDU alone, as every version carries it; it stays in the writer.
void encode_pdu(const Question& question, BerWriter& writer);

/// error-status, RFC 3416 section 3; other codes occur.
enum class ErrorStatus : std::int32_t { none = 0, too_big = 1, no_such_name = 2, bad_value = 3, read_only = 4, general = 5 };

/// Views into the datagram.
struct Response {
  Version version = Version::v2c;
  std::string_view community;
  std::int64_t id = 0;
  ErrorStatus status = ErrorStatus::none;
  std::int64_t error_index = 0;  // 1-based
  std::vector<Varbind> varbinds;
  bool as_asked = false;  // they are known to bear the names asked, in order
};

/// A whole GetResponse and nothing after it. Nothing when any field is of another type, cut short, or followed by something.
[[nodiscard]] std::optional<Response> parse_response(Bytes datagram);

/// The first half of it into `response`: all but the varbinds, which are still the content that is returned.
[[nodiscard]] std::optional<Bytes> open_response(Bytes datagram, Response& response);

/// The same response on a copy of its datagram.
void move_views(Response& response, Bytes from, Bytes to);

/// The content of a GetResponse's or a report's PDU. False as above.
[[nodiscard]] bool parse_pdu(Bytes content, Response& response);

/// True when the encoded message is v1 or v2c and its PDU is a GET, GETNEXT or GETBULK: all that may ever leave.
[[nodiscard]] bool may_leave(Bytes datagram);

}  // namespace holdup::snmp
