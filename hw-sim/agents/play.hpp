#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/instant.hpp"
#include "hw-sim/agents/deferred.hpp"
#include "hw-sim/agents/line.hpp"
#include "hw-sim/scenario/scenario.hpp"
#include "hw-sim/scenario/stage.hpp"

// A rack's stage played in real time: its clock is the machine's steady clock times a speed, its timeline is performed at the planned
// moments. Whoever reads or commands the world does it through here, so that time has moved first.
namespace hwsim::agents {

class Play {
 public:
  struct Setup {
    power::Rack rack;
    std::vector<scenario::Step> timeline;
    std::uint64_t seed = 0;
    double speed = 1;
    std::function<void(const power::Edge&)> contact_moved = {};                         // told at once in real time; may be empty
    std::function<void(const scenario::Step&, const ground::Result<void>&)> performed;  // told after each step of the timeline
  };

  Play(const asio::any_io_executor& executor, Setup setup);

  /// From here on time passes; until then it stands at 0.
  void start();
  void close() { deferred_.cancel(); }

  /// Brings the world to the present.
  void follow();
  /// After follow(): valid until the world moves again.
  [[nodiscard]] scenario::Stage& stage() { return stage_; }
  [[nodiscard]] ground::Result<void> perform(const scenario::Command& command);
  [[nodiscard]] double speed() const { return speed_; }

 private:
  [[nodiscard]] ground::Instant present() const;
  void await_next_step();
  void await_next_edge();
  /// From now to then, in real time.
  [[nodiscard]] ground::Duration until(ground::Instant then) const;

  scenario::Stage stage_;
  std::vector<scenario::Step> timeline_;
  std::size_t done_ = 0;  // steps of the timeline
  double speed_;
  std::function<void(const scenario::Step&, const ground::Result<void>&)> performed_;
  std::function<void(const power::Edge&)> contact_moved_;
  std::uint64_t edges_awaited_ = 0;
  std::optional<std::chrono::steady_clock::time_point> started_;
  Deferred deferred_;
};

/// One device of the play: dies with its power, and suffers the faults laid on it.
class LiveLine final : public Line {
 public:
  LiveLine(Play& play, std::size_t device) : play_{play}, device_{device} {}
  [[nodiscard]] scenario::Fate next() override;
  [[nodiscard]] bool powered() override;
  [[nodiscard]] Moment moment() override;
  [[nodiscard]] std::optional<scenario::Laid> laid(scenario::FaultKind kind) override { return play_.stage().laid(device_, kind); }

 private:
  Play& play_;
  std::size_t device_;
  std::optional<ground::Instant> started_;  // the agent, when last looked at
  std::uint32_t restarts_ = 0;
  std::chrono::steady_clock::time_point engine_started_ = std::chrono::steady_clock::now();
};

}  // namespace hwsim::agents
