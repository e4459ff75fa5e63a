#include "hw-sim/agents/snmprec.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "hw-sim/agents/ber_value.hpp"

namespace hwsim::agents {
namespace {

using ber::Tag;

enum class Form { plain, hex, escaped };

struct Line {
  std::string_view oid, tag, value;
};

std::optional<RecordedObject> read_object(std::string_view text);
std::optional<Line> split(std::string_view text);
std::optional<std::string> plain_argument(std::string_view arguments);
std::optional<std::string> encode(Tag tag, const std::string& content, Form form);
std::optional<std::string> from_hex(std::string_view text);
std::optional<std::string> unescaped(std::string_view text);

bool is_comment(std::string_view line) { return line.empty() || line.front() == '#'; }

// Later lines come first among equals, so that unique() keeps the last one recorded.
void sort_and_unite(std::vector<RecordedObject>& objects) {
  std::reverse(objects.begin(), objects.end());
  std::stable_sort(objects.begin(), objects.end(), [](const auto& a, const auto& b) { return a.oid < b.oid; });
  objects.erase(std::unique(objects.begin(), objects.end(), [](const auto& a, const auto& b) { return a.oid == b.oid; }), objects.end());
}

}  // namespace

SnmpRecording parse_snmprec(std::string_view text) {
  SnmpRecording recording;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (is_comment(line)) continue;
    if (auto object = read_object(line))
      recording.objects.push_back(*std::move(object));
    else
      recording.skipped_lines.push_back(number);
  }
  sort_and_unite(recording.objects);
  return recording;
}

namespace {

std::optional<RecordedObject> read_object(std::string_view text) {
  const auto line = split(text);
  if (!line) return std::nullopt;
  unsigned tag = 0;
  const auto* const end = line->tag.data() + line->tag.size();
  const auto [stop, error] = std::from_chars(line->tag.data(), end, tag);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view suffix{stop, static_cast<std::size_t>(end - stop)};

  std::optional<std::string> content{line->value};
  Form form = Form::plain;
  if (suffix.starts_with(':')) {
    content = plain_argument(line->value);
  } else if (suffix == "x") {
    form = Form::hex;
    content = from_hex(line->value);
  } else if (suffix == "e") {
    form = Form::escaped;
    content = unescaped(line->value);
  } else if (!suffix.empty()) {
    return std::nullopt;
  }
  auto oid = parse_oid(line->oid);
  if (!oid || !content) return std::nullopt;
  auto value = encode(static_cast<Tag>(tag), *content, form);
  if (!value) return std::nullopt;
  return RecordedObject{*std::move(oid), *std::move(value)};
}

std::optional<Line> split(std::string_view text) {
  const auto first = text.find('|');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = text.find('|', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  return Line{text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1)};
}

// "value=ESX Server 1,file=x" → "ESX Server 1". A comma ends the value only where another `name=` follows.
std::optional<std::string> plain_argument(std::string_view arguments) {
  constexpr std::string_view key = "value=";
  const auto at = arguments.starts_with(key) ? 0 : arguments.find(",value=");
  if (at == std::string_view::npos) return std::nullopt;
  auto value = arguments.substr(at + key.size() + (at == 0 ? 0 : 1));
  for (auto comma = value.find(','); comma != std::string_view::npos; comma = value.find(',', comma + 1)) {
    const auto name_end = value.find_first_not_of("abcdefghijklmnopqrstuvwxyz", comma + 1);
    if (name_end == std::string_view::npos || name_end == comma + 1 || value[name_end] != '=') continue;
    return std::string{value.substr(0, comma)};
  }
  return std::string{value};
}

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

std::optional<std::string> encode(Tag tag, const std::string& content, Form form) {
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

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

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

}  // namespace
}  // namespace hwsim::agents
