#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// Strangers' text: what is well-formed UTF-8, and what may be shown on a terminal.
namespace holdup::ground {

/// Length in bytes of the well-formed character that the text begins with (1 to 4); 0 when it begins with none.
[[nodiscard]] std::size_t utf8_length(std::string_view text);
/// Of one well-formed character.
[[nodiscard]] std::uint32_t code_point(std::string_view character);
/// Whether one well-formed character may be shown: no control character (also C1), no bidirectional override, no line separator.
[[nodiscard]] bool is_printable(std::string_view character);
/// The text with malformed bytes, control characters (also C1) and bidirectional overrides replaced by U+FFFD.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace holdup::ground
