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

/// Not said of a load, but what ends `load_down`: a supply of it has an input again.
inline constexpr const char* no_input = "no_input";
/// Nor of a UPS: its input is gone, and it gives from its battery. A test of its battery is none.
inline constexpr const char* no_source = "no_source";
/// Nor of a supply: it stands by, and its siblings carry its part.
inline constexpr const char* rests = "rests";

class History {
 public:
  explicit History(const hwsim::power::Rack& rack);

  /// Call after everything that may have changed the world.
  void note(const hwsim::power::World& world);

  /// Whether the model can tell if this verdict on this element is true.
  [[nodiscard]] bool knows(const std::string& verdict, const std::string& element) const;
  /// True when it was so at some moment of [from, to].
  [[nodiscard]] bool ever(const std::string& verdict, const std::string& element, Instant from, Instant to) const;
  /// True when it was so at some moment, and not all the time.
  [[nodiscard]] bool at_times(const std::string& verdict, const std::string& element, Instant from, Instant to) const {
    return ever(verdict, element, from, to) && !throughout(verdict, element, from, to);
  }
  /// True when it was so all the time.
  [[nodiscard]] bool throughout(const std::string& verdict, const std::string& element, Instant from, Instant to) const;

 private:
  using Truth = std::function<bool(const hwsim::power::World&)>;
  struct Span {
    Instant from{};
    bool is = false;
  };
  struct Line {
    Truth truth;
    std::vector<Span> spans;
  };

  void follow_feed(const hwsim::power::Rack& rack, std::size_t feed);
  void follow_pdu(const hwsim::power::Rack& rack, std::size_t pdu);
  void follow_load(const hwsim::power::Rack& rack, std::size_t load);
  void follow_supply(const hwsim::power::Rack& rack, std::size_t load, std::size_t supply);
  void follow(const std::string& verdict, const std::string& element, Truth truth) { lines_[{verdict, element}].truth = std::move(truth); }
  [[nodiscard]] bool any(const std::string& verdict, const std::string& element, bool is, Instant from, Instant to) const;

  std::map<std::pair<std::string, std::string>, Line> lines_;
};

}  // namespace world
