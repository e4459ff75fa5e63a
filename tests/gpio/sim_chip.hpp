#pragma once

#include <string>
#include <utility>
#include <vector>

// A GPIO chip of the kernel's gpio-sim, whose inputs a test pulls. Only in the virtual machine of tests/gpio/machine.
namespace holdup::gpio_test {

class SimChip {
 public:
  /// Its lines are called line0, line1, …. Throws where the kernel has no gpio-sim.
  SimChip(std::string label, unsigned lines);
  ~SimChip();
  SimChip(const SimChip&) = delete;
  SimChip& operator=(const SimChip&) = delete;

  /// "gpiochip1"; another after it went and came.
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& label() const { return label_; }
  void pull(unsigned line, bool up);
  void leave();  // as an unplugged adapter does
  void come();

 private:
  std::string label_, folder_, name_;
  std::vector<int> pulls_;  // open files, by line
};

}  // namespace holdup::gpio_test
