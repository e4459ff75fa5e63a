#pragma once

#include <string>

#include "drivers/reading/point.hpp"

// How evidence names a point. Used by whoever keeps what points said.
namespace holdup::detect {

/// Metric and labels.
[[nodiscard]] inline std::string short_text(const reading::Point& point) {
  std::string text;
  for (const auto& [name, value] : point.labels) text += (text.empty() ? "" : ",") + name + "=\"" + value + '"';
  return point.metric + "{" + text + "}";
}

}  // namespace holdup::detect
