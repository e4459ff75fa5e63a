#pragma once

#include <array>
#include <fstream>
#include <string>
#include <vector>

#include "hw-sim/power/world.hpp"

// Where the edges of simulated contacts come out: on the lines of the kernel's gpio-sim chips, where the rack file's `source` names one,
// and in a log.
namespace hwsim::agents {

class ContactWires {
 public:
  /// `log` may be empty. Throws std::runtime_error when it cannot be written.
  ContactWires(std::vector<power::Contact> contacts, const std::string& log, std::string root = "/sys");
  ~ContactWires();
  ContactWires(const ContactWires&) = delete;
  ContactWires& operator=(const ContactWires&) = delete;

  /// Somebody looks at them.
  [[nodiscard]] bool any() const { return log_.is_open() || !driven().empty(); }
  /// "contact/cab1-psu1 /sys/devices/platform/…/pull", each line that is driven.
  [[nodiscard]] std::vector<std::string> driven() const;
  /// As they stand.
  void show(const power::World& world);
  void show(const power::Edge& edge);

 private:
  struct Wire {
    int pull = -1;
    std::string file;
  };
  struct Wired {
    power::Contact contact;
    std::array<Wire, 2> sides;  // own, pair
  };

  std::vector<Wired> contacts_;
  std::ofstream log_;
};

}  // namespace hwsim::agents
