#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "collector/forward/target.hpp"
#include "collector/rules/rule.hpp"
#include "collector/site/site.hpp"
#include "drivers/open/opener.hpp"
#include "drivers/profile/library.hpp"
#include "ground/problem.hpp"

// Everything that files say, read and checked in one go: profiles, the site, its rules, the modes of its secrets. Used by `run` at start
// and on reload, by `check` and by `drill`.
namespace holdup::cli {

struct Configuration {
  std::shared_ptr<const profile::Library> profiles;
  site::Site site;
  rules::RuleSet rules;
  std::vector<drivers::Access> accesses;  // by device; those of one credential file share it
  std::vector<forward::Target> forward;
  std::string tokens_file;  // of hands-off; empty: there is none
};

/// The file's text; a problem of it otherwise: missing, a directory, a pipe, larger than `most_bytes`.
[[nodiscard]] std::string read_text(const std::string& path, ground::Problems& problems, std::size_t most_bytes = 1 << 20);
/// A site file, or a directory that holds exactly one.
[[nodiscard]] std::string site_file_of(const std::string& path, ground::Problems& problems);
[[nodiscard]] std::shared_ptr<const profile::Library> load_profiles(const std::vector<std::string>& folders, ground::Problems& problems);
/// Patterns are relative to the site file's folder; a file that several match is read once.
[[nodiscard]] rules::RuleSet load_rules(const std::vector<std::string>& patterns, const std::string& site_file, ground::Problems& problems);
/// The files of the pack that comes with holdup, as a pattern.
[[nodiscard]] std::string pack_of_rules();

/// Usable only when problems.ok().
[[nodiscard]] Configuration load_configuration(const std::string& path, const std::vector<std::string>& profiles,
                                               ground::Problems& problems);

/// Prints every problem, one a line or as JSON; true when there is no error.
bool print_problems(const ground::Problems& problems, bool json);
/// Only what makes the files unusable; true when nothing does.
bool print_errors(const ground::Problems& problems, bool json);

}  // namespace holdup::cli
