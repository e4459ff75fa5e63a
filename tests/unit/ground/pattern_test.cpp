#include "ground/pattern/pattern.hpp"

#include "catch.hpp"

using holdup::ground::Pattern;

TEST_CASE("a regular expression that would grow beyond all bounds is refused") {
  CHECK(!Pattern::compile("((((a{1,99}){1,99}){1,99}){1,99})"));
  CHECK(!Pattern::compile(std::string(4097, 'a')));
  CHECK(!Pattern::compile("("));
  CHECK(!Pattern::compile("\xff["));
}

TEST_CASE("a regular expression made to run away takes no longer than another") {
  const std::string text = std::string(64 * 1024, 'a') + "!";
  for (const char* expression : {"(a+)+$", "(a|aa)+$", "(.*)*x", "(a*)*b"}) {
    const auto pattern = Pattern::compile(expression);
    REQUIRE(pattern);
    CHECK(!pattern->matches(text));
  }
}

TEST_CASE("a text that is no UTF-8 neither fits nor harms") {
  const auto pattern = Pattern::compile("(.)b");
  REQUIRE(pattern);
  (void)pattern->extract(
      "\xff\xfe\x80"
      "b");
  CHECK(pattern->extract(std::string("\0b", 2)) == std::string(1, '\0'));
}

TEST_CASE("every fit is replaced, as Go replaces") {
  const auto replaced = [](const std::string& pattern, std::string_view text, std::string_view form) {
    const auto made = Pattern::compile(pattern);
    REQUIRE(made);
    return made->replaced(text, form, 1000);
  };
  CHECK(replaced("a(.)", "abac-a", "<$1>") == "<b><c>-a");
  CHECK(replaced("(?P<x>b)", "abc", "${x}${x}$$") == "abb$c");
  CHECK(replaced("x*", "abxc", "-") == "-a-b-c-");
  CHECK(replaced("", "é", ".") == ".é.");
  CHECK(replaced("z", "abc", "-") == "abc");
  CHECK(Pattern::compile("a")->replaced("aaaaaaaaaa", "bbbb", 8) == "bbbbbbbbbbbbaaaaaaa");
}
