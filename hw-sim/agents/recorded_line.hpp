#pragma once

#include <cstddef>

#include "hw-sim/agents/line.hpp"

// The line of a replayed recording: always powered, disturbed only by the faults that ctl lays on it.
namespace hwsim::agents {

class RecordedLine final : public Line {
 public:
  RecordedLine(scenario::Faults& faults, std::size_t device) : faults_{faults}, device_{device} {}
  [[nodiscard]] scenario::Fate next() override { return faults_.decide(device_); }
  [[nodiscard]] bool powered() override { return true; }

 private:
  scenario::Faults& faults_;
  std::size_t device_;
};

}  // namespace hwsim::agents
