#include <cmath>
#include <limits>

#include "catch.hpp"
#include "drivers/modbus/registers.hpp"
#include "drivers/modbus/sweep.hpp"

// Every type in every order of registers and bytes, and what scales, sentinels and bits make of it.
using namespace holdup;
using namespace holdup::modbus;
using ground::Quality;
using profile::ByteOrder;
using profile::Register;
using profile::RegisterType;
using profile::WordOrder;

namespace {

using Words = std::vector<std::uint16_t>;

Words ordered(Words words, WordOrder order, ByteOrder bytes) {
  if (order == WordOrder::little) words = Words{words.rbegin(), words.rend()};
  if (bytes == ByteOrder::little)
    for (auto& word : words) word = static_cast<std::uint16_t>(word << 8 | word >> 8);
  return words;
}

struct Example {
  RegisterType type;
  Words words;  // most significant first, bytes as the specification has them
  double number;
};

const std::vector<Example> examples{
    {RegisterType::u16, {0x8001}, 32769},
    {RegisterType::s16, {0x8001}, -32767},
    {RegisterType::u32, {0x8000, 0x0102}, 2147483906.0},
    {RegisterType::s32, {0x8000, 0x0102}, -2147483390.0},
    {RegisterType::u64, {0x0012, 0x3456, 0x789A, 0xBCDE}, 5124095576030430.0},
    {RegisterType::s64, {0xFFED, 0xCBA9, 0x8765, 0x4322}, -5124095576030430.0},
    {RegisterType::f32, {0xC2F6, 0xE979}, -123.456001281738281},
    {RegisterType::f64, {0xC05E, 0xDD2F, 0x1A9F, 0xBE77}, -123.456},
    {RegisterType::bcd16, {0x9876}, 9876},
    {RegisterType::bcd32, {0x9876, 0x5432}, 98765432},
    {RegisterType::bcd64, {0x0123, 0x4567, 0x8901, 0x2345}, 123456789012345.0},
};

reading::Reading settled(const Register& field, const profile::Conversion& conversion, const Words& words,
                         std::optional<std::uint16_t> scale = {}) {
  Source source{.field = &field, .conversion = conversion, .span = span_of(field)};
  Sweep sweep;
  sweep.hear(source.span, {.answer = {.exception = 0, .values = words}, .sent = {}, .received = {}});
  if (scale) {
    source.exponent = Span{source.span.function, 9, 1};
    sweep.hear(*source.exponent, {.answer = {.exception = 0, .values = {*scale}}, .sent = {}, .received = {}});
  }
  return sweep.settle(source, 0, {});
}

}  // namespace

TEST_CASE("every type is read in every order of registers and bytes") {
  const auto words = GENERATE(WordOrder::big, WordOrder::little);
  const auto bytes = GENERATE(ByteOrder::big, ByteOrder::little);
  for (const auto& example : examples) {
    CAPTURE(static_cast<int>(example.type), static_cast<int>(words), static_cast<int>(bytes));
    const Register field{.type = example.type, .words = words, .bytes = bytes};
    REQUIRE(example.words.size() == width(field));
    CHECK(raw_number(field, ordered(example.words, words, bytes)) == example.number);
  }
}

TEST_CASE("the ends of each integer") {
  CHECK(raw_number({.type = RegisterType::s16}, Words{0x7FFF}) == 32767);
  CHECK(raw_number({.type = RegisterType::u32}, Words{0xFFFF, 0xFFFF}) == 4294967295.0);
  CHECK(raw_number({.type = RegisterType::s32}, Words{0x8000, 0}) == -2147483648.0);
  CHECK(raw_number({.type = RegisterType::u64}, Words{0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF}) == std::ldexp(1, 64));
  CHECK(raw_number({.type = RegisterType::s64}, Words{0x8000, 0, 0, 0}) == -std::ldexp(1, 63));
}

