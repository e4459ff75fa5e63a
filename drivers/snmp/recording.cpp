#include "drivers/snmp/recording.hpp"

#include <optional>
#include <string>

#include "drivers/snmp/ber.hpp"
#include "ground/number.hpp"

namespace holdup::snmp {
namespace {

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::optional<std::string> bytes_of_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit_of(hex[i]), low = digit_of(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return out;
}

std::optional<Value> number_of(std::string_view text) {
  if (const auto whole = ground::parse_integer(text))
    return Value{.kind = Value::Kind::number, .number = static_cast<double>(*whole), .whole = *whole, .text = {}, .oid = {}};
  const auto number = ground::parse_number(text);  // Counter64 above 2^63
  if (!number) return std::nullopt;
  return Value{.kind = Value::Kind::number, .number = *number, .whole = 0, .text = {}, .oid = {}};
}

Value text_value(std::string text) { return {.kind = Value::Kind::text, .number = 0, .whole = 0, .text = std::move(text), .oid = {}}; }

std::optional<Value> value_of(std::string_view kind, std::string_view text) {
  const bool hex = kind.ends_with('x');
  if (hex || kind.ends_with('e')) kind.remove_suffix(1);
  std::string bytes{text};
  if (hex) {
    auto decoded = bytes_of_hex(text);
    if (!decoded) return std::nullopt;
    bytes = *std::move(decoded);
  }
  if (kind == "2" || kind == "65" || kind == "66" || kind == "67" || kind == "70") return number_of(text);
  if (kind == "4" || kind == "64") return text_value(std::move(bytes));
  if (kind == "5") return Value{};
  if (kind == "6") {
    auto oid = Oid::parse(text);
    return oid ? std::optional{Value{.kind = Value::Kind::oid, .number = 0, .whole = 0, .text = {}, .oid = *std::move(oid)}} : std::nullopt;
  }
  const Element opaque{.tag = tag::opaque, .content = {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}};
  return kind == "68" && is_value(opaque) ? std::optional{decode_value(opaque)} : std::nullopt;
}

/// False when the line is no value.
bool take_line(std::string_view line, Recording& recording) {
  const auto first = line.find('|');
  const auto second = first == std::string_view::npos ? first : line.find('|', first + 1);
  if (second == std::string_view::npos) return false;
  auto oid = Oid::parse(line.substr(0, first));
  auto value = value_of(line.substr(first + 1, second - first - 1), line.substr(second + 1));
  if (!oid || !value) return false;
  recording.answers.put(*std::move(oid), *std::move(value));
  ++recording.values;
  return true;
}

}  // namespace

Recording parse_recording(std::string_view text) {
  Recording out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    if (!take_line(line, out)) ++out.skipped;
  }
  if (const Value* description = out.answers.find(Oid{{1, 3, 6, 1, 2, 1, 1, 1, 0}})) out.seen.description = description->text;
  if (const Value* object_id = out.answers.find(Oid{{1, 3, 6, 1, 2, 1, 1, 2, 0}})) out.seen.object_id = object_id->oid;
  return out;
}

}  // namespace holdup::snmp
