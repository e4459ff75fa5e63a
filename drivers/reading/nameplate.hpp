#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>

#include "drivers/reading/point.hpp"

// What a part of a device says of itself: its serial number first, by which a swap is known. Pure.
namespace holdup::reading {

/// A part with a serial number of its own. Part and index are those of its points; unknown texts are empty.
struct Nameplate {
  std::string part, index;  // "supply", "2"
  std::string serial, model, firmware;
  auto operator<=>(const Nameplate&) const = default;
};

/// What a device and its parts say of themselves just now.
struct Nameplates {
  Identity identity;
  std::vector<Nameplate> parts;
};

/// Whether a text is a serial number, and not a word for none.
[[nodiscard]] inline bool is_serial(std::string_view text) {
  std::string word;
  for (const char c : text)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  constexpr std::array<std::string_view, 8> none{"na",           "none",          "null",         "unknown",
                                                 "notavailable", "notapplicable", "notsupported", "notset"};
  return word.find_first_not_of('0') != std::string::npos && std::ranges::find(none, word) == none.end();
}

}  // namespace holdup::reading
