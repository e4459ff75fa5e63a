#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "collector/rules/template_functions.hpp"

// The functions that every template of Go's has. Used by template_functions.cpp.
namespace holdup::rules {

[[nodiscard]] std::span<const TemplateFunction> template_functions_of_go();
/// As in a URL's query: a space is '+'.
[[nodiscard]] std::string url_escaped(std::string_view text);

}  // namespace holdup::rules
