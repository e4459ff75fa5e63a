#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ground/instant.hpp"

// Durations as Prometheus writes them in rule files and expressions, which are not those of holdup's own files.
namespace holdup::rules {

/// So that an Instant plus one stays in range.
inline constexpr ground::Duration longest_duration = std::chrono::hours{24} * 365 * 100;

/// "5m", "1h30m", "100ms", "0"; units y w d h m s ms, each once, in that order. Nothing when malformed or longer than `most`.
[[nodiscard]] std::optional<ground::Duration> parse_prometheus_duration(std::string_view text, ground::Duration most = longest_duration);
/// Such a text again: "1h30m", "0s".
[[nodiscard]] std::string prometheus_duration_text(ground::Duration duration);

}  // namespace holdup::rules
