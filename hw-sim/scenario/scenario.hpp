#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ground/element.hpp"
#include "ground/instant.hpp"
#include "ground/problem.hpp"
#include "ground/yaml/node.hpp"
#include "hw-sim/scenario/command.hpp"
#include "hw-sim/scenario/rack_file.hpp"

// A scenario file: which rack, what happens to it when, and what a watcher must say of it. Played by the simulator (timeline) and by
// `holdup drill` (timeline and expectations).
namespace hwsim::scenario {

struct Step {
  ground::Duration at{};  // since the start of the timeline
  Command command;
  std::string text;  // as written
  int line = 0;
};

struct Expectation {
  bool never = false;  // `never: verdict` instead of `say: verdict`
  std::string verdict;
  std::optional<ground::Element> of;
  std::optional<ground::Duration> by;  // since the start of the timeline
  std::optional<std::string> strength;
  bool of_rule = false;  // `verdict` is the name of a rule
  bool steady = false;   // rests on one answer: only where none gets lost can it be asked for
  int line = 0;
};

/// What a scenario is about, where rules are to warn of it.
struct Trouble {
  std::string what;                      // in words, "fan"
  std::vector<ground::Element> of;       // where; a rule may name any of them
  ground::Duration since{};              // all was well until then
  std::optional<ground::Element> fails;  // what is lost at its end; nothing: whatever is wrong breaks nothing
};

struct Scenario {
  /// A file name as written (relative to the scenario's own folder), or the site itself.
  std::variant<std::string, ground::yaml::Node> rack;
  std::uint64_t seed = 0;
  std::vector<Step> timeline;  // by time, equal times as written
  std::vector<Expectation> expect;
  std::vector<std::string> rules;  // files and patterns of rules, relative to the scenario's own folder; then what is said may be theirs
  std::optional<Trouble> trouble;
  std::optional<ground::Duration> lasts;  // how long it goes on; unless told, to the last step or `by`
};

/// Usable only when problems.ok(). Elements are not checked yet: the rack may stand in another file.
[[nodiscard]] Scenario parse_scenario(std::string_view text, const std::string& file, ground::Problems& problems);
/// Reports, under the scenario's `file`, each element that the rack does not have and each command that it cannot take.
void check_elements(const Scenario& scenario, const RackFile& rack, const std::string& file, ground::Problems& problems);

/// Every verdict and every strength a watcher may say.
[[nodiscard]] bool is_verdict(std::string_view word);

}  // namespace hwsim::scenario
