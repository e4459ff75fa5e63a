#include "collector/rules/evaluate.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "collector/rules/evaluator.hpp"
#include "collector/rules/parser.hpp"
#include "ground/number.hpp"

using namespace holdup;
using namespace holdup::rules;

namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

/// Series with one value each, of now.
class Fixed : public Source {
 public:
  void add(std::vector<Label> labels, double value) { series_.push_back({Labels{std::move(labels)}, {{}, value}}); }

  std::vector<SeriesView> select(const Selector& selector, ground::Instant, ground::Instant) override {
    std::vector<SeriesView> out;
    for (const auto& [labels, point] : series_)
      if (selects(selector.matchers, labels)) out.push_back({&labels, {&point, 1}});
    return out;
  }

 private:
  std::vector<std::pair<Labels, Point>> series_;
};

std::string text(const Evaluation& evaluation) {
  if (evaluation.error) return evaluation.error->text();
  if (const auto* number = std::get_if<double>(&evaluation.value)) return ground::number_text(*number);
  std::string out;
  for (const auto& element : std::get<Vector>(evaluation.value)) {
    auto labels = *element.labels;
    if (!element.named) labels.set(metric_name, "");
    out += (out.empty() ? "" : " ") + labels.text() + "=" + ground::number_text(element.value);
  }
  return out;
}

std::string result(std::string_view expression, Source& source) {
  const auto parsed = parse(expression);
  REQUIRE(std::holds_alternative<Expression>(parsed));
  return text(evaluate(std::get<Expression>(parsed), {}, source));
}

Fixed rack() {
  Fixed out;
  out.add({{"__name__", "a"}, {"x", "1"}}, 10);
  out.add({{"__name__", "a"}, {"x", "2"}}, 20);
  out.add({{"__name__", "a"}}, 30);
  out.add({{"__name__", "b"}, {"x", "1"}}, 4);
  out.add({{"__name__", "b"}, {"x", "2"}}, 0);
  out.add({{"__name__", "n"}, {"x", "1"}}, nan_value);
  out.add({{"__name__", "p"}, {"x", "1"}, {"y", "k"}}, 7);
  return out;
}

}  // namespace

TEST_CASE("scalars follow IEEE 754") {
  Fixed none;
  CHECK(result("2 ^ 10 - 24", none) == "1000");
  CHECK(result("7 % 4", none) == "3");
  CHECK(result("-7 % 4", none) == "-3");
  CHECK(result("1 / 0", none) == "+Inf");
  CHECK(result("-1 / 0", none) == "-Inf");
  CHECK(result("0 / 0", none) == "NaN");
  CHECK(result("1 % 0", none) == "NaN");
  CHECK(result("1 < bool 2", none) == "1");
  CHECK(result("NaN == bool NaN", none) == "0");
  CHECK(result("NaN != bool NaN", none) == "1");
}

TEST_CASE("matchers select, a missing label being an empty one") {
  auto source = rack();
  CHECK(result("a", source) == R"(a{x="1"}=10 a{x="2"}=20 a=30)");
  CHECK(result("a{x='1'}", source) == R"(a{x="1"}=10)");
  CHECK(result("a{x!='1'}", source) == R"(a{x="2"}=20 a=30)");
  CHECK(result("a{x=''}", source) == "a=30");
  CHECK(result("a{x!=''}", source) == R"(a{x="1"}=10 a{x="2"}=20)");
  CHECK(result("a{x=~'1|2'}", source) == R"(a{x="1"}=10 a{x="2"}=20)");
  CHECK(result("a{x=~'.*'}", source) == R"(a{x="1"}=10 a{x="2"}=20 a=30)");
  CHECK(result("a{x!~'1'}", source) == R"(a{x="2"}=20 a=30)");
  CHECK(result("a{no_such=''}", source) == R"(a{x="1"}=10 a{x="2"}=20 a=30)");
  CHECK(result("{__name__=~'b|p',x='1'}", source) == R"(b{x="1"}=4 p{x="1",y="k"}=7)");
}

