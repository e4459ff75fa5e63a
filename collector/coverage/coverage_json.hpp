#pragma once

#include <string>
#include <vector>

#include "collector/coverage/coverage.hpp"

// Coverage as JSON, an object a supply, a load, a feed: the same on paper and of the running daemon. Pure.
namespace holdup::coverage {

[[nodiscard]] std::vector<std::string> json_lines(const Picture& picture, const Coverage& coverage);

}  // namespace holdup::coverage
