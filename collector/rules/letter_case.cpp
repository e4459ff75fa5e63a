#include "collector/rules/letter_case.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "ground/utf8.hpp"

namespace holdup::rules {
namespace {

/// Lower letters first..last have their upper ones `apart` before them.
struct Alphabet {
  std::uint32_t first, last, apart;
};
constexpr std::array<Alphabet, 7> alphabets{
    {{'a', 'z', 32}, {0xE0, 0xF6, 32}, {0xF8, 0xFE, 32}, {0x3B1, 0x3C1, 32}, {0x3C3, 0x3CB, 32}, {0x430, 0x44F, 32}, {0x450, 0x45F, 80}}};

std::uint32_t upper(std::uint32_t c) {
  for (const auto& [first, last, apart] : alphabets)
    if (c >= first && c <= last) return c - apart;
  return c;
}

std::uint32_t lower(std::uint32_t c) {
  for (const auto& [first, last, apart] : alphabets)
    if (c + apart >= first && c + apart <= last) return c + apart;
  return c;
}

/// All of them lie below U+0800.
void append(std::string& out, std::uint32_t c) {
  if (c < 0x80)
    out += static_cast<char>(c);
  else
    (out += static_cast<char>(0xC0 | (c >> 6))) += static_cast<char>(0x80 | (c & 0x3F));
}

template <class Make>
std::string each(std::string_view text, Make make) {
  std::string out;
  while (!text.empty()) {
    const auto length = ground::utf8_length(text);
    if (length == 1 || length == 2)
      append(out, make(ground::code_point(text.substr(0, length))));
    else
      out += text.substr(0, std::max<std::size_t>(1, length));
    if (length == 0 || length > 2) make(length == 0 ? ' ' : 'x');
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return out;
}

bool is_word(std::uint32_t c) { return (c >= '0' && c <= '9') || upper(c) != c || lower(c) != c || c == '_' || c > 0xBF; }
}  // namespace

std::string in_upper_case(std::string_view text) { return each(text, upper); }
std::string in_lower_case(std::string_view text) { return each(text, lower); }

std::string in_title_case(std::string_view text) {
  std::uint32_t last = ' ';
  return each(text, [&](std::uint32_t c) { return is_word(std::exchange(last, c)) ? c : upper(c); });
}

}  // namespace holdup::rules
