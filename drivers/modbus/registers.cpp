#include "drivers/modbus/registers.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "ground/expect.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"

namespace holdup::modbus {
namespace {

using profile::RegisterType;

std::uint64_t joined(const profile::Register& field, std::span<const std::uint16_t> words) {
  HOLDUP_EXPECT(words.size() == profile::width(field.type));
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < words.size(); ++i) all = all << 16 | words[field.words == profile::WordOrder::big ? i : words.size() - 1 - i];
  return all;
}

}  // namespace

double raw_number(const profile::Register& field, std::span<const std::uint16_t> words) {
  const std::uint64_t all = joined(field, words);
  switch (field.type) {
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
    default:
      return static_cast<double>(all);
  }
}

std::string raw_text(const profile::Register& field, std::span<const std::uint16_t> words) {
  if (field.type == RegisterType::u64) return std::to_string(joined(field, words));
  if (field.type == RegisterType::s64) return std::to_string(static_cast<std::int64_t>(joined(field, words)));
  return ground::number_text(raw_number(field, words));
}

std::string text(std::span<const std::uint16_t> words) {
  std::string all;
  for (const std::uint16_t word : words) {
    all.push_back(static_cast<char>(word >> 8));
    all.push_back(static_cast<char>(word & 0xff));
  }
  all.resize(std::min(all.size(), all.find('\0')));
  const std::size_t first = all.find_first_not_of(" \t\r\n"), last = all.find_last_not_of(" \t\r\n");
  return first == std::string::npos ? std::string{} : ground::printable(all.substr(first, last - first + 1));
}

std::string_view exception_name(std::uint8_t code) {
  constexpr std::array<std::string_view, 12> names{"no exception",       "illegal function",         "illegal data address",
                                                   "illegal data value", "server device failure",    "acknowledge, answer later",
                                                   "server device busy", "negative acknowledge",     "memory parity error",
                                                   "unknown exception",  "gateway path unavailable", "gateway target did not respond"};
  return code < names.size() ? names[code] : names[9];
}

bool says_not_here(std::uint8_t code) { return code >= 1 && code <= 3; }

}  // namespace holdup::modbus
