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

  /// As the device said it: "49", "0.5", the text, the OID; "" when missing.
  [[nodiscard]] std::string raw() const;
  /// A number, or a text that is one ("49.9").
  [[nodiscard]] std::optional<double> numeric() const;
};

/// True when the content fits the tag: parse() refuses the whole message otherwise.
[[nodiscard]] bool is_value(const Element& element);
/// Requires is_value.
[[nodiscard]] Value decode_value(const Element& element);

}  // namespace holdup::snmp
