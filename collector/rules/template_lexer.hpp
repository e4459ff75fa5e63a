#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ground/result.hpp"

// A template's text as words: what stands outside of {{ }}, and the words inside. Used by the template's parser.
namespace holdup::rules {

struct TemplateWord {
  enum class Kind : std::uint8_t {
    text,
    open,
    close,
    name,
    field,
    variable,
    dot,
    number,
    quoted,
    character,
    pipe,
    left,
    right,
    assign,
    declare,
    comma
  };
  Kind kind = Kind::text;
  std::string text;    // a field without its dot, a quoted text without quotes and escapes
  std::size_t at = 0;  // in the template's text
  bool after_space = false;
};

[[nodiscard]] ground::Result<std::vector<TemplateWord>> template_words(std::string_view text);
/// "what (line 1, column 5)"
[[nodiscard]] ground::Failure template_failure(std::string_view text, std::size_t at, std::string what);

}  // namespace holdup::rules
