#include "hw-sim/agents/play.hpp"

#include <algorithm>
#include <utility>

namespace hwsim::agents {

using std::chrono::steady_clock;

Play::Play(asio::io_context& io, Setup setup)
    : stage_{std::move(setup.rack), setup.seed},
      timeline_{std::move(setup.timeline)},
      speed_{setup.speed},
      performed_{std::move(setup.performed)},
      next_step_{io} {}

void Play::start() {
  started_ = steady_clock::now();
  await_next_step();
}

void Play::follow() {
  auto& world = stage_.world();
  const auto now = present();
  while (done_ < timeline_.size() && ground::Instant{timeline_[done_].at} <= now) {
    const auto& step = timeline_[done_++];
    world.advance(std::max(world.now(), ground::Instant{step.at}));
    const auto result = stage_.perform(step.command);
    if (performed_) performed_(step, result);
  }
  world.advance(std::max(world.now(), now));
  (void)world.take_edges();  // contacts have no front here yet; they must not pile up
}

ground::Result<void> Play::perform(const scenario::Command& command) {
  follow();
  return stage_.perform(command);
}

ground::Instant Play::present() const {
  if (!started_) return {};
  const std::chrono::duration<double, std::nano> elapsed = steady_clock::now() - *started_;
  return ground::Instant{ground::Duration{static_cast<std::int64_t>(elapsed.count() * speed_)}};
}

void Play::await_next_step() {
  if (done_ >= timeline_.size()) return;
  const std::chrono::duration<double, std::nano> until{static_cast<double>(timeline_[done_].at.count()) / speed_};
  next_step_.expires_at(*started_ + std::chrono::ceil<steady_clock::duration>(until));
  next_step_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    follow();
    await_next_step();
  });
}

scenario::Fate LiveLine::next() {
  play_.follow();
  auto fate = play_.stage().fate(device_);
  fate.delay = ground::Duration{static_cast<std::int64_t>(static_cast<double>(fate.delay.count()) / play_.speed())};
  return fate;
}

Moment LiveLine::moment() {
  play_.follow();
  const auto& stage = play_.stage();
  const auto now = steady_clock::now();
  const auto started = stage.world().started(device_);
  if (started_ && *started_ != started) {
    ++restarts_;
    engine_started_ = now;
  }
  started_ = started;
  Moment out{.asked = {.uptime = stage.world().now().time_since_epoch(),
                       .unix_seconds = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())},
             .up = stage.world().answers(device_),
             .uptime = stage.world().now() - started,
             .engine_seconds = static_cast<std::int32_t>(std::chrono::duration_cast<std::chrono::seconds>(now - engine_started_).count()),
             .restarts = restarts_};
  for (std::size_t k = 0; k < Moment::kinds_on_objects; ++k)
    out.laid[k] = stage.laid(device_, static_cast<scenario::FaultKind>(k + Moment::first_on_objects));
  return out;
}

bool LiveLine::powered() {
  play_.follow();
  return play_.stage().world().answers(device_);
}

}  // namespace hwsim::agents
