#include "drivers/profile/conversion.hpp"

#include <limits>

#include "catch.hpp"

using namespace holdup::profile;
using holdup::ground::Quality;

TEST_CASE("a raw number is scaled exactly into the base unit") {
  CHECK(convert({.divide = 10}, 49).value == 4.9);
  CHECK(convert({.divide = 10}, 3).value == 0.3);
  CHECK(convert({.multiply = 10}, 114).value == 1140);
  CHECK(convert({.multiply = 5, .divide = 9, .offset = -160.0 / 9}, 212).value == Approx(100));
}

TEST_CASE("the device's own power of ten comes before the profile's scale, and behind the sentinels") {
  CHECK(convert({}, 3218, -3).value == 3.218);
  CHECK(convert({.multiply = 3600}, 12, 2).value == 4320000);
  CHECK(convert({.sentinels = {-32768}}, -32768, -2).quality == Quality::absent);
  CHECK(convert({.highest = 10}, 11, -1).quality == Quality::good);
  CHECK(convert({.highest = 10}, 11, 0).quality == Quality::out_of_range);
}

TEST_CASE("some bits of a number are a number of their own") {
  CHECK(convert({.mask = 0x30}, 0x2F).value == 2);
  CHECK(convert({.mask = 0xF0000000}, 4294967295.0).value == 15);
  CHECK(convert({.mask = 0x3}, -1).value == 3);
}

TEST_CASE("a power factor is told plainly, however it is written") {
  const Conversion percent{.form = RatioForm::percent_or_ratio};
  CHECK(convert(percent, -9987, -2).value == Approx(-0.9987));
  CHECK(convert(percent, -7582, -4).value == Approx(-0.7582));
  CHECK(convert(percent, 1).value == 1);
  const Conversion quadrants{.form = RatioForm::four_quadrants};
  CHECK(convert(quadrants, 1.25).value == 0.75);
  CHECK(convert(quadrants, -1.25).value == -0.75);
  CHECK(convert(quadrants, -0.5).value == -0.5);
}

TEST_CASE("a sentinel is no reading, and never zero") {
  CHECK(convert({.sentinels = {65535, -1}}, 65535).quality == Quality::absent);
  CHECK(convert({.sentinels = {65535, -1}}, -1).quality == Quality::absent);
  CHECK(convert({.sentinels = {65535, -1}}, 0).quality == Quality::good);
  CHECK(convert({}, std::numeric_limits<double>::quiet_NaN()).quality == Quality::absent);
  CHECK(convert({}, std::numeric_limits<double>::infinity()).quality == Quality::absent);
}

TEST_CASE("a value outside the declared range says so and is kept") {
  const Conversion charge{.divide = 100, .lowest = 0, .highest = 1};
  CHECK(convert(charge, 100).quality == Quality::good);
  CHECK(convert(charge, 101).quality == Quality::out_of_range);
  CHECK(convert(charge, 101).value == 1.01);
  CHECK(convert(charge, -1).quality == Quality::out_of_range);
}

TEST_CASE("a code answers yes, no, or nothing") {
  const Conversion on{.yes = {7}, .no = {8, 9}};
  CHECK(convert(on, 7).value == 1);
  CHECK(convert(on, 9).value == 0);
  CHECK(convert(on, 9).quality == Quality::good);
  CHECK(convert(on, 4).quality == Quality::absent);
}

TEST_CASE("a bit is taken out of a register") {
  CHECK(convert({.bit = 3}, 0b1000).value == 1);
  CHECK(convert({.bit = 3}, 0b0111).value == 0);
  CHECK(convert({.bit = 31}, 2147483648.0).value == 1);
  CHECK(convert({.bit = 0}, -1).value == 1);  // of a signed one as it is written
  CHECK(convert({.bit = 0}, -2).value == 0);
  CHECK(convert({.bit = 15}, -32768).value == 1);
}

TEST_CASE("a text gives its number, or the code of the state that it names") {
  CHECK(raw_number({}, " 49.9 ") == 49.9);
  CHECK(raw_number({}, "\"+12\"") == 12);
  CHECK_FALSE(raw_number({}, "70 F"));
  const Conversion fahrenheit{.extract = *holdup::ground::Pattern::compile("([-0-9.]+) *F")};
  CHECK(raw_number(fahrenheit, "70 F") == 70);
  CHECK_FALSE(raw_number(fahrenheit, "21 C"));
  using holdup::reading::StateTable;
  const Conversion wet{.words = std::make_shared<const StateTable>(StateTable{{1, "Wet", {}}, {2, "dry", {}}})};
  CHECK(raw_number(wet, "DRY") == 2);
  CHECK(raw_number(wet, "1") == 1);
  CHECK_FALSE(raw_number(wet, "damp"));
}

TEST_CASE("conversions are alike only where they make the same of every number") {
  const Conversion plain{.divide = 10};
  CHECK(converts_alike(plain, {.divide = 10}));
  CHECK_FALSE(converts_alike(plain, {.divide = 100}));
  CHECK_FALSE(converts_alike(plain, {.divide = 10, .sentinels = {-1}}));
  CHECK_FALSE(converts_alike(plain, {.divide = 10, .form = RatioForm::percent_or_ratio}));
  CHECK_FALSE(converts_alike(plain, {.divide = 10, .mask = 0x0F}));
  CHECK_FALSE(converts_alike(plain, {.divide = 10, .yes = {1}, .no = {0}}));
}

TEST_CASE("a linear conversion makes of every number what the general one makes of it") {
  using holdup::profile::linear;
  const std::vector<Conversion> all{{},
                                    {.divide = 10},
                                    {.multiply = 3.6e6},
                                    {.multiply = 1, .divide = 1.8, .offset = -32 / 1.8},
                                    {.multiply = 1e308},
                                    {.sentinels = {65535}},
                                    {.divide = 10, .sentinels = {-1}, .lowest = -40, .highest = 85}};
  for (const Conversion& conversion : all) {
    const auto fast = linear(conversion);
    REQUIRE(fast);
    for (const double raw : {-32768.0, -400.0, -1.0, 0.0, 7.0, 850.0, 851.0, 65535.0}) {
      CAPTURE(raw, conversion.divide, conversion.multiply);
      const auto general = convert(conversion, raw);
      CHECK(fast->convert(raw).quality == general.quality);
      CHECK(fast->convert(raw).value == general.value);
    }
  }
  CHECK_FALSE(linear({.bit = 3}));
  CHECK_FALSE(linear({.mask = 0x0F}));
  CHECK_FALSE(linear({.yes = {1}}));
  CHECK_FALSE(linear({.form = RatioForm::percent_or_ratio}));
  CHECK_FALSE(linear({.sentinels = {1, 2}}));
}
