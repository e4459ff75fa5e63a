#include "ground/element.hpp"

#include "catch.hpp"

using holdup::ground::Element;

TEST_CASE("element names of the rack are read") {
  for (const char* text : {"feed/A", "ats/t1", "pdu-a", "pdu-a/bank/1", "pdu-a/outlet/3", "cab1", "cab1/psu1", "device/pdu-a", "self"}) {
    INFO(text);
    const auto element = Element::parse(text);
    REQUIRE(element);
    CHECK(element->text() == text);
  }
  CHECK(Element::feed("A").is("feed"));
  CHECK(Element::feed("A").rest() == "A");
  CHECK(!Element::named("feed").is("feed"));
}

TEST_CASE("what is no element name is refused") {
  for (const char* text : {"", "/", "a/", "/a", "a//b", "a b", "a/b/c/d", "a\n", "\x1b[31m"}) {
    INFO(text);
    CHECK(!Element::parse(text));
  }
}
