#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "drivers/profile/profile.hpp"

// What registers say, as pure functions: numbers out of words, texts, and the words for exceptions. Used by Device, which then applies the
// profile's conversion.
namespace holdup::modbus {

/// How a number, no text, stands in its registers.
struct Layout {
  profile::RegisterType type = profile::RegisterType::u16;
  profile::WordOrder words = profile::WordOrder::big;
  profile::ByteOrder bytes = profile::ByteOrder::big;
  bool operator==(const Layout&) const = default;
};
[[nodiscard]] double number_in(Layout layout, std::span<const std::uint16_t> words);
/// The device's own number; a bit of the coil and discrete tables is a u16 of 0 or 1. NaN where a BCD digit is none, or a text holds no
/// number. Requires words.size() == profile::width(field). A 64-bit integer above 2^53 loses its last digits.
[[nodiscard]] double raw_number(const profile::Register& field, std::span<const std::uint16_t> words);
/// The same as text, with all digits.
[[nodiscard]] std::string raw_text(const profile::Register& field, std::span<const std::uint16_t> words);
/// Two characters a register, high byte first unless swapped, up to the first NUL, without blanks around, printable.
[[nodiscard]] std::string text(std::span<const std::uint16_t> words, profile::ByteOrder bytes = profile::ByteOrder::big);
/// As an identity's source wants them: a text, a number, or a number in hexadecimal. Empty where every register says 0 or 0xFFFF.
[[nodiscard]] std::string text(const profile::TextSource& source, std::span<const std::uint16_t> words);
/// The power of ten that a register of a value's scale tells; nothing where it is none: SunSpec allows -10 to 10.
[[nodiscard]] std::optional<int> exponent(std::uint16_t word);
/// "illegal data address"; codes of the specification, else "unknown exception".
[[nodiscard]] std::string_view exception_name(std::uint8_t code);
/// Whether the exception says that just these registers cannot be read (1, 2, 3), rather than that the device cannot answer now.
[[nodiscard]] bool says_not_here(std::uint8_t code);
/// … that it will answer, only not now (5, 6).
[[nodiscard]] bool says_later(std::uint8_t code);
/// A gateway's word that it does not reach the unit (10, 11): it is the unit that is silent.
[[nodiscard]] bool says_unreachable(std::uint8_t code);

}  // namespace holdup::modbus
