#pragma once

#include <string>
#include <string_view>

#include "collector/incident/moment.hpp"
#include "collector/serve/mirror.hpp"

// Whether an element may be pulled now: the answer to `holdup guard`, asked again and again while somebody works on it.
namespace holdup::serve {

/// What speaks against it, and what was seen good; empty when nothing in the site file has this name.
[[nodiscard]] std::string guard_json(const Mirror& mirror, std::string_view element, incident::Moment moment);

}  // namespace holdup::serve
