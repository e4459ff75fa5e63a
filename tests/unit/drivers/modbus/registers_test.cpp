#include "drivers/modbus/registers.hpp"

#include <cmath>

#include "catch.hpp"

using namespace holdup;
using namespace holdup::modbus;
using profile::ByteOrder;
using profile::Register;
using profile::RegisterType;
using profile::WordOrder;

namespace {

using Words = std::vector<std::uint16_t>;

double number(RegisterType type, const Words& words, WordOrder order = WordOrder::big) {
  return raw_number({.type = type, .words = order}, words);
}

}  // namespace

TEST_CASE("integers of one to four registers, signed and unsigned") {
  CHECK(number(RegisterType::u16, {0xFFFF}) == 65535);
  CHECK(number(RegisterType::s16, {0xFFFF}) == -1);
  CHECK(number(RegisterType::s16, {0x8000}) == -32768);
  CHECK(number(RegisterType::u32, {0x0001, 0x0002}) == 65538);
  CHECK(number(RegisterType::s32, {0xFFFF, 0xFFFE}) == -2);
  CHECK(number(RegisterType::u64, {0, 1, 0, 0}) == 4294967296.0);
  CHECK(number(RegisterType::s64, {0xFFFF, 0xFFFF, 0xFFFF, 0xFFFD}) == -3);
}

TEST_CASE("floating point of two and four registers") {
  CHECK(number(RegisterType::f32, {0x4366, 0x8000}) == 230.5);
  CHECK(number(RegisterType::f64, {0x406C, 0xD000, 0, 0}) == 230.5);
  CHECK(std::isnan(number(RegisterType::f32, {0x7FC0, 0})));
}

TEST_CASE("the least significant word may come first") {
  CHECK(number(RegisterType::u32, {0x0002, 0x0001}, WordOrder::little) == 65538);
  CHECK(number(RegisterType::f32, {0x8000, 0x4366}, WordOrder::little) == 230.5);
  CHECK(number(RegisterType::u64, {1, 2, 3, 0}, WordOrder::little) == 1 + 2 * 65536.0 + 3 * 4294967296.0);
}

TEST_CASE("the bytes of a register may be swapped, whatever the order of the registers") {
  const Register field{.type = RegisterType::f32, .words = WordOrder::little, .bytes = ByteOrder::little};
  CHECK(raw_number(field, Words{0x0080, 0x6643}) == 230.5);
  CHECK(text(Words{0x4241, 0x0043}, ByteOrder::little) == "ABC");
}

TEST_CASE("decimal digits are a number, and no number where one of them is none") {
  CHECK(number(RegisterType::bcd16, {0x1234}) == 1234);
  CHECK(number(RegisterType::bcd32, {0x0012, 0x3456}) == 123456);
  CHECK(number(RegisterType::bcd32, {0x3456, 0x0012}, WordOrder::little) == 123456);
  CHECK(number(RegisterType::bcd64, {0x0000, 0x0001, 0x0000, 0x0009}) == 100000009.0);
  CHECK(std::isnan(number(RegisterType::bcd16, {0x12A4})));
  CHECK(std::isnan(number(RegisterType::bcd16, {0xFFFF})));
}

TEST_CASE("a text holds the number that its profile takes from it") {
  Register field{.type = RegisterType::string, .count = 3};
  CHECK(raw_number(field, Words{0x3233, 0x302E, 0x3500}) == 230.5);
  CHECK(raw_text(field, Words{0x3233, 0x302E, 0x3500}) == "230.5");
  CHECK(std::isnan(raw_number(field, Words{0x4142, 0x4300, 0})));
}

TEST_CASE("an identity's number is told with all digits, decimal or hexadecimal, and not where it is missing") {
  profile::TextSource source{.kind = profile::TextSource::Kind::registers, .count = 2, .as = profile::TextSource::As::number};
  CHECK(text(source, Words{0x00F7, 0xB24F}) == "16233039");
  CHECK(text(source, Words{0xFFFF, 0xFFFF}).empty());
  CHECK(text(source, Words{0, 0}).empty());
  source.as = profile::TextSource::As::hex;
  CHECK(text(source, Words{0x4117}) == "4117");
}

TEST_CASE("a register of the scale tells a power of ten from -10 to 10, all else is none") {
  CHECK(exponent(0) == 0);
  CHECK(exponent(0xFFFE) == -2);
  CHECK(exponent(10) == 10);
  CHECK(exponent(0xFFF6) == -10);
  CHECK_FALSE(exponent(11));
  CHECK_FALSE(exponent(0xFFF5));
  CHECK_FALSE(exponent(0x8000));
}

TEST_CASE("raw text keeps every digit") {
  CHECK(raw_text({.type = RegisterType::u64}, Words{0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF}) == "18446744073709551615");
  CHECK(raw_text({.type = RegisterType::s64}, Words{0x8000, 0, 0, 0}) == "-9223372036854775808");
  CHECK(raw_text({.type = RegisterType::s16}, Words{0xFFFF}) == "-1");
  CHECK(raw_text({.type = RegisterType::f32}, Words{0x4366, 0x8000}) == "230.5");
}

TEST_CASE("text ends at the first NUL and has no blanks around it") {
  CHECK(text(Words{0x506F, 0x7765, 0x7220, 0x4D00, 0x4142}) == "Power M");
  CHECK(text(Words{0x2020, 0x4120, 0x2020}) == "A");
  CHECK(text(Words{0, 0x4142}) == "");
  CHECK(text(Words{}) == "");
  CHECK(text(Words{0x2020}) == "");
}

TEST_CASE("text from a device cannot steer a terminal") {
  const std::string shown = text(Words{0x411B, 0x5B32, 0x4A42});
  CHECK(shown.find('\x1b') == std::string::npos);
  CHECK(shown.front() == 'A');
}

TEST_CASE("exceptions have names, and three of them concern the address only") {
  CHECK(exception_name(2) == "illegal data address");
  CHECK(exception_name(11) == "gateway target did not respond");
  CHECK(exception_name(0x99) == "unknown exception");
  for (unsigned code = 0; code < 256; ++code) CHECK(says_not_here(static_cast<std::uint8_t>(code)) == (code >= 1 && code <= 3));
}
