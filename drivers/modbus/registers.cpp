#include "drivers/modbus/registers.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <sstream>

#include "ground/expect.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"

namespace holdup::modbus {
namespace {

using profile::RegisterType;

std::uint16_t ordered(std::uint16_t word, profile::ByteOrder bytes) {
  return bytes == profile::ByteOrder::big ? word : static_cast<std::uint16_t>(word << 8 | word >> 8);
}

std::uint64_t joined(Layout layout, std::span<const std::uint16_t> words) {
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < words.size(); ++i)
    all = all << 16 | ordered(words[layout.words == profile::WordOrder::big ? i : words.size() - 1 - i], layout.bytes);
  return all;
}

std::uint64_t joined(const profile::Register& field, std::span<const std::uint16_t> words) {
  HOLDUP_EXPECT(words.size() == profile::width(field));
  return joined(Layout{.type = field.type, .words = field.words, .bytes = field.bytes}, words);
}

double from_decimal_digits(std::uint64_t all) {
  double number = 0;
  for (int shift = 60; shift >= 0; shift -= 4) {
    const auto digit = all >> shift & 0xF;
    if (digit > 9) return std::numeric_limits<double>::quiet_NaN();
    number = number * 10 + static_cast<double>(digit);
  }
  return number;
}

}  // namespace

double raw_number(const profile::Register& field, std::span<const std::uint16_t> words) {
  if (field.type == RegisterType::string) {
    const auto number = profile::raw_number(field.rule.conversion, text(words, field.bytes));
    return number.value_or(std::numeric_limits<double>::quiet_NaN());
  }
  HOLDUP_EXPECT(words.size() == profile::width(field));
  return number_in(Layout{.type = field.type, .words = field.words, .bytes = field.bytes}, words);
}

double number_in(Layout layout, std::span<const std::uint16_t> words) {
  const std::uint64_t all = joined(layout, words);
  switch (layout.type) {
    case RegisterType::s16:
      return static_cast<std::int16_t>(all);
    case RegisterType::s32:
      return static_cast<std::int32_t>(all);
    case RegisterType::s64:
      return static_cast<double>(static_cast<std::int64_t>(all));
    case RegisterType::f32:
      return std::bit_cast<float>(static_cast<std::uint32_t>(all));
    case RegisterType::f64:
      return std::bit_cast<double>(all);
    case RegisterType::bcd16:
    case RegisterType::bcd32:
    case RegisterType::bcd64:
      return from_decimal_digits(all);
    default:
      return static_cast<double>(all);
  }
}

std::string raw_text(const profile::Register& field, std::span<const std::uint16_t> words) {
  if (field.type == RegisterType::string) return text(words, field.bytes);
  if (field.type == RegisterType::u64) return std::to_string(joined(field, words));
  if (field.type == RegisterType::s64) return std::to_string(static_cast<std::int64_t>(joined(field, words)));
  return ground::number_text(raw_number(field, words));
}

std::string text(std::span<const std::uint16_t> words, profile::ByteOrder bytes) {
  std::string all;
  for (const std::uint16_t stored : words) {
    const std::uint16_t word = ordered(stored, bytes);
    all.push_back(static_cast<char>(word >> 8));
    all.push_back(static_cast<char>(word & 0xff));
  }
  all.resize(std::min(all.size(), all.find('\0')));
  const std::size_t first = all.find_first_not_of(" \t\r\n"), last = all.find_last_not_of(" \t\r\n");
  return first == std::string::npos ? std::string{} : ground::printable(all.substr(first, last - first + 1));
}

std::string text(const profile::TextSource& source, std::span<const std::uint16_t> words) {
  const auto same = [&](std::uint16_t value) { return std::ranges::all_of(words, [value](std::uint16_t word) { return word == value; }); };
  if (same(0) || same(0xFFFF)) return {};
  std::string told;
  if (source.as == profile::TextSource::As::text) {
    told = text(words, source.bytes);
  } else {
    const auto type = words.size() > 2 ? RegisterType::u64 : words.size() == 2 ? RegisterType::u32 : RegisterType::u16;
    const profile::Register field{.type = type, .bytes = source.bytes, .count = static_cast<std::uint16_t>(words.size())};
    const std::uint64_t number = joined(field, words);
    std::ostringstream hex;
    hex << std::uppercase << std::hex << number;
    told = source.as == profile::TextSource::As::hex ? hex.str() : std::to_string(number);
  }
  return source.extract ? source.extract->extract(told).value_or("") : told;
}

std::optional<int> exponent(std::uint16_t word) {
  const auto number = static_cast<std::int16_t>(word);
  return number >= -10 && number <= 10 ? std::optional<int>{number} : std::nullopt;
}

std::string_view exception_name(std::uint8_t code) {
  constexpr std::array<std::string_view, 12> names{"no exception",       "illegal function",         "illegal data address",
                                                   "illegal data value", "server device failure",    "acknowledge, answer later",
                                                   "server device busy", "negative acknowledge",     "memory parity error",
                                                   "unknown exception",  "gateway path unavailable", "gateway target did not respond"};
  return code < names.size() ? names[code] : names[9];
}

bool says_not_here(std::uint8_t code) { return code >= 1 && code <= 3; }
bool says_later(std::uint8_t code) { return code == 5 || code == 6; }
bool says_unreachable(std::uint8_t code) { return code == 10 || code == 11; }

}  // namespace holdup::modbus
