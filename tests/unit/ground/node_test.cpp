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
