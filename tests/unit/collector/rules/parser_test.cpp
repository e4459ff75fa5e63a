#include "collector/rules/parser.hpp"

#include <string>

#include "catch.hpp"
#include "collector/rules/duration.hpp"
#include "collector/rules/function.hpp"
#include "ground/number.hpp"

using namespace holdup;
using namespace holdup::rules;

namespace {

std::string shape(const Expression& expression);

struct Shape {
  const Expression& expression;
  [[nodiscard]] std::string operands() const;
  [[nodiscard]] static std::string view(const View& view) {
    constexpr const char* fixed[] = {"", "@", "@start", "@end"};
    std::string out = fixed[static_cast<int>(view.fixed)];
    if (view.fixed == View::Fixed::at) out += ground::number_text(ground::seconds(view.at.time_since_epoch()));
    return view.offset.count() == 0 ? out : out + "-" + ground::duration_text(view.offset);
  }
  std::string operator()(const NumberLiteral& number) const { return ground::number_text(number.value); }
  std::string operator()(const TextLiteral& text) const { return "'" + text.value + "'"; }
  std::string operator()(const Negation&) const { return "(neg " + shape(expression.operands[0]) + ")"; }
  std::string operator()(const Call& call) const { return std::string{call.function->name} + "(" + operands() + ")"; }
  std::string operator()(const Aggregation& aggregation) const {
    std::string out{name(aggregation.aggregate)};
    out += aggregation.without ? " without" : " by";
    for (const auto& label : aggregation.labels) out += ":" + label;
    return out + "(" + operands() + ")";
  }
  std::string operator()(const Subquery& subquery) const {
    return operands() + "[" + prometheus_duration_text(subquery.range) + ":" + prometheus_duration_text(subquery.step) + "]" +
           view(subquery.view);
  }
  std::string operator()(const Selector& selector) const {
    std::string out = "{";
    for (const auto& matcher : selector.matchers) out += (out.size() > 1 ? "," : "") + matcher.text();
    return out + "}" + (selector.range.count() > 0 ? "[" + prometheus_duration_text(selector.range) + "]" : "") + view(selector.view);
  }
  std::string operator()(const Binary& binary) const {
    constexpr const char* kinds[] = {"", " on", " ignoring"};
    constexpr const char* manies[] = {"", " left", " right"};
    std::string out = "(" + std::string{name(binary.op)} + (binary.as_bool ? " bool" : "") + kinds[static_cast<int>(binary.matching.kind)];
    for (const auto& label : binary.matching.labels) out += ":" + label;
    out += manies[static_cast<int>(binary.matching.many)];
    for (const auto& label : binary.matching.include) out += ":" + label;
    return out + " " + shape(expression.operands[0]) + " " + shape(expression.operands[1]) + ")";
  }
};

std::string Shape::operands() const {
  std::string out;
  for (const auto& operand : expression.operands) out += (out.empty() ? "" : ", ") + shape(operand);
  return out;
}

std::string shape(const Expression& expression) { return std::visit(Shape{expression}, expression.node); }

/// The tree, or the error.
std::string parsed(std::string_view text) {
  const auto result = parse(text);
  if (const auto* error = std::get_if<ExpressionError>(&result)) return error->text();
  return shape(std::get<Expression>(result));
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string repeated(const std::string& text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("operators bind as in Prometheus") {
  CHECK(parsed("1 + 2 * 3") == "(+ 1 (* 2 3))");
  CHECK(parsed("1 - 2 - 3") == "(- (- 1 2) 3)");
  CHECK(parsed("2 ^ 3 ^ 2") == "(^ 2 (^ 3 2))");
  CHECK(parsed("-2 ^ 2") == "(neg (^ 2 2))");
  CHECK(parsed("2 ^ -1 * 3") == "(* (^ 2 (neg 1)) 3)");
  CHECK(parsed("-1 * 3") == "(* (neg 1) 3)");
  CHECK(parsed("+1") == "1");
  CHECK(parsed("(1 + 2) % 3") == "(% (+ 1 2) 3)");
  CHECK(parsed("1 < bool 2 + 1") == "(< bool 1 (+ 2 1))");
  CHECK(parsed("a or b and c unless d") == R"((or {__name__="a"} (unless (and {__name__="b"} {__name__="c"}) {__name__="d"})))");
  CHECK(parsed("a > 1 AND b <= 2") == R"((and (> {__name__="a"} 1) (<= {__name__="b"} 2)))");
  CHECK(parsed("a * on(x, y) b") == R"((* on:x:y {__name__="a"} {__name__="b"}))");
  CHECK(parsed("a == bool ignoring() b") == R"((== bool ignoring {__name__="a"} {__name__="b"}))");
}

TEST_CASE("numbers, durations and texts are read as Go reads them") {
  CHECK(parsed("0x1F") == "31");
  CHECK(parsed("0755") == "493");
  CHECK(parsed("1_000") == "1000");
  CHECK(parsed(".5") == "0.5");
  CHECK(parsed("5.") == "5");
  CHECK(parsed("1e-3") == "0.001");
  CHECK(parsed("1e+3") == "1000");
  CHECK(parsed("-Inf") == "(neg +Inf)");
  CHECK(parsed("nan") == "NaN");
  CHECK(parsed("1h30m") == "5400");
  CHECK(parsed("100ms") == "0.1");
  CHECK(parsed(R"(a{b="\x41\u00e4\n\"'"})") == "{__name__=\"a\",b=\"A\xC3\xA4\n\"'\"}");
  CHECK(parsed("a{b=`\\n`}") == R"({__name__="a",b="\n"})");
  CHECK(parsed("1 # the rest is a comment\n + 2") == "(+ 1 2)");
}

TEST_CASE("selectors take names, all four matchers and a range") {
  CHECK(parsed("a:b{x='1', y!=\"2\", z=~'a|b', w!~\"c.*\",}") == R"({__name__="a:b",x="1",y!="2",z=~"a|b",w!~"c.*"})");
  CHECK(parsed("{__name__=~'.*_failed'}") == R"({__name__=~".*_failed"})");
  CHECK(parsed("{'odd name', 'odd label'='x'}") == R"({__name__="odd name",odd label="x"})");
  CHECK(parsed("sum") == R"({__name__="sum"})");
  CHECK(parsed("max_over_time(a{on='1'}[90s])") == R"(max_over_time({__name__="a",on="1"}[1m30s]))");
  CHECK(parsed("avg_over_time(a[300])") == R"(avg_over_time({__name__="a"}[5m]))");
}

TEST_CASE("functions take operands, aggregations a grouping on either side") {
  CHECK(parsed("rate(a[5m])") == R"(rate({__name__="a"}[5m]))");
  CHECK(parsed("clamp(a, 1, 2)") == R"(clamp({__name__="a"}, 1, 2))");
  CHECK(parsed("pi() + time()") == "(+ pi() time())");
  CHECK(parsed("hour()") == "hour()");
  CHECK(parsed("label_join(a, 'x', '-')") == R"(label_join({__name__="a"}, 'x', '-'))");
  CHECK(parsed("label_join(a, 'x', '-', 'b', 'c')") == R"(label_join({__name__="a"}, 'x', '-', 'b', 'c'))");
  CHECK(parsed("sum(a)") == R"(sum by({__name__="a"}))");
  CHECK(parsed("SUM by (x, y,) (a)") == R"(sum by:x:y({__name__="a"}))");
  CHECK(parsed("topk without() (3, a)") == R"(topk without(3, {__name__="a"}))");
  CHECK(parsed("count_values('v', a) by ('odd label')") == R"(count_values by:odd label('v', {__name__="a"}))");
}

TEST_CASE("views and subqueries follow what they look at, in either order") {
  CHECK(parsed("a offset 5m") == R"({__name__="a"}-5min)");
  CHECK(parsed("a[1m] offset -90s") == R"({__name__="a"}[1m]--90s)");
  CHECK(parsed("a @ 10.5 offset 5m") == R"({__name__="a"}@10.5-5min)");
  CHECK(parsed("a offset 5m @ -10") == R"({__name__="a"}@-10-5min)");
  CHECK(parsed("a @ start()") == R"({__name__="a"}@start)");
  CHECK(parsed("rate(a[5m] @ end())") == R"(rate({__name__="a"}[5m]@end))");
  CHECK(parsed("max_over_time(rate(a[1m])[5m:30s] offset 1h)") == R"(max_over_time(rate({__name__="a"}[1m])[5m:30s]-1h))");
  CHECK(parsed("min_over_time((a + b)[5m:])") == R"(min_over_time((+ {__name__="a"} {__name__="b"})[5m:0s]))");
}

TEST_CASE("one side may have many partners") {
  CHECK(parsed("a * on(x) group_left(y, z) b") == R"((* on:x left:y:z {__name__="a"} {__name__="b"}))");
  CHECK(parsed("a * ignoring(x) group_right b") == R"((* ignoring:x right {__name__="a"} {__name__="b"}))");
  CHECK(parsed("a atan2 b") == R"((atan2 {__name__="a"} {__name__="b"}))");
  CHECK(parsed("a and on(x) group_left b") == "no grouping goes with 'and' (line 1, column 3)");
  CHECK(parsed("a * on(x) group_left(x) b") == "label 'x' stands in 'on' and in the group modifier (line 1, column 3)");
}

TEST_CASE("what is not built is refused by name with its place") {
  CHECK(parsed("1 + limitk(1, a)") == "not supported: limitk (line 1, column 5)");
  CHECK(parsed("a\n  > histogram_sum(b)") == "not supported: histogram_sum (line 2, column 5)");
  CHECK(parsed("holt_winters(a[5m], 0.1, 0.2)") == "not supported: holt_winters (line 1, column 1)");
  CHECK(parsed("info(a)") == "not supported: info (line 1, column 1)");
  CHECK(parsed("a * on(x) fill(0) b") == "not supported: fill (line 1, column 11)");
  CHECK(parsed("a[5m] anchored") == "not supported: anchored (line 1, column 7)");
  CHECK(parsed("rate(a[5m+1m])") == "not supported: duration expressions (line 1, column 8)");
  CHECK(parsed("rate(a[step()])") == "not supported: duration expressions (line 1, column 8)");
  CHECK(parsed("a offset (5m)") == "not supported: duration expressions (line 1, column 10)");
  CHECK(parsed("maxx_over_time(a[5m])") == "unknown function 'maxx_over_time', did you mean 'max_over_time'? (line 1, column 1)");
}

TEST_CASE("what breaks the grammar is told where") {
  CHECK(parsed("") == "the expression is empty (line 1, column 1)");
  CHECK(parsed("(a") == "')' is expected, not the end (line 1, column 3)");
  CHECK(parsed("a b") == "an operator or the end is expected, not 'b' (line 1, column 3)");
  CHECK(parsed("a +") == "a number, a metric name or '(' is expected, not the end (line 1, column 4)");
  CHECK(parsed("a{b}") == "=, !=, =~ or !~ is expected, not '}' (line 1, column 4)");
  CHECK(parsed("a{b=1}") == "a quoted text is expected, not '1' (line 1, column 5)");
  CHECK(parsed("a{'b") == "a quoted text has no end (line 1, column 3)");
  CHECK(parsed("a{b='\\q'}") == "unknown escape sequence in a quoted text (line 1, column 5)");
  CHECK(parsed("a $ b") == "unexpected character '$' (line 1, column 3)");
  CHECK(parsed("12abc") == "'12abc' is neither a number nor a duration (line 1, column 1)");
  CHECK(parsed("5m1h") == "'5m1h' is neither a number nor a duration (line 1, column 1)");
  CHECK(parsed("a[x]") == "a range such as 5m is expected, not 'x' (line 1, column 3)");
  CHECK(parsed("a[0s]") == "a range is longer than 0 and at most 100 years (line 1, column 3)");
  CHECK(parsed("(a)[5m]") == "a range follows a selector only (line 1, column 4)");
  CHECK(parsed("a{__name__='b'}") == "the metric's name is given twice (line 1, column 12)");
  CHECK(parsed("a + on(1) b") == "a label name is expected (line 1, column 8)");
  CHECK(parsed("max_over_time(a[5m], 2)") == "max_over_time takes 1 argument (line 1, column 1)");
}

TEST_CASE("types are checked") {
  CHECK(parsed("1 < 2") == "comparing two scalars needs 'bool' after '<' (line 1, column 3)");
  CHECK(parsed("a + bool b") == "'bool' stands after a comparison only, not after '+' (line 1, column 3)");
  CHECK(parsed("a and 1") == "'and' takes two instant vectors (line 1, column 3)");
  CHECK(parsed("a + on(x) 1") == "'on' and 'ignoring' match two instant vectors only (line 1, column 3)");
  CHECK(parsed("a[5m] + 1") == "'+' does not take a range vector (line 1, column 7)");
  CHECK(parsed("'x' + 1") == "'+' does not take a string (line 1, column 5)");
  CHECK(parsed("-'x'") == "a sign stands before a scalar or an instant vector, not a string (line 1, column 1)");
  CHECK(parsed("max_over_time(a)") == "max_over_time takes a range vector, not an instant vector (line 1, column 1)");
  CHECK(parsed("rate(a)") == "rate takes a range vector, not an instant vector (line 1, column 1)");
  CHECK(parsed("clamp(a, 1)") == "clamp takes 3 arguments (line 1, column 1)");
  CHECK(parsed("round(a, 1, 2)") == "round takes at most 2 arguments (line 1, column 1)");
  CHECK(parsed("clamp_min(a, b)") == "clamp_min takes a scalar as argument 2, not an instant vector (line 1, column 1)");
  CHECK(parsed("sum(1)") == "sum takes an instant vector, not a scalar (line 1, column 1)");
  CHECK(parsed("topk(a)") == "topk takes 2 arguments (line 1, column 1)");
  CHECK(parsed("count_values(1, a)") == "count_values takes a string as argument 1, not a scalar (line 1, column 1)");
  CHECK(parsed("1[5m:1m]") == "a subquery is of an instant vector, not a scalar (line 1, column 1)");
  CHECK(parsed("sum(a) offset 5m") == "'offset' follows a selector or a subquery only (line 1, column 8)");
  CHECK(parsed("a offset 5m offset 5m") == "'offset' stands twice (line 1, column 13)");
  CHECK(parsed("{x!='1'}") == "a selector needs at least one matcher that does not match the empty text (line 1, column 1)");
  CHECK(parsed("{}") == "a selector needs at least one matcher that does not match the empty text (line 1, column 1)");
}

TEST_CASE("depth, length and regular expressions have bounds") {
  CHECK(parsed(repeated("(", 50) + "1" + repeated(")", 50)) == "1");
  CHECK(holds(parsed(repeated("(", 5000) + "1" + repeated(")", 5000)), "nested more than 100 deep"));
  CHECK(holds(parsed(repeated("-", 5000) + "1"), "nested more than 100 deep"));
  CHECK(holds(parsed("1" + repeated("^1", 5000)), "nested more than 100 deep"));
  CHECK(holds(parsed("1" + repeated("+1", 5000)), "more than 500 operators in a row"));
  CHECK(holds(parsed(std::string(70'000, ' ') + "1"), "longer than 64 KiB"));
  CHECK(holds(parsed("a{b=~'(x'}"), "bad regular expression"));
  CHECK(holds(parsed("a{b=~'((x{100}){100}){100}'}"), "bad regular expression"));
  CHECK(holds(parsed("a{b=~'" + std::string(5000, 'x') + "'}"), "longer than 4096 bytes"));
}

TEST_CASE("a Prometheus duration reads back") {
  for (const char* text : {"0s", "100ms", "1m30s", "1h30m", "1d", "2w", "1y"})
    CHECK(prometheus_duration_text(parse_prometheus_duration(text).value()) == text);
  for (const char* text : {"", "5", "5min", "-5m", "1.5h", "1m1h", "1s1s", "101y", "99999999999999999999s"})
    CHECK_FALSE(parse_prometheus_duration(text).has_value());
}
