#pragma once

#include <span>
#include <string>
#include <string_view>

#include "collector/site/site.hpp"
#include "ground/problem.hpp"
#include "ground/yaml/node.hpp"

// Reads the site file: strict, every problem at once. Used by `check`, `run`, reload and `drill`.
namespace holdup::site {

/// `profiles` are the names that a device's `profile:` may give. The Site is complete only when problems.ok().
[[nodiscard]] Site parse(std::string_view text, const std::string& file, std::span<const std::string> profiles, ground::Problems& problems);

/// The same of a site that stands inside another file: a scenario's `rack:`.
[[nodiscard]] Site read(const ground::yaml::Node& root, const std::string& file, std::span<const std::string> profiles,
                        ground::Problems& problems);

}  // namespace holdup::site
