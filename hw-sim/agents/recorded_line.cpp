#include "hw-sim/agents/recorded_line.hpp"

#include <algorithm>

namespace hwsim::agents {
namespace {

using scenario::FaultKind;

constexpr ground::Duration boot_time{5'000'000'000};

}  // namespace

void RecordedLine::begin(const scenario::Fault& fault) {
  const auto now = Clock::now();
  if (fault.kind == FaultKind::frozen || fault.kind == FaultKind::zeros) {
    (fault.kind == FaultKind::frozen ? frozen_ : zeros_) = true;
  } else if (fault.kind == FaultKind::reboot || fault.kind == FaultKind::replaced) {
    started_ = now + std::chrono::duration_cast<Clock::duration>(fault.length.value_or(boot_time));
    ++restarts_;
  } else {
    faults_.begin(device_, fault, ground::Instant{now - born_});
  }
}

void RecordedLine::end(std::optional<FaultKind> kind) {
  if (!kind || *kind == FaultKind::frozen) frozen_ = false;
  if (!kind || *kind == FaultKind::zeros) zeros_ = false;
  if (!kind || *kind == FaultKind::reboot || *kind == FaultKind::replaced) started_ = std::min(started_, Clock::now());
  if (!kind || *kind < FaultKind::frozen) faults_.end(device_, kind);
}

scenario::Fate RecordedLine::next() {
  auto fate = faults_.decide(device_);
  fate.answered = fate.answered && Clock::now() >= started_;
  return fate;
}

std::optional<scenario::Laid> RecordedLine::laid(FaultKind kind) {
  return faults_.laid(device_, kind, ground::Instant{Clock::now() - born_});
}

Moment RecordedLine::moment() {
  const auto now = Clock::now();
  Moment out{.asked = {.uptime = now - born_, .unix_seconds = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())},
             .up = now >= started_,
             .uptime = now - started_,
             .engine_seconds = static_cast<std::int32_t>(std::chrono::duration_cast<std::chrono::seconds>(now - started_).count()),
             .restarts = restarts_,
             .frozen = frozen_,
             .zeros = zeros_,
             .shows_uptime = restarts_ > 0};
  for (std::size_t k = 0; k < Moment::kinds_on_objects; ++k)
    out.laid[k] = faults_.laid(device_, static_cast<FaultKind>(k + Moment::first_on_objects), ground::Instant{now - born_});
  return out;
}

}  // namespace hwsim::agents
