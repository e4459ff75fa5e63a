#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hw-sim/agents/oid.hpp"

// SNMP values as the bytes that stand in a varbind (tag, length, content), made by net-snmp's codec. The agents keep and serve values in
// this form, so that what was recorded goes out with exactly its type.
namespace hwsim::agents::ber {

enum class Tag : std::uint8_t {
  integer = 2,
  octets = 4,
  null = 5,
  object_id = 6,
  ip_address = 64,
  counter32 = 65,
  gauge32 = 66,
  time_ticks = 67,
  opaque = 68,
  counter64 = 70,
  no_such_object = 0x80,
  no_such_instance = 0x81,
  end_of_mib_view = 0x82,
};

[[nodiscard]] std::string integer(std::int32_t value);
/// Counter32, Gauge32 or TimeTicks.
[[nodiscard]] std::string unsigned32(Tag tag, std::uint32_t value);
[[nodiscard]] std::string counter64(std::uint64_t value);
/// OCTET STRING, IpAddress or Opaque.
[[nodiscard]] std::string octets(Tag tag, std::string_view bytes);
[[nodiscard]] std::string object_id(const Oid& oid);
/// NULL or one of the v2c exceptions.
[[nodiscard]] std::string empty(Tag tag);
/// SEQUENCE (0x30) or a PDU (0xA0 and up) around encoded content.
[[nodiscard]] std::string constructed(std::uint8_t tag, std::string_view content);

[[nodiscard]] inline Tag tag_of(std::string_view encoded) { return static_cast<Tag>(static_cast<unsigned char>(encoded.front())); }

}  // namespace hwsim::agents::ber
