#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Numbers to text and back, exactly and without the locale.
namespace holdup::ground {

/// A decimal number and nothing else: "4.9", "-1", "1e-3". No blanks, no hex, no inf or nan.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);
/// A decimal integer and nothing else.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);
/// Bytes: "20GiB", "512KiB", "1MiB", "100B", "2GB" (decimal). Nothing when malformed or without a unit.
[[nodiscard]] std::optional<std::int64_t> parse_size(std::string_view text);
/// The shortest text that reads back to the same double: "4.9", "230", "0.1"; "NaN", "+Inf", "-Inf" as Prometheus writes them.
[[nodiscard]] std::string number_text(double value);

}  // namespace holdup::ground
