#include "hw-sim/agents/play.hpp"

#include <algorithm>
#include <utility>

namespace hwsim::agents {

using std::chrono::steady_clock;

Play::Play(const asio::any_io_executor& executor, Setup setup)
    : stage_{std::move(setup.rack), setup.seed},
      timeline_{std::move(setup.timeline)},
      speed_{setup.speed},
      performed_{std::move(setup.performed)},
      contact_moved_{std::move(setup.contact_moved)},
      deferred_{executor} {}

void Play::start() {
  started_ = steady_clock::now();
  await_next_step();
  await_next_edge();
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
  for (const auto& edge : world.take_edges())
    if (contact_moved_) contact_moved_(edge);
}

ground::Result<void> Play::perform(const scenario::Command& command) {
  follow();
  auto result = stage_.perform(command);
  follow();
  await_next_edge();
  return result;
}

ground::Instant Play::present() const {
  if (!started_) return {};
  const std::chrono::duration<double, std::nano> elapsed = steady_clock::now() - *started_;
  return ground::Instant{ground::Duration{static_cast<std::int64_t>(elapsed.count() * speed_)}};
}

ground::Duration Play::until(ground::Instant then) const {
  const std::chrono::duration<double, std::nano> ahead{static_cast<double>((then - present()).count()) / speed_};
  return std::max(std::chrono::ceil<ground::Duration>(ahead), ground::Duration{1});
}

void Play::await_next_step() {
  if (done_ >= timeline_.size()) return;
  deferred_.after(until(ground::Instant{timeline_[done_].at}), [this] {
    follow();
    await_next_edge();
    await_next_step();
  });
}

// Where somebody watches the contacts, the world moves when they do, not only when it is asked.
void Play::await_next_edge() {
  if (!contact_moved_) return;
  const auto next = stage_.world().next_change();
  if (!next) return;
  deferred_.after(until(*next), [this, awaited = ++edges_awaited_] {
    if (awaited != edges_awaited_) return;  // a command came between
    follow();
    await_next_edge();
  });
}

scenario::Fate LiveLine::next() {
  play_.follow();
  auto fate = play_.stage().fate(device_);
  const auto in_real_time = [this](ground::Duration& length) {
    length = ground::Duration{static_cast<std::int64_t>(static_cast<double>(length.count()) / play_.speed())};
  };
  in_real_time(fate.delay);
  for (auto& fault : fate.modbus) in_real_time(fault.laid.length);
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
