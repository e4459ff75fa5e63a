#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hw-sim/agents/oid.hpp"

// SNMP v1 and v2c messages between bytes and fields, by net-snmp's BER functions: what the agents read and write. Shares nothing with
// `drivers/`, so that a misreading on one side cannot cancel out on the other.
namespace hwsim::agents {

enum class Version : std::uint8_t { v1 = 0, v2c = 1 };
enum class Pdu : std::uint8_t { get = 0xA0, get_next = 0xA1, response = 0xA2, set = 0xA3, get_bulk = 0xA5 };
enum class ErrorStatus : std::uint8_t { none = 0, too_big = 1, no_such_name = 2, gen_err = 5, not_writable = 17 };

struct Varbind {
  Oid oid;
  std::string value;  // tag, length, content
};

struct SnmpMessage {
  Version version = Version::v2c;
  std::string community;
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

}  // namespace hwsim::agents
