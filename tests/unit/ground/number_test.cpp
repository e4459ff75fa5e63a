#include "ground/number.hpp"

#include <limits>

#include "catch.hpp"

using namespace holdup::ground;

TEST_CASE("numbers read exactly and print shortest") {
  CHECK(parse_number("4.9") == 4.9);
  CHECK(parse_number("+1e3") == 1000);
  for (const char* text : {"", "0x10", "1 ", " 1", "inf", "nan", "1_000", "1,5"}) {
    INFO(text);
    CHECK(!parse_number(text));
  }
  CHECK(number_text(4.9) == "4.9");
  CHECK(number_text(230) == "230");
  CHECK(number_text(12645000000.) == "12645000000");
  CHECK(number_text(-0.1) == "-0.1");
  CHECK(number_text(std::numeric_limits<double>::infinity()) == "+Inf");
  CHECK(parse_number(number_text(1e300)) == 1e300);
}

TEST_CASE("sizes carry their unit") {
  CHECK(parse_size("20GiB") == 20LL << 30);
  CHECK(parse_size("1.5kB") == 1500);
  CHECK(!parse_size("20"));
  CHECK(!parse_size("GiB"));
  CHECK(!parse_size("1.2.3MiB"));
}