TEST_CASE("a floating point register that is no number, or none that is finite, is absent") {
  for (const Words& words : {Words{0x7FC0, 0}, Words{0xFFC0, 0}, Words{0x7F80, 0x0001}, Words{0x7F80, 0}, Words{0xFF80, 0}})
    CHECK(settled({.type = RegisterType::f32}, {}, words).quality == Quality::absent);
  CHECK(settled({.type = RegisterType::f64}, {}, {0x7FF8, 0, 0, 0}).quality == Quality::absent);
  CHECK(settled({.type = RegisterType::f64}, {}, {0xFFF0, 0, 0, 0}).quality == Quality::absent);
  CHECK(settled({.type = RegisterType::f32}, {}, {0x8000, 0}).value == 0);    // −0
  CHECK(settled({.type = RegisterType::f32}, {}, {0, 1}).value == 0x1p-149);  // the least there is
  CHECK(settled({.type = RegisterType::f32, .words = WordOrder::little}, {}, {0, 0x7FC0}).quality == Quality::absent);
}

TEST_CASE("a decimal digit that is none leaves no reading, wherever it stands") {
  for (unsigned nibble = 0; nibble < 16; nibble += 1) {
    Words words{0x1234, 0x5678, 0x9012, 0x3456};
    auto& word = words[nibble / 4];
    word = static_cast<std::uint16_t>(word | 0xFu << 4 * (nibble % 4));
    CHECK(settled({.type = RegisterType::bcd64}, {}, words).quality == Quality::absent);
  }
  CHECK(settled({.type = RegisterType::bcd64}, {}, {0x9999, 0x9999, 0x9999, 0x9999}).value == 9999999999999999.0);
}

TEST_CASE("a register of the scale from -10 to 10 is applied, any other leaves no reading") {
  const Register field{.type = RegisterType::s16};
  CHECK(settled(field, {}, {0xF6D7}, 0xFFFE).value == -23.45);
  CHECK(settled(field, {}, {5}, 0xFFF6).value == 5e-10);
  CHECK(settled(field, {}, {5}, 10).value == 5e10);
  for (const std::uint16_t scale : {0x8000, 11, 0xFFF5, 0x7FFF, 0x00FE}) CHECK(settled(field, {}, {5}, scale).quality == Quality::absent);
}

TEST_CASE("a scale from the device and one of the profile are both applied, sentinels before either") {
  const Register field{.type = RegisterType::u16};
  const profile::Conversion conversion{.multiply = 3600, .divide = 10, .offset = 2, .sentinels = {65535}};
  CHECK(settled(field, conversion, {10}, 2).value == 360002);
  CHECK(settled(field, conversion, {0xFFFF}, 2).quality == Quality::absent);
}

TEST_CASE("a signed register is shifted and scaled below zero") {
  const profile::Conversion kelvin{.divide = 10, .offset = -273.15};
  CHECK(settled({.type = RegisterType::s16}, kelvin, {2981}).value == 298.1 - 273.15);
  CHECK(settled({.type = RegisterType::s16}, {.divide = 128}, {0xFF80}).value == -1);
  CHECK(settled({.type = RegisterType::s16}, {.divide = 128, .offset = -40}, {0x8000}).value == -296);
}

TEST_CASE("bits are those of the register, signed or not, in the order of its bytes") {
  const auto bit = [](RegisterType type, const Words& words, unsigned which, ByteOrder bytes = ByteOrder::big) {
    return settled({.type = type, .bytes = bytes}, {.bit = which}, words).value;
  };
  CHECK(bit(RegisterType::u16, {0x8001}, 0) == 1);
  CHECK(bit(RegisterType::u16, {0x8001}, 1) == 0);
  CHECK(bit(RegisterType::s16, {0x8001}, 15) == 1);
  CHECK(bit(RegisterType::s16, {0x8001}, 14) == 0);
  CHECK(bit(RegisterType::u32, {0x8000, 0}, 31) == 1);
  CHECK(bit(RegisterType::u32, {0, 0x0001}, 0) == 1);
  CHECK(bit(RegisterType::u16, {0x0001}, 8, ByteOrder::little) == 1);
}

TEST_CASE("a text ends at its first NUL, and what is no text in it cannot do harm") {
  CHECK(text(Words{0x4142, 0x0043, 0x4445}) == "AB");
  CHECK(text(Words{0x0000, 0x4142}).empty());
  CHECK(text(Words{0x41FF, 0xFE42, 0x0000}).find('\xFF') == std::string::npos);
  CHECK(text(Words{0xC3A9, 0x0000}) == "\xC3\xA9");
  CHECK(text(Words{0x1B5B, 0x324A}).find('\x1B') == std::string::npos);
  CHECK(text(Words{0x4241, 0x4443}, ByteOrder::little) == "ABCD");
}
