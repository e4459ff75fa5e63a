#pragma once

#include <string>
#include <string_view>

#include "collector/incident/moment.hpp"
#include "collector/serve/mirror.hpp"

// What is proven back of an element, as the mirror sees it now: the answer to `holdup verify`.
namespace holdup::serve {

/// Four lines with their evidence; empty when nothing in the site file has this name and nothing is open on it.
[[nodiscard]] std::string verify_json(const Mirror& mirror, std::string_view element, incident::Moment moment);

}  // namespace holdup::serve
