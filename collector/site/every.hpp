#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drivers/reading/point.hpp"
#include "ground/instant.hpp"

// A period for single points of a device, as its `every:` in the site file says. Part of site::Device. Pure.
namespace holdup::site {

struct Every {
  std::string metric;                                       // "rack_temperature_celsius"
  std::vector<std::pair<std::string, std::string>> labels;  // all of these, where given
  ground::Duration period{};
  int line = 0;  // of the site file

  [[nodiscard]] bool picks(const reading::Point& point) const;
  /// As it is written: rack_temperature_celsius{part="inlet"}.
  [[nodiscard]] std::string text() const;
};

/// `metric` or `metric{label="value", …}`; nothing when it is neither.
[[nodiscard]] std::optional<Every> parse_every(std::string_view text);
/// Which of them counts for the point: the one that names most labels, the last written of equals; nullptr: none.
[[nodiscard]] const Every* closest(const std::vector<Every>& all, const reading::Point& point);

}  // namespace holdup::site
