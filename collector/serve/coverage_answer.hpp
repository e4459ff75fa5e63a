#pragma once

#include <optional>
#include <string>

#include "collector/incident/moment.hpp"
#include "collector/serve/mirror.hpp"

// What would show the loss of each supply, as the mirror knows the rack now: the answer to `holdup coverage`.
namespace holdup::serve {

[[nodiscard]] std::string coverage_json(const Mirror& mirror, incident::Moment moment);

/// When the supply was last seen to carry load: by its meters since the start, before that by what was said; nothing: never.
[[nodiscard]] std::optional<ground::Utc> last_carried(const Mirror& mirror, site::Index supply, incident::Moment moment);

}  // namespace holdup::serve
