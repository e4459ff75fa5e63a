#pragma once

#include <memory>
#include <string>
#include <vector>

#include "collector/rules/rule.hpp"
#include "collector/site/site.hpp"
#include "drivers/profile/library.hpp"
#include "ground/problem.hpp"

// Everything that files say, read and checked in one go: profiles, the site, its rules, the modes of its secrets. Used by `run` at start
// and on reload, by `check` and by `drill`.
namespace holdup::cli {

struct Configuration {
  std::shared_ptr<const profile::Library> profiles;
  site::Site site;
  rules::RuleSet rules;
  std::vector<std::string> communities;  // by device
};

/// The file's text, at most 1 MiB; a problem of it otherwise: missing, a directory, a pipe, too large.
[[nodiscard]] std::string read_text(const std::string& path, ground::Problems& problems);
/// A site file, or a directory that holds exactly one.
[[nodiscard]] std::string site_file_of(const std::string& path, ground::Problems& problems);
[[nodiscard]] std::shared_ptr<const profile::Library> load_profiles(const std::string& directory, ground::Problems& problems);
/// Patterns are relative to the site file's folder.
[[nodiscard]] rules::RuleSet load_rules(const std::vector<std::string>& patterns, const std::string& site_file, ground::Problems& problems);

/// Usable only when problems.ok().
[[nodiscard]] Configuration load_configuration(const std::string& path, const std::string& profiles, ground::Problems& problems);

/// Where profiles are found unless told.
[[nodiscard]] std::string default_profiles();

/// Prints every problem, one a line or as JSON; true when there is no error.
bool print_problems(const ground::Problems& problems, bool json);

}  // namespace holdup::cli
