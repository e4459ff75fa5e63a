#pragma once

#include <string>

#include "collector/site/site.hpp"
#include "ground/problem.hpp"

// What is wrong with a rack on paper: nothing is lost yet, and the first loss will cost more than it should. A watcher must run on such a
// rack, too: all of it are warnings.
namespace holdup::site {

/// Of a site without errors; `file` is where it stands.
void judge_on_paper(const Site& site, const std::string& file, ground::Problems& problems);

}  // namespace holdup::site
