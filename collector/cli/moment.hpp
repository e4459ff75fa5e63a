#pragma once

#include <optional>
#include <string_view>

#include "ground/instant.hpp"

// Times as people write them to `query` and `export`.
namespace holdup::cli {

/// "2026-11-22T10:00:00Z", seconds since 1970, "now", or how long ago: "6h", "30d".
[[nodiscard]] std::optional<ground::Utc> moment(std::string_view text, ground::Utc now);
[[nodiscard]] ground::Utc utc_now();

}  // namespace holdup::cli
