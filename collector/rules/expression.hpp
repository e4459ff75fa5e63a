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

enum class WindowKind : std::uint8_t { average, minimum, maximum };
/// "avg_over_time"
[[nodiscard]] std::string_view name(WindowKind kind);

/// Which labels two sides are matched on.
struct Matching {
  enum class Kind : std::uint8_t { all, on, ignoring };
  Kind kind = Kind::all;
  std::vector<std::string> labels;
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
  std::size_t slot = 0;      // counted from 0 within one expression, left to right
};
/// A function over its operand, a range selector.
struct WindowCall {
  WindowKind kind = WindowKind::average;
};
struct Negation {};
struct Binary {
  Operator op = Operator::add;
  bool as_bool = false;  // the `bool` modifier
  Matching matching;
};

struct Expression {
  using Node = std::variant<NumberLiteral, TextLiteral, Selector, WindowCall, Negation, Binary>;
  Node node;
  Position at;
  Type type = Type::scalar;  // set by the type check
  int height = 1;
  std::vector<Expression> operands;
};

/// A leaf that reads series, and the window over it when it has one.
struct Leaf {
  const Selector* selector = nullptr;
  const WindowCall* window = nullptr;
};
/// Leaves by slot.
[[nodiscard]] std::vector<Leaf> leaves(const Expression& expression);

}  // namespace holdup::rules
