#pragma once

#include <cstdint>

// How much the fault tests do: little in each run of the tests, more when tests/fault/run says so in the environment.
namespace holdup::store::fault {

/// The number in this environment variable; without it `usual`, of which a build with sanitizers, some eight times as slow, does a part.
[[nodiscard]] std::uint64_t count_of(const char* variable, std::uint64_t usual);
/// HOLDUP_FAULT_STRIDE: of the moments at which something may fail each one of so many is tried; without it `usual`, more with sanitizers.
[[nodiscard]] std::uint64_t stride(std::uint64_t usual);
/// HOLDUP_FAULT_SEED, or one of chance; printed, so that a failure can be repeated.
[[nodiscard]] std::uint64_t seed();

}  // namespace holdup::store::fault
