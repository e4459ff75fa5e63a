#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Strangers' text: what is well-formed UTF-8, and what may be shown on a terminal.
namespace holdup::ground {

/// Length in bytes of the well-formed character that the text begins with (1 to 4); 0 when it begins with none.
[[nodiscard]] std::size_t utf8_length(std::string_view text);
/// The text with malformed bytes, control characters (also C1) and bidirectional overrides replaced by U+FFFD.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace holdup::ground
