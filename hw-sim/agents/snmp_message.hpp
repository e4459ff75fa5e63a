#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hw-sim/agents/ber_reader.hpp"
#include "hw-sim/agents/oid.hpp"

// SNMP v1 and v2c messages, and the PDUs of all versions, between bytes and fields, by net-snmp's BER functions: what the agents read and
// write. Shares nothing with `drivers/`, so that a misreading on one side cannot cancel out on the other.
namespace hwsim::agents {

enum class Version : std::uint8_t { v1 = 0, v2c = 1, v3 = 3 };
enum class Pdu : std::uint8_t {
  get = 0xA0,
  get_next = 0xA1,
  response = 0xA2,
  set = 0xA3,
  get_bulk = 0xA5,
  inform = 0xA6,
  trap = 0xA7,
  report = 0xA8
};
enum class ErrorStatus : std::uint8_t { none = 0, too_big = 1, no_such_name = 2, gen_err = 5, authorization_error = 16, not_writable = 17 };

struct Varbind {
  Oid oid;
  std::string value;  // tag, length, content
};

struct SnmpMessage {
  Version version = Version::v2c;
  std::string community;  // in v3 empty
  Pdu pdu = Pdu::get;
  std::int32_t request_id = 0;
  std::int32_t status = 0;  // error-status; in GETBULK non-repeaters
  std::int32_t index = 0;   // error-index; in GETBULK max-repetitions
  std::vector<Varbind> varbinds;
};

/// Nothing when the bytes are no v1 or v2c message with one of the PDUs above.
[[nodiscard]] std::optional<SnmpMessage> decode(std::string_view datagram);
[[nodiscard]] std::string encode(const SnmpMessage& message);
[[nodiscard]] std::string encode(const Varbind& varbind);

/// The part of a message that all versions share.
[[nodiscard]] std::string encode_pdu(const SnmpMessage& message);
/// Reads it into `message`, leaving version and community; false when it is none of the PDUs above.
[[nodiscard]] bool decode_pdu(BerReader& at, SnmpMessage& message);

}  // namespace hwsim::agents
