#pragma once

#include <string>

#include "collector/incident/ledger.hpp"
#include "collector/serve/mirror.hpp"

// The page at /: the verdict in one sentence, then tables. Server-rendered, complete without scripts, nothing loaded from elsewhere, fit
// for a phone of 360 px. Used by the routes.
namespace holdup::serve {

[[nodiscard]] std::string page(const Mirror& mirror, incident::Moment moment);

/// For text between tags and in quoted attributes; what no terminal may show is replaced as well.
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace holdup::serve
