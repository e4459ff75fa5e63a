#pragma once

#include <array>
#include <cstdint>
#include <string_view>

// How far one value may be trusted; the same five words on the wire, in the store and on the page.
namespace holdup::ground {

enum class Quality : std::uint8_t {
  good,
  stale,         // older than the device's refresh allows
  absent,        // the device answered that it has no such value, or a sentinel
  out_of_range,  // answered, but outside what the point can be
  failed,        // not answered, or not decodable
};

inline constexpr std::array<std::string_view, 5> quality_names{"good", "stale", "absent", "out_of_range", "failed"};

[[nodiscard]] constexpr std::string_view name(Quality quality) { return quality_names[static_cast<std::size_t>(quality)]; }

}  // namespace holdup::ground
