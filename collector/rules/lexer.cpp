#include "collector/rules/lexer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

#include "collector/rules/duration.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"

namespace holdup::rules {
namespace {

constexpr std::string_view blanks = " \t\r\n";
// Two characters before one: "==" is not "=" twice.
constexpr std::array<std::string_view, 24> symbols{"==", "!=", "=~", "!~", "<=", ">=", "=", "<", ">", "+", "-", "*",
                                                   ":",  "/",  "%",  "^",  "(",  ")",  "{", "}", "[", "]", ",", "@"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':'; }
bool is_name(char c) { return is_name_start(c) || is_digit(c); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

/// A number as Go reads one: 0x1F, 0755 (octal), 1e3, 1_000.
std::optional<double> number_value(std::string text) {
  std::erase(text, '_');
  std::uint64_t whole = 0;
  const bool hex = text.size() > 2 && text[0] == '0' && lower(text[1]) == 'x';
  const bool octal = !hex && text.size() > 1 && text[0] == '0' && text.find_first_not_of("01234567") == std::string::npos;
  if (hex || octal) {
    const char* first = text.data() + (hex ? 2 : 1);
    const auto [end, error] = std::from_chars(first, text.data() + text.size(), whole, hex ? 16 : 8);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return static_cast<double>(whole);
  }
  if (text.front() == '.') text.insert(0, "0");
  if (text.back() == '.') text += '0';
  return ground::parse_number(text);
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : rest_{text} {}

  Tokens run() {
    for (skip_blanks(); !rest_.empty() && !out_.error; skip_blanks()) next();
    add(Token::Kind::end, {});
    return std::move(out_);
  }

 private:
  void next() {
    const char c = rest_.front();
    if (c == '"' || c == '\'' || c == '`') return quoted(c);
    if (is_digit(c) || (c == '.' && rest_.size() > 1 && is_digit(rest_[1]))) return number();
    if (is_name_start(c) && (c != ':' || (rest_.size() > 1 && is_name_start(rest_[1])))) return word();
    symbol();
  }

  void skip_blanks() {
    while (!rest_.empty()) {
      if (rest_.front() == '#')
        advance(std::min(rest_.find('\n'), rest_.size()));
      else if (blanks.find(rest_.front()) != std::string_view::npos)
        advance(1);
      else
        return;
    }
  }

  void word() {
    std::size_t length = 0;
    while (length < rest_.size() && is_name(rest_[length])) ++length;
    std::string folded{rest_.substr(0, length)};
    std::transform(folded.begin(), folded.end(), folded.begin(), lower);
    if (folded == "inf" || folded == "nan") {
      add(Token::Kind::number, std::string{rest_.substr(0, length)});
      using Limits = std::numeric_limits<double>;
      out_.all.back().number = folded == "inf" ? Limits::infinity() : Limits::quiet_NaN();
    } else {
      add(Token::Kind::name, std::string{rest_.substr(0, length)});
    }
    advance(length);
  }

  std::size_t number_length() const {
    const bool hex = rest_.size() > 1 && rest_[0] == '0' && lower(rest_[1]) == 'x';
    std::size_t length = 0;
    while (length < rest_.size()) {
      const char c = rest_[length];
      const bool sign = (c == '+' || c == '-') && length > 0 && lower(rest_[length - 1]) == 'e' && !hex;
      if (!sign && c != '.' && (c == ':' || !is_name(c))) break;
      ++length;
    }
    return length;
  }

  void number() {
    const std::string text{rest_.substr(0, number_length())};
    const auto duration = text == "0" ? std::nullopt : parse_prometheus_duration(text);
    const auto value = number_value(text);
    if (!duration && !value) return fail("'" + ground::printable(text.substr(0, 40)) + "' is neither a number nor a duration");
    add(duration ? Token::Kind::duration : Token::Kind::number, text);
    out_.all.back().number = duration ? ground::seconds(*duration) : *value;
    advance(text.size());
  }

  void quoted(char quote) {
    std::string value;
    std::size_t i = 1;
    while (i < rest_.size() && rest_[i] != quote) {
      if (rest_[i] == '\n' && quote != '`') return fail("a line ends inside a quoted text");
      if (rest_[i] != '\\' || quote == '`') {
        value += rest_[i++];
      } else if (!escape(i, quote, value)) {
        return fail("unknown escape sequence in a quoted text");
      }
    }
    if (i >= rest_.size()) return fail("a quoted text has no end");
    add(Token::Kind::text, std::move(value));
    advance(i + 1);
  }

  /// Reads Go's escapes at rest_[i] == '\\'.
  bool escape(std::size_t& i, char quote, std::string& value) const {
    if (i + 1 >= rest_.size()) return false;
    const char c = rest_[i + 1];
    constexpr std::string_view letters = "abfnrtv\\";
    constexpr std::string_view meant = "\a\b\f\n\r\t\v\\";
    if (const auto known = letters.find(c); known != std::string_view::npos || c == quote) {
      value += c == quote ? c : meant[known];
      i += 2;
      return true;
    }
    if (c == 'x') return coded(i, {.skip = 2, .digits = 2, .base = 16}, value);
    if (c == 'u') return coded(i, {.skip = 2, .digits = 4, .base = 16}, value);
    if (c == 'U') return coded(i, {.skip = 2, .digits = 8, .base = 16}, value);
    return c >= '0' && c <= '7' && coded(i, {.skip = 1, .digits = 3, .base = 8}, value);
  }

  struct Code {
    std::size_t skip;
    std::size_t digits;
    int base;
  };

  bool coded(std::size_t& i, Code form, std::string& value) const {
    const auto [skip, digits, base] = form;
    const auto text = rest_.substr(std::min(i + skip, rest_.size()), digits);
    std::uint32_t code = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code, base);
    if (error != std::errc{} || text.size() != digits || end != text.data() + text.size()) return false;
    const bool byte = digits < 4;
    if (byte ? code > 0xFF : code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
    if (byte)
      value += static_cast<char>(code);
    else
      append_utf8(value, code);
    i += skip + digits;
    return true;
  }

  void symbol() {
    for (std::string_view known : symbols) {
      if (!rest_.starts_with(known)) continue;
      add(Token::Kind::symbol, std::string{known});
      return advance(known.size());
    }
    const auto length = std::max<std::size_t>(1, ground::utf8_length(rest_));
    fail("unexpected character '" + ground::printable(rest_.substr(0, length)) + "'");
  }

  void add(Token::Kind kind, std::string text) { out_.all.push_back({.kind = kind, .at = at_, .text = std::move(text)}); }
  void fail(std::string what) { out_.error = ExpressionError{at_, std::move(what)}; }

  void advance(std::size_t bytes) {
    for (char c : rest_.substr(0, bytes)) {
      at_.column = c == '\n' ? 1 : at_.column + 1;
      at_.line += c == '\n' ? 1 : 0;
    }
    rest_.remove_prefix(bytes);
  }

  std::string_view rest_;
  Position at_;
  Tokens out_;
};

}  // namespace

Tokens tokenise(std::string_view text) { return Lexer{text}.run(); }

}  // namespace holdup::rules
