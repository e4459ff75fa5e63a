#pragma once

#include <string>
#include <string_view>

#include "ground/result.hpp"

// Where a contact's line is, as a url says it: gpio://CHIP/LINE[?active=low]. `holdup probe` uses it. Pure.
namespace holdup::drivers {

struct LineAddress {
  std::string chip;  // its name, "gpiochip0", or its label
  std::string line;  // its number on the chip, or its name
  bool active_low = false;
  bool operator==(const LineAddress&) const = default;
};

/// Whether the url is of a GPIO line.
[[nodiscard]] bool names_line(std::string_view url);
/// The failure says what is wrong and what to write.
[[nodiscard]] ground::Result<LineAddress> parse_line_address(std::string_view url);

}  // namespace holdup::drivers
