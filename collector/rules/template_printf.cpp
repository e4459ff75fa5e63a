#include <algorithm>
#include <array>
#include <optional>

#include "collector/rules/render_number.hpp"
#include "collector/rules/template_value.hpp"
#include "ground/utf8.hpp"

namespace holdup::rules {
namespace {

constexpr int widest = 1'000;  // Go takes a million: that is a text of a million bytes

/// One "%-08.3f".
struct Directive {
  bool plus = false, minus = false, zero = false, space = false, sharp = false;
  std::optional<int> width, precision;
  char verb = 0;  // 0: the format ends before it
};

std::optional<int> take_number(std::string_view& text) {
  int out = 0;
  bool any = false;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
    out = std::min(out * 10 + (text.front() - '0'), widest);
    any = true;
  }
  return any ? std::optional{out} : std::nullopt;
}

/// What follows '%', taken off the text.
Directive take_directive(std::string_view& text) {
  Directive out;
  for (; !text.empty(); text.remove_prefix(1)) {
    if (text.front() == '+')
      out.plus = true;
    else if (text.front() == '-')
      out.minus = true;
    else if (text.front() == '0')
      out.zero = true;
    else if (text.front() == ' ')
      out.space = true;
    else if (text.front() == '#')
      out.sharp = true;
    else
      break;
  }
  out.width = take_number(text);
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    out.precision = take_number(text).value_or(0);
  }
  if (text.empty()) return out;
  out.verb = text.front();
  text.remove_prefix(1);
  return out;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string padded(std::string text, const Directive& directive, bool number) {
  const auto width = static_cast<std::size_t>(directive.width.value_or(0));
  const auto length = characters(text);
  if (length >= width) return text;
  if (directive.minus) return text.append(width - length, ' ');
  if (!directive.zero) return std::string(width - length, ' ') + text;
  const bool sign = number && !text.empty() && (text.front() == '-' || text.front() == '+' || text.front() == ' ');
  return text.insert(sign ? 1 : 0, width - length, '0');
}

std::string signed_as(std::string text, const Directive& directive) {
  if (text.front() == '-' || text.front() == '+') return directive.plus || text.front() == '-' ? text : text.substr(1);
  return directive.plus ? "+" + text : directive.space ? " " + text : text;
}

std::string bad_verb(char verb, const TemplateValue& value) {
  if (value.as<std::monostate>() != nullptr) return std::string{"%!"} + verb + "(<nil>)";
  return std::string{"%!"} + verb + "(" + std::string{type_name(value)} + "=" + go_text(value) + ")";
}

std::string of_float(double value, Directive directive, const TemplateValue& held) {
  const bool finite = value - value == 0;
  char verb = directive.verb == 'v' ? 'g' : directive.verb == 'F' ? 'f' : directive.verb;
  const bool upper = verb == 'E' || verb == 'G';
  if (upper) verb = verb == 'E' ? 'e' : 'g';
  if (verb != 'e' && verb != 'f' && verb != 'g') return bad_verb(directive.verb, held);
  auto text = formatted(value, {.verb = verb, .precision = std::min(directive.precision.value_or(-1), 60)});
  if (upper) std::ranges::replace(text, 'e', 'E');
  if (!finite) directive.zero = false;
  const bool infinite = !finite && value == value;
  directive.plus = directive.plus && directive.verb != 'v';  // there it asks for more words, not for a sign
  return padded(infinite ? std::move(text) : signed_as(std::move(text), directive), directive, true);
}

std::string digits(std::uint64_t value, unsigned base) {
  std::string out;
  do out.insert(out.begin(), "0123456789abcdef"[value % base]);
  while ((value /= base) != 0);
  return out;
}

std::string in_utf8(std::int64_t code) {
  const auto c = code >= 0 && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF) ? static_cast<std::uint32_t>(code) : 0xFFFDU;
  const auto tail = [](std::uint32_t bits) { return static_cast<char>(0x80 | (bits & 0x3F)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xC0 | (c >> 6)), tail(c)};
  if (c < 0x10000) return {static_cast<char>(0xE0 | (c >> 12)), tail(c >> 6), tail(c)};
  return {static_cast<char>(0xF0 | (c >> 18)), tail(c >> 12), tail(c >> 6), tail(c)};
}

