#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "collector/core/machine.hpp"
#include "drivers/profile/trap.hpp"
#include "hw-sim/scenario/rack_file.hpp"
#include "hw-sim/scenario/scenario.hpp"
#include "hw-sim/scenario/stage.hpp"

// The core's second host: virtual clock, virtual transport, hw-sim's electrical model as the world. It has no driver, so a drill cannot
// touch hardware. Used by `holdup drill` and by the world tests. Pure: same plan, same bytes.
namespace holdup::drill {

using ground::Duration;
using ground::Instant;

/// What befalls the watcher itself.
struct Mishap {
  enum class Kind : std::uint8_t {
    killed,     // nothing watches for `length`; then it starts again, in the same boot
    rebooted,   // … and in another one
    clock_set,  // the clock that tells UTC jumps by `length`
  };
  Duration at{};  // since the start of the timeline
  Kind kind{};
  Duration length{};
};

/// What a person asks of the watcher; unheard while nothing watches.
struct Petition {
  Duration at{};
  core::Request request;
};

/// A profile that knows only this of a device.
struct Knowledge {
  std::string device;
  std::vector<hwsim::power::Quantity> quantities;
};

/// For a while a device answers that it has no such thing.
struct Absence {
  std::string device;
  hwsim::power::Quantity quantity{};
  Duration at{}, length{};
};

struct DrillPlan {
  std::shared_ptr<const site::Site> site;
  rules::RuleSet rules;
  profile::TrapBook traps;  // what `trap device/NAME oid=…` means
  hwsim::scenario::RackFile rack;
  hwsim::scenario::Scenario scenario;
  std::uint64_t seed = 0;
  Duration length{};                         // how long to play; at least to the last step and the last `by`
  std::optional<std::uint64_t> unrest = {};  // seed of a network that loses, delays and garbles answers: what is expected may come later
  std::vector<Mishap> mishaps = {};          // by time
  std::vector<Petition> petitions = {};      // by time
  std::vector<Absence> absences = {};
  std::vector<Knowledge> knowledge = {};  // of devices that are not known whole
  bool as_profiles = false;               // points are named and rounded as on the wire, where the model is known: for rules
};

/// A rule's alert began to fire, or ceased.
struct Fired {
  Instant at{};  // counts from the start of the timeline
  std::string rule, element;
  bool firing = false;
};

struct Verdict {
  bool met = false;
  std::string text;  // "say supply_input_lost of cab1/psu1 by 10.3s: said at 10.021s, proven"
};

struct Transcript {
  std::vector<record::Event> events;  // `at` counts from the start of the timeline
  std::vector<core::Warning> warnings;
  std::vector<Fired> fired;          // the same, with the instants
  std::optional<Instant> failed;     // what the scenario's trouble ends in was lost, in truth
  std::vector<std::string> posts;    // bodies, as every target would get them
  std::vector<std::string> refused;  // what the timeline asked of the core and was not done, with the reason
  std::vector<Verdict> verdicts;     // one an expectation, in the file's order
  std::uint64_t readings = 0;        // that reached the core
  [[nodiscard]] bool clean() const;
};

/// Called with the world as it truly is after every change of it (then without effects) and after every step of the core, for tests that
/// hold one against the other. While nothing watches, the machine is the one that was killed.
using Watcher =
    std::function<void(Instant now, const hwsim::scenario::Stage& stage, const core::Machine& machine, const core::Effects& effects)>;

[[nodiscard]] Transcript play(DrillPlan plan, const Watcher& watcher = {});

}  // namespace holdup::drill