TEST_CASE("regular expressions match the whole value") {
  Fixed source;
  source.add({{"__name__", "a"}, {"x", "fan1\nfan2"}}, 1);
  CHECK(result("a{x=~'fan'}", source).empty());
  CHECK(result("a{x=~'fan.*'}", source).size() > 0);
  CHECK(result("a{x=~'fan|other'}", source).empty());
}

TEST_CASE("a comparison filters and keeps the name, arithmetic and bool drop it") {
  auto source = rack();
  CHECK(result("a > 15", source) == R"(a{x="2"}=20 a=30)");
  CHECK(result("15 > a", source) == R"(a{x="1"}=10)");
  CHECK(result("a > bool 15", source) == R"({x="1"}=0 {x="2"}=1 {}=1)");
  CHECK(result("a * 2", source) == R"({x="1"}=20 {x="2"}=40 {}=60)");
  CHECK(result("-a{x='1'}", source) == R"({x="1"}=-10)");
  CHECK(result("n == n", source).empty());
  CHECK(result("n != n", source) == R"(n{x="1"}=NaN)");
  CHECK(result("n > 0 or n <= 0", source).empty());
}

TEST_CASE("two vectors match one to one on all labels") {
  auto source = rack();
  CHECK(result("a / b", source) == R"({x="1"}=2.5 {x="2"}=+Inf)");
  CHECK(result("a > b", source) == R"(a{x="1"}=10 a{x="2"}=20)");
  CHECK(result("a < bool b", source) == R"({x="1"}=0 {x="2"}=0)");
  CHECK(result("a + p", source).empty());
  CHECK(result("a + on(x) p", source) == R"({x="1"}=17)");
  CHECK(result("p - ignoring(y) a", source) == R"({x="1"}=-3)");
  CHECK(result("p < ignoring(y) a", source) == R"(p{x="1"}=7)");
  CHECK(result("p < on(x) a", source) == R"({x="1"}=7)");
}

TEST_CASE("two partners for one element are an error, not a choice") {
  auto source = rack();
  CHECK(
      result("p + on() a", source) ==
      R"(found duplicate series for the match group {} on the right hand-side of the operation: [{__name__="a", x="1"}, {__name__="a", x="2"}];many-to-many matching not allowed: matching labels must be unique on one side (line 1, column 3))");
  CHECK(result("a + on() p", source) ==
        "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right) (line 1, column 3)");
  CHECK(result("{__name__=~'a|b'} * 2", source) == "vector cannot contain metrics with the same labelset (line 1, column 19)");
  CHECK(result("a{x='1'} > on() p", source) == "{}=10");
}

TEST_CASE("and, or and unless work on label sets") {
  auto source = rack();
  CHECK(result("a and b", source) == R"(a{x="1"}=10 a{x="2"}=20)");
  CHECK(result("a unless b", source) == "a=30");
  CHECK(result("b or a", source) == R"(b{x="1"}=4 b{x="2"}=0 a=30)");
  CHECK(result("a and on(x) p", source) == R"(a{x="1"}=10)");
  CHECK(result("p unless ignoring(y) b", source).empty());
  CHECK(result("a > 15 and b == 0", source) == R"(a{x="2"}=20)");
}

TEST_CASE("a name that was dropped is no label to copy from") {
  auto source = rack();
  CHECK(result("label_replace(p, 'was', '$1', '__name__', '(.*)')", source) == R"(p{was="p",x="1",y="k"}=7)");
  CHECK(result("label_replace(p * 1, 'was', '<$1>', '__name__', '(.*)')", source) == R"({was="<>",x="1",y="k"}=7)");
  CHECK(result("label_join(-p, 'was', '-', '__name__', 'y')", source) == R"({was="-k",x="1",y="k"}=-7)");
}

TEST_CASE("keys of different labels never fall together") {
  const Labels one{{{"a", "1"}, {"b", "2"}}};
  const Labels other{{{"a", "11:b1:2"}}};
  CHECK(key_of({.labels = &one}, true) != key_of({.labels = &other}, true));
}