std::string of_integer(std::int64_t value, const Directive& directive, const TemplateValue& held) {
  if (directive.verb == 'c') return padded(in_utf8(value), directive, false);
  const std::string_view verbs = "vdxXob";
  constexpr std::array<unsigned, 6> bases{10, 10, 16, 16, 8, 2};
  const auto place = verbs.find(directive.verb);
  if (place == std::string_view::npos) return bad_verb(directive.verb, held);
  auto text = digits(value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value), bases[place]);
  if (directive.verb == 'X')
    for (char& c : text) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  if (directive.sharp && bases[place] == 16) text = (directive.verb == 'X' ? "0X" : "0x") + text;
  return padded(signed_as((value < 0 ? "-" : "") + text, directive), directive, true);
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += std::string{'\\'} + c;
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (c == '\r')
      out += "\\r";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      out += "\\x" + digits(static_cast<unsigned char>(c) / 16, 16) + digits(static_cast<unsigned char>(c) % 16, 16);
    else
      out += c;
  }
  return out + "\"";
}

std::string_view first_characters(std::string_view text, int count) {
  std::size_t length = 0;
  for (; count > 0 && length < text.size(); --count) length += std::max<std::size_t>(1, ground::utf8_length(text.substr(length)));
  return text.substr(0, length);
}

std::string in_hex(std::string_view text, bool upper) {
  std::string out;
  for (const char c : text) out += digits(static_cast<unsigned char>(c) / 16, 16) + digits(static_cast<unsigned char>(c) % 16, 16);
  if (upper)
    for (char& c : out) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

std::string of_text(const std::string& value, const Directive& directive, const TemplateValue& held) {
  const std::string_view shown = directive.precision ? first_characters(value, *directive.precision) : std::string_view{value};
  if (directive.verb == 'v' || directive.verb == 's') return padded(std::string{shown}, directive, false);
  if (directive.verb == 'q') return padded(quoted(shown), directive, false);
  if (directive.verb == 'x' || directive.verb == 'X') return padded(in_hex(shown, directive.verb == 'X'), directive, false);
  return bad_verb(directive.verb, held);
}

std::string of(const TemplateValue& value, const Directive& directive) {
  if (directive.verb == 'T') return padded(std::string{type_name(value)}, directive, false);
  if (const auto* number = value.as<double>()) return of_float(*number, directive, value);
  if (const auto* number = value.as<std::int64_t>()) return of_integer(*number, directive, value);
  if (const auto* text = value.as<std::string>()) return of_text(*text, directive, value);
  if (value.as<bool>() != nullptr) {
    const bool fits = directive.verb == 't' || directive.verb == 'v';
    return fits ? padded(go_text(value), directive, false) : bad_verb(directive.verb, value);
  }
  if (value.as<std::monostate>() != nullptr)
    return directive.verb == 'v' ? padded("<nil>", directive, false) : bad_verb(directive.verb, value);
  const auto* length = value.as<ground::Duration>();
  if (length != nullptr && directive.verb == 'd') return of_integer(length->count(), directive, value);
  if (directive.verb != 'v' && directive.verb != 's') return bad_verb(directive.verb, value);
  return padded((value.as<SampleValue>() != nullptr ? "&" : "") + go_text(value), directive, false);
}

}  // namespace

std::string go_printf(std::string_view format, const std::vector<TemplateValue>& values) {
  std::string out;
  std::size_t next = 0;
  while (!format.empty()) {
    const auto plain = std::min(format.find('%'), format.size());
    out += format.substr(0, plain);
    format.remove_prefix(plain);
    if (format.empty()) break;
    format.remove_prefix(1);
    const auto directive = take_directive(format);
    if (directive.verb == 0)
      out += "%!(NOVERB)";
    else if (directive.verb == '%')
      out += '%';
    else if (next == values.size())
      out += std::string{"%!"} + directive.verb + "(MISSING)";
    else
      out += of(values[next++], directive);
  }
  if (next == values.size()) return out;
  out += "%!(EXTRA ";
  for (bool first = true; next < values.size(); ++next, first = false) {
    const auto& value = values[next];
    out += first ? "" : ", ";
    out += value.as<std::monostate>() != nullptr ? "<nil>" : std::string{type_name(value)} + "=" + go_text(value);
  }
  return out + ")";
}

}  // namespace holdup::rules
