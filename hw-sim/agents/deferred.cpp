#include "hw-sim/agents/deferred.hpp"

#include <utility>

namespace hwsim::agents {

void Deferred::after(ground::Duration delay, std::function<void()> action) {
  if (delay <= ground::Duration::zero()) return action();
  if (waiting_.size() >= most_waiting) return;
  const auto id = next_++;
  auto& timer = waiting_.emplace(id, asio::steady_timer{executor_, delay}).first->second;
  timer.async_wait([this, id, act = std::move(action)](const boost::system::error_code& error) {
    if (!error && waiting_.erase(id) == 1) act();  // nothing to erase: given up while this was on its way
  });
}

}  // namespace hwsim::agents
