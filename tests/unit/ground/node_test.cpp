#include "ground/yaml/node.hpp"

#include "catch.hpp"

using namespace holdup::ground;

namespace {

std::string refusal(std::string_view text) {
  Problems problems;
  (void)yaml::parse(text, "f.yaml", problems);
  return problems.all().empty() ? "" : problems.all().front().text();
}

}  // namespace

TEST_CASE("YAML is read with its lines, scalars stay text") {
  Problems problems;
  const auto root = yaml::parse("a: no\nb:\n  - 010\n  - {c: '~', d: ~}\n", "f.yaml", problems);
  REQUIRE(problems.ok());
  CHECK(root.find("a")->text == "no");
  CHECK(root.find("b")->items[0].text == "010");
  CHECK(root.find("b")->items[1].find("c")->is_scalar());
  CHECK(root.find("b")->items[1].find("d")->kind == yaml::Node::Kind::null);
  CHECK(root.find("b")->items[1].line == 4);
}

TEST_CASE("YAML that hides things is refused with its line") {
  CHECK(refusal("a: &x 1\nb: *x\n").starts_with("f.yaml:1: an anchor"));
  CHECK(refusal("a: 1\nb: 2\na: 3\n") == "f.yaml:3: the key 'a' stands twice; keep one");
  CHECK(refusal("a: !!binary xx\n").starts_with("f.yaml:1: the tag"));
  CHECK(refusal("a: 1\n---\nb: 2\n").find("a second document") != std::string::npos);
  CHECK(refusal("a: [1, 2\n").starts_with("f.yaml:"));
  CHECK(refusal("? [a]\n: 1\n").find("plain word") != std::string::npos);
  CHECK(refusal(std::string(40, '[') + std::string(40, ']')).find("deeper than 32") != std::string::npos);
  CHECK(refusal(std::string((1 << 20) + 1, ' ')).find("1 MiB") != std::string::npos);
  CHECK(refusal(std::string("a: \0b", 5)).find("NUL") != std::string::npos);
  std::string many;
  for (int i = 0; i < 100'001; ++i) many += "- 1\n";
  CHECK(refusal(many).find("100,000 nodes") != std::string::npos);
}

TEST_CASE("YAML bombs and circles are refused at their first anchor") {
  std::string bomb = "a: &a [x, x]\n";
  for (char key = 'b'; key <= 'z'; ++key) bomb += std::string{key} + ": &" + key + " [*" + char(key - 1) + ", *" + char(key - 1) + "]\n";
  CHECK(refusal(bomb).starts_with("f.yaml:1: an anchor"));
  CHECK(refusal("a: &a [*a]\n").starts_with("f.yaml:1: an anchor"));
  CHECK(refusal("<<: *a\n").starts_with("f.yaml:1: "));
}

TEST_CASE("YAML nested half a million deep is refused, as sequence, as map and by indentation") {
  for (const char* level : {"[", "{a: ", "- ", "? "}) {
    std::string deep;
    while (deep.size() < 500'000) deep += level;
    INFO(level);
    CHECK(!refusal(deep).empty());
  }
}

TEST_CASE("no, octals, underscores and times stay the text that they are") {
  Problems problems;
  const auto root = yaml::parse("[no, 010, 1_000, 0x1F, 1:30, yes, .inf]\n", "f.yaml", problems);
  REQUIRE(problems.ok());
  std::string all;
  for (const auto& item : root.items) all += item.text + " ";
  CHECK(all == "no 010 1_000 0x1F 1:30 yes .inf ");
}

TEST_CASE("a tab that indents is refused with its line, a byte order mark is passed over, UTF-16 is refused") {
  CHECK(refusal("a:\n\tb: 1\n").starts_with("f.yaml:2: no YAML"));
  Problems problems;
  const auto root = yaml::parse(
      "\xEF\xBB\xBF"
      "a: 1\n",
      "f.yaml", problems);
  CHECK(problems.ok());
  CHECK(root.find("a") != nullptr);
  CHECK(refusal(std::string("\xFF\xFE"
                            "a\0:\0 \0"
                            "1\0\n\0",
                            12))
            .find("NUL") != std::string::npos);
}

TEST_CASE("what cannot be shown is refused in YAML, written or escaped") {
  for (const char* text :
       {"a: \"\\x1b]0;x\\a\"\n", "a: \"\\u202e\"\n", "\"\\e[2J\": 1\n", "a: \x9b\n", "a: \xff\xfe\n", "a: |\n  \x1b[2J\n"}) {
    INFO(text);
    CHECK(!refusal(text).empty());
  }
  CHECK(refusal("a: \"one\\ntwo\\tthree \xC3\xA9\"\n").empty());
}
