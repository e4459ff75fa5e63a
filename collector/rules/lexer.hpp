#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/rules/expression.hpp"

// An expression's text cut into tokens. Used by the parser only.
namespace holdup::rules {

struct Token {
  enum class Kind { end, name, number, duration, text, symbol };
  Kind kind = Kind::end;
  Position at;
  std::string text;   // as written; of a text token the unquoted value
  double number = 0;  // number: its value; duration: seconds
};

struct Tokens {
  std::vector<Token> all;  // the last is of kind end
  std::optional<ExpressionError> error;
};

[[nodiscard]] Tokens tokenise(std::string_view text);

}  // namespace holdup::rules
