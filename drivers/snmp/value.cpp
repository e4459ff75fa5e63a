#include "drivers/snmp/value.hpp"

#include <bit>
#include <cmath>

#include "ground/expect.hpp"
#include "ground/number.hpp"

namespace holdup::snmp {
namespace {

// Net-SNMP's floats: an Opaque that holds a context tag of its own, 9F 78 (float) or 9F 79 (double), length, IEEE 754 big-endian.
std::optional<double> opaque_float(Bytes content) {
  if (content.size() < 3 || content[0] != 0x9F || content.size() != std::size_t{3} + content[2]) return std::nullopt;
  std::uint64_t bits = 0;
  for (const std::uint8_t byte : content.subspan(3)) bits = (bits << 8) | byte;
  if (content[1] == 0x78 && content[2] == 4) return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  if (content[1] == 0x79 && content[2] == 8) return std::bit_cast<double>(bits);
  return std::nullopt;
}

Value whole_number(std::int64_t whole, double number) {
  return {.kind = Value::Kind::number, .number = number, .whole = whole, .text = {}, .oid = {}};
}

Value unsigned_value(Bytes content, std::size_t bytes) {
  const auto number = *unsigned_number(content, bytes);
  return whole_number(static_cast<std::int64_t>(number), static_cast<double>(number));
}

Value counter_value(Bytes content, std::size_t bytes) {
  Value out = unsigned_value(content, bytes);
  out.counter_bits = static_cast<std::uint8_t>(8 * bytes);
  return out;
}

Value text_value(Bytes content) {
  return {.kind = Value::Kind::text, .number = 0, .whole = 0, .text = std::string{content.begin(), content.end()}, .oid = {}};
}

Value address_value(Bytes content) {
  std::string text;
  for (const std::uint8_t byte : content) {
    if (!text.empty()) text += '.';
    text += std::to_string(byte);
  }
  return {.kind = Value::Kind::text, .number = 0, .whole = 0, .text = std::move(text), .oid = {}};
}

Value opaque_value(Bytes content) {
  const auto number = opaque_float(content);
  if (!number) return text_value(content);
  const bool fits = std::isfinite(*number) && std::fabs(*number) < 9e18;
  return whole_number(fits ? static_cast<std::int64_t>(*number) : 0, *number);
}

}  // namespace

std::string Value::raw() const {
  switch (kind) {
    case Kind::number:
      return static_cast<double>(whole) == number ? std::to_string(whole) : ground::number_text(number);
    case Kind::text:
      return text;
    case Kind::oid:
      return oid.text();
    default:
      return {};
  }
}

std::optional<double> Value::numeric() const {
  if (kind == Kind::number) return number;
  if (kind != Kind::text) return std::nullopt;
  const auto first = text.find_first_not_of(" \t"), last = text.find_last_not_of(std::string_view{" \t\0", 3});
  if (first == std::string::npos || last == std::string::npos || last < first) return std::nullopt;
  return ground::parse_number(std::string_view{text}.substr(first, last - first + 1));
}

bool is_value(const Element& element) {
  const Bytes content = element.content;
  switch (element.tag) {
    case tag::integer:
      return !content.empty() && content.size() <= 8;
    case tag::counter32:
    case tag::gauge32:
    case tag::time_ticks:
    case tag::unsigned32:
      return !content.empty() && (content.size() <= 4 || (content.size() == 5 && content[0] == 0));
    case tag::counter64:
      return !content.empty() && (content.size() <= 8 || (content.size() == 9 && content[0] == 0));
    case tag::oid:
      return is_oid(content);
    case tag::ip_address:
      return content.size() == 4;
    case tag::null:
    case tag::no_such_object:
    case tag::no_such_instance:
    case tag::end_of_mib_view:
      return content.empty();
    default:
      return true;
  }
}

Value decode_value(const Element& element) {
  HOLDUP_EXPECT(is_value(element));
  const Bytes content = element.content;
  switch (element.tag) {
    case tag::integer: {
      const auto number = *signed_number(content);
      return whole_number(number, static_cast<double>(number));
    }
    case tag::gauge32:
    case tag::unsigned32:
      return unsigned_value(content, 4);
    case tag::counter32:
    case tag::time_ticks:
      return counter_value(content, 4);
    case tag::counter64:
      return counter_value(content, 8);
    case tag::octets:
      return text_value(content);
    case tag::ip_address:
      return address_value(content);
    case tag::opaque:
      return opaque_value(content);
    case tag::oid:
      return {.kind = Value::Kind::oid, .number = 0, .whole = 0, .text = {}, .oid = decode_oid(content)};
    case tag::null:
    case tag::no_such_object:
    case tag::no_such_instance:
    case tag::end_of_mib_view:
      return {};
    default:
      return {.kind = Value::Kind::unknown, .number = 0, .whole = 0, .text = {}, .oid = {}};
  }
}

}  // namespace holdup::snmp
