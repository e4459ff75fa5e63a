#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "collector/rules/labels.hpp"
#include "collector/rules/matcher.hpp"
#include "ground/instant.hpp"

// An expression as a tree of values: what the parser makes, the type check judges and the evaluator walks. Copyable, so that a rule set is
// a value that may travel in a message.
namespace holdup::rules {

struct Function;

/// Where something stands in an expression's text, both 1-based; columns count bytes.
struct Position {
  int line = 1;
  int column = 1;
};

struct ExpressionError {
  Position at;
  std::string what;
  /// "what (line 1, column 5)"
  [[nodiscard]] std::string text() const;
};

enum class Type : std::uint8_t { scalar, text, instant_vector, range_vector };
[[nodiscard]] std::string_view name(Type type);

enum class Operator : std::uint8_t {
  power,
  multiply,
  divide,
  modulo,
  arc_tangent,
  add,
  subtract,
  equal,
  not_equal,
  less,
  greater,
  less_equal,
  greater_equal,
  set_and,
  set_unless,
  set_or,
};
[[nodiscard]] std::string_view name(Operator op);
[[nodiscard]] bool is_comparison(Operator op);
[[nodiscard]] bool is_set_operator(Operator op);

enum class Aggregate : std::uint8_t { sum, avg, min, max, count, group, stddev, stdvar, topk, bottomk, quantile, count_values };
[[nodiscard]] std::string_view name(Aggregate aggregate);
/// topk, bottomk, quantile and count_values take one before the vector.
[[nodiscard]] bool takes_parameter(Aggregate aggregate);

/// Which labels two sides are matched on, and which side may have several elements to one of the other.
struct Matching {
  enum class Kind : std::uint8_t { all, on, ignoring };
  enum class Many : std::uint8_t { neither, left, right };
  Kind kind = Kind::all;
  Many many = Many::neither;         // left: group_left
  std::vector<std::string> labels;   // of `on` or `ignoring`
  std::vector<std::string> include;  // of group_left or group_right: taken from the one side
};

/// When a selector or a subquery looks, as against the evaluation.
struct View {
  enum class Fixed : std::uint8_t { no, at, start, end };
  Fixed fixed = Fixed::no;    // by `@`
  ground::Instant at{};       // of Fixed::at, since 1970
  ground::Duration offset{};  // back; less than zero: ahead
};

struct NumberLiteral {
  double value = 0;
};
struct TextLiteral {
  std::string value;
};
/// metric{matchers} or, with a range, metric{matchers}[range]: samples in (T - range, T].
struct Selector {
  std::vector<Matcher> matchers;
  ground::Duration range{};  // 0: an instant selector
  View view;
  std::size_t slot = 0;  // counted from 0 within one expression, left to right
};
/// operand[range:step]: its results at the multiples of `step` in (T - range, T].
struct Subquery {
  ground::Duration range{};
  ground::Duration step{};  // 0: the evaluation's own
  View view;
};
/// A function over its operands.
struct Call {
  const Function* function = nullptr;
};
/// The last operand is the vector, the one before it the parameter.
struct Aggregation {
  Aggregate aggregate = Aggregate::sum;
  bool without = false;
  std::vector<std::string> labels;
};
struct Negation {};
struct Binary {
  Operator op = Operator::add;
  bool as_bool = false;  // the `bool` modifier
  Matching matching;
};

struct Expression {
  using Node = std::variant<NumberLiteral, TextLiteral, Selector, Subquery, Call, Aggregation, Negation, Binary>;
  Node node;
  Position at;
  Type type = Type::scalar;  // set by the type check
  int height = 1;
  std::vector<Expression> operands;
};

/// A selector, and how much further back than itself it is asked: the subqueries around it, and their offsets.
struct Leaf {
  const Selector* selector = nullptr;
  ground::Duration behind{};
  const Expression* held = nullptr;  // the subquery around it whose steps may be held, the outermost
  ground::Duration within{};         // the same as `behind` for one step of that
};
/// Leaves by slot.
[[nodiscard]] std::vector<Leaf> leaves(const Expression& expression);
/// The outermost subqueries, left to right: each step of theirs stays what it was, so that it need not be evaluated again. Those that look
/// ahead, or at a time of their own, are none of them.
[[nodiscard]] std::vector<const Expression*> held_subqueries(const Expression& expression);
/// So far back samples are asked for one by one, at an evaluation or at the newest step of its held subqueries; 0: the newest is enough.
[[nodiscard]] ground::Duration reach_of(const Leaf& leaf, ground::Duration lookback);

}  // namespace holdup::rules
