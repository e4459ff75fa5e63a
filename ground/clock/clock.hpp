#pragma once

#include <string>

#include "ground/instant.hpp"

// The machine's clocks: what a host hands to the core with each input.
namespace holdup::ground::clock {

/// CLOCK_BOOTTIME.
[[nodiscard]] Instant now();
/// Of a kernel's stamp of an event that lies behind us: CLOCK_MONOTONIC, or CLOCK_REALTIME, which GPIO edges bore before Linux 5.7.
[[nodiscard]] Instant of_kernel_stamp(Duration stamp);
/// UTC minus now(), at this moment; it changes when the wall clock is stepped or slewed.
[[nodiscard]] Duration utc_offset();
/// The kernel's random id of this boot, its first eight hex digits: "3f2a91c0".
[[nodiscard]] std::string boot_id();

}  // namespace holdup::ground::clock
