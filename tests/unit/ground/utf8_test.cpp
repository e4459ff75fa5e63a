#include "ground/utf8.hpp"

#include "catch.hpp"

using namespace holdup::ground;

TEST_CASE("malformed UTF-8 has no length") {
  CHECK(utf8_length("a") == 1);
  CHECK(utf8_length("\xc3\xa9") == 2);
  CHECK(utf8_length("\xe2\x82\xac") == 3);
  CHECK(utf8_length("\xf0\x9f\x94\x8c") == 4);
  for (const char* text : {"\x80", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3", "\xff"})
    CHECK(utf8_length(text) == 0);
}

TEST_CASE("nothing printable moves a cursor or turns a line round") {
  CHECK(printable("PDU\x1b[2J") == "PDU\xEF\xBF\xBD[2J");
  CHECK(printable("a\xe2\x80\xae"
                  "b") ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(printable("\xc2\x9b"
                  "31m") ==
        "\xEF\xBF\xBD"
        "31m");
  CHECK(printable("Phase L\xc3\xa9") == "Phase L\xc3\xa9");
}

TEST_CASE("every control character and every override of direction is unprintable") {
  for (int code = 0; code < 0x20; ++code) CHECK(!is_printable(std::string(1, static_cast<char>(code))));
  for (const char* text : {"\x7f", "\xc2\x80", "\xc2\x9f", "\xe2\x80\x8e", "\xe2\x80\x8f", "\xd8\x9c", "\xe2\x80\xa8", "\xe2\x80\xa9",
                           "\xe2\x80\xaa", "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa9"})
    CHECK(!is_printable(text));
  for (const char* text : {" ", "~", "\xc2\xa0", "\xe2\x80\xa7", "\xe2\x81\xa5", "\xf0\x9f\x94\x8c"}) CHECK(is_printable(text));
}
