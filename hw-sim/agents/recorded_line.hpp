#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "hw-sim/agents/line.hpp"

// The line of a replayed recording: always powered, disturbed only by the faults that ctl lays on it.
namespace hwsim::agents {

class RecordedLine final : public Line {
 public:
  RecordedLine(scenario::Faults& faults, std::size_t device) : faults_{faults}, device_{device} {}

  /// Any kind of fault; a reboot takes 5 s unless it says.
  void begin(const scenario::Fault& fault);
  void end(std::optional<scenario::FaultKind> kind);

  [[nodiscard]] scenario::Fate next() override;
  [[nodiscard]] bool powered() override { return true; }
  [[nodiscard]] Moment moment() override;
  [[nodiscard]] std::optional<scenario::Laid> laid(scenario::FaultKind kind) override;

 private:
  using Clock = std::chrono::steady_clock;

  scenario::Faults& faults_;
  std::size_t device_;
  Clock::time_point born_ = Clock::now();
  Clock::time_point started_ = born_;
  std::uint32_t restarts_ = 0;
  bool frozen_ = false;
  bool zeros_ = false;
};

}  // namespace hwsim::agents
