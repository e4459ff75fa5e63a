#pragma once

#include <mutex>
#include <optional>
#include <vector>

#include "ground/clock/clock.hpp"

// When the first answer that carries a device's sign of loss was handed to who asked.
namespace holdup::bench {

class Signs {
 public:
  explicit Signs(std::size_t devices) : first_(devices) {}

  /// Now is when it is handed on; only the first since forget() counts.
  void passed(std::size_t device) {
    const std::lock_guard lock{guard_};
    if (!first_[device]) first_[device] = ground::clock::now();
  }
  void forget(std::size_t device) {
    const std::lock_guard lock{guard_};
    first_[device].reset();
  }
  [[nodiscard]] std::optional<ground::Instant> first(std::size_t device) {
    const std::lock_guard lock{guard_};
    return first_[device];
  }

 private:
  std::mutex guard_;
  std::vector<std::optional<ground::Instant>> first_;
};

}  // namespace holdup::bench
