#pragma once

#include <string>

#include "drivers/profile/profile.hpp"

// How a profile asks its devices otherwise than others are asked, in words: `profile show` and `probe --explain` say it.
namespace holdup::cli {

/// "GETNEXT only, at most 10 names a GET"; empty when nothing is special.
[[nodiscard]] std::string quirks_of(const profile::Profile& profile);

}  // namespace holdup::cli
