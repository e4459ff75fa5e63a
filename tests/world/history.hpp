#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "hw-sim/power/world.hpp"

// What was true of every element and when, from the electrical model alone. Used by the world tests' inspector.
namespace world {

using holdup::ground::Duration;
using holdup::ground::Instant;

/// The losses a verdict may claim; `input_or_output` is what supply_lost says, `all_inputs` is a load's that waits for its supplies to
/// start.
enum class Loss { input, output, input_or_output, switched_off, dark, feed, load, all_inputs };

class History {
 public:
  explicit History(const hwsim::power::Rack& rack);

  /// Call after everything that may have changed the world.
  void note(const hwsim::power::World& world);

  /// True when the rack has this element and it was lost at some moment of [from, to].
  [[nodiscard]] bool ever_lost(Loss loss, const std::string& element, Instant from, Instant to) const;
  /// True when it was lost all the time.
  [[nodiscard]] bool lost_throughout(Loss loss, const std::string& element, Instant from, Instant to) const;
  [[nodiscard]] bool lost(Loss loss, const std::string& element) const;

 private:
  struct Span {
    Instant from{};
    bool lost = false;
  };
  struct Line {
    std::function<bool(const hwsim::power::World&)> truth;
    std::vector<Span> spans;
  };

  [[nodiscard]] bool any(Loss loss, const std::string& element, bool lost, Instant from, Instant to) const;

  std::map<std::pair<Loss, std::string>, Line> lines_;
};

}  // namespace world
