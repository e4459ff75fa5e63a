#include "hw-sim/agents/value_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "hw-sim/agents/ber_reader.hpp"

namespace hwsim::agents {
namespace {

using ber::Tag;

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

// "10.0.0.1" → four octets; parse_oid would refuse 127.0.0.1 for its root.
std::optional<std::string> address_octets(std::string_view text) {
  std::string out;
  for (int part = 0; part < 4; ++part) {
    const auto dot = part < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos) return std::nullopt;
    const auto octet = whole_number<std::uint8_t>(text.substr(0, dot));
    if (!octet) return std::nullopt;
    out += static_cast<char>(*octet);
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return out;
}

}  // namespace

std::optional<std::string> value_of_text(Tag tag, const std::string& content, Form form) {
  switch (tag) {
    case Tag::integer:
      if (const auto number = whole_number<std::int32_t>(content)) return ber::integer(*number);
      return std::nullopt;
    case Tag::counter32:
    case Tag::gauge32:
    case Tag::time_ticks:
      if (const auto number = whole_number<std::uint32_t>(content)) return ber::unsigned32(tag, *number);
      return std::nullopt;
    case Tag::counter64:
      if (const auto number = whole_number<std::uint64_t>(content)) return ber::counter64(*number);
      return std::nullopt;
    case Tag::octets:
    case Tag::opaque:
      return ber::octets(tag, content);
    case Tag::ip_address:
      if (form != Form::plain) return content.size() == 4 ? std::optional{ber::octets(tag, content)} : std::nullopt;
      if (const auto octets = address_octets(content)) return ber::octets(tag, *octets);
      return std::nullopt;
    case Tag::object_id:
      if (const auto oid = parse_oid(content)) return ber::object_id(*oid);
      return std::nullopt;
    case Tag::null:
      return ber::empty(tag);
    default:
      return std::nullopt;
  }
}

namespace {

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

}  // namespace

std::optional<std::string> from_hex(std::string_view text) {
  std::string out;
  if (text.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = hex_digit(text[i]);
    const auto low = hex_digit(text[i + 1]);
    if (!high || !low) return std::nullopt;
    out += static_cast<char>(*high * 16 + *low);
  }
  return out;
}

namespace {

// One python-style escape behind the backslash; advances over it.
std::optional<char> escape(std::string_view& text) {
  constexpr std::string_view letters = "nrtabfv0\\'\"";
  constexpr std::array<char, 11> meanings{'\n', '\r', '\t', '\a', '\b', '\f', '\v', '\0', '\\', '\'', '"'};
  if (text.empty()) return std::nullopt;
  if (text.front() == 'x') {
    const auto byte = from_hex(text.substr(1, 2));
    if (!byte || byte->size() != 1) return std::nullopt;
    text.remove_prefix(3);
    return byte->front();
  }
  const auto at = letters.find(text.front());
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(1);
  return meanings[at];
}

}  // namespace

std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c != '\\') {
      out += c;
      continue;
    }
    const auto byte = escape(text);
    if (!byte) return std::nullopt;
    out += *byte;
  }
  return out;
}

namespace {

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

// The number in content octets; the type says whether the first bit is a sign.
std::string number_text_of(std::string_view content, bool is_signed) {
  std::uint64_t value = is_signed && !content.empty() && (static_cast<unsigned char>(content.front()) & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (const char c : content) value = value << 8 | static_cast<unsigned char>(c);
  return is_signed ? std::to_string(static_cast<std::int64_t>(value)) : std::to_string(value);
}

// Behind tag and length. By hand: net-snmp's header reader looks into an Opaque that holds a float.
std::string content_of(const std::string& value) {
  const auto length = static_cast<unsigned char>(value[1]);
  return value.substr(std::min(value.size(), std::size_t{2} + (length < 0x80 ? 0 : length & 0x7fU)));
}

std::string address_text(std::string_view octets) {
  std::string out;
  for (const char c : octets) out += (out.empty() ? "" : ".") + std::to_string(static_cast<unsigned char>(c));
  return out;
}

}  // namespace

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::optional<std::string> snmprec_field(const std::string& value) {
  if (value.size() < 2) return std::nullopt;
  const auto tag = static_cast<unsigned char>(value[0]);
  const auto content = content_of(value);
  const auto type = std::to_string(tag);
  switch (static_cast<Tag>(tag)) {
    case Tag::integer:
      return type + "|" + number_text_of(content, true);
    case Tag::counter32:
    case Tag::gauge32:
    case Tag::time_ticks:
    case Tag::counter64:
      return type + "|" + number_text_of(content, false);
    case Tag::octets:
      return is_plain(content) ? type + "|" + content : type + "x|" + to_hex(content);
    case Tag::opaque:
      return type + "x|" + to_hex(content);
    case Tag::ip_address:
      return content.size() == 4 ? std::optional{type + "|" + address_text(content)} : std::nullopt;
    case Tag::object_id: {
      PaddedBytes bytes{value};
      BerReader reader{bytes};
      const auto oid = reader.object_id();
      return reader.ok() ? std::optional{type + "|" + oid_text(oid)} : std::nullopt;
    }
    case Tag::null:
      return type + "|";
    default:
      return std::nullopt;
  }
}

std::optional<std::string> value_of_letter(char letter, const std::string& text) {
  const auto plain = [&](Tag tag) { return value_of_text(tag, text, Form::plain); };
  switch (letter) {
    case 'i':
      return plain(Tag::integer);
    case 'u':
      return plain(Tag::gauge32);
    case 'c':
      return plain(Tag::counter32);
    case 'C':
      return plain(Tag::counter64);
    case 't':
      return plain(Tag::time_ticks);
    case 'a':
      return plain(Tag::ip_address);
    case 'o':
      return plain(Tag::object_id);
    case 's':
      return plain(Tag::octets);
    case 'n':
      return plain(Tag::null);
    case 'x': {
      const auto content = from_hex(text);
      return content ? value_of_text(Tag::octets, *content, Form::hex) : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace hwsim::agents
