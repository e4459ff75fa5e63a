#pragma once

#include <string>
#include <string_view>

#include "ground/instant.hpp"

// What verbs write for people: colours on a terminal that wants them, times in UTC with the local one beside, what went wrong.
namespace holdup::cli {

enum class Colour { good, warning, bad, dim };

/// Standard output is a terminal.
[[nodiscard]] bool on_terminal();
/// Coloured on a terminal, unless NO_COLOR is set; strangers' text is made printable either way.
[[nodiscard]] std::string painted(Colour colour, std::string_view text);
/// 2026-11-22T10:28:58.123Z (11:28:58 CET)
[[nodiscard]] std::string time_for_people(ground::Utc time);
/// The same of an ISO 8601 text; the text itself when it is none.
[[nodiscard]] std::string time_for_people(std::string_view iso8601);
/// Says on standard error what went wrong; gives `code` back, to exit with.
int complain(std::string_view what, int code);

}  // namespace holdup::cli
