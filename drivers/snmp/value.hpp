#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "drivers/snmp/ber.hpp"

// One value as an agent sent it. Expansion and readings are made of it. Pure.
namespace holdup::snmp {

struct Value {
  enum class Kind : std::uint8_t {
    number,  // Integer32, Counter32, Gauge32, TimeTicks, Counter64, and Opaque floats
    text,    // OCTET STRING, IpAddress as dotted text
    oid,
    missing,  // noSuchObject, noSuchInstance, endOfMibView, NULL
    unknown,  // a type that SNMP does not have
  };
  Kind kind = Kind::missing;
  double number = 0;
  std::int64_t whole = 0;  // the number where it is whole: codes, bits; Counter64 above 2^63 wraps
  std::string text;        // raw bytes
  Oid oid;
  std::uint8_t counter_bits = 0;  // of a Counter32, Counter64 or TimeTicks: it wraps at 2 to the power of it

  /// As the device said it: "49", "0.5", the text, the OID; "" when missing.
  [[nodiscard]] std::string raw() const;
  /// A number, or a text that is one ("49.9").
  [[nodiscard]] std::optional<double> numeric() const;
};

/// True when the content fits the tag: parse() refuses the whole message otherwise.
[[nodiscard]] bool is_value(const Element& element);
/// The number of an Integer32, Counter32, Gauge32, TimeTicks or Counter64. Requires is_value.
[[nodiscard]] inline std::optional<double> plain_number(const Element& element) {
  const bool is_signed = element.tag == tag::integer;
  const bool plain = is_signed || (element.tag >= tag::counter32 && element.tag <= tag::unsigned32 && element.tag != tag::opaque &&
                                   element.tag != 0x45);  // 0x45: NsapAddress
  if (!plain || element.content.empty()) return std::nullopt;
  std::uint64_t number = is_signed && element.content[0] >= 0x80 ? ~std::uint64_t{0} : 0;
  for (const std::uint8_t byte : element.content) number = (number << 8) | byte;
  return is_signed ? static_cast<double>(static_cast<std::int64_t>(number)) : static_cast<double>(number);
}
/// Requires is_value.
[[nodiscard]] Value decode_value(const Element& element);

}  // namespace holdup::snmp
