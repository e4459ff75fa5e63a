#pragma once

#include <string>
#include <string_view>

// Letters of the Latin, Greek and Cyrillic alphabets in upper and lower case, without the locale. Used by the templates' functions.
namespace holdup::rules {

[[nodiscard]] std::string in_upper_case(std::string_view text);
[[nodiscard]] std::string in_lower_case(std::string_view text);
/// The first letter of each word in upper case, the others as they are.
[[nodiscard]] std::string in_title_case(std::string_view text);

}  // namespace holdup::rules
