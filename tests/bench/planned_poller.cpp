#include "planned_poller.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

#include "ground/clock/clock.hpp"
#include "modbus_poller.hpp"
#include "way.hpp"

namespace holdup::bench {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

PlannedPoller::PlannedPoller(site::Site site, OnAnswer on_answer)
    : site_{std::move(site)},
      plan_{site_, 7, ground::clock::now()},
      on_answer_{std::move(on_answer)},
      fleet_{loop_, 1, nullptr, [this](core::Input input) { take(std::move(input)); }} {
  fleet_.man(site_, library_60(), std::vector<drivers::Access>(site_.devices.size()));
  asio::post(loop_, [this] { give_orders(); });
}

void PlannedPoller::run(const std::stop_token& stop) {
  const std::stop_callback wake{stop, [this] { loop_.stop(); }};
  const auto work = asio::make_work_guard(loop_);
  loop_.run();
}

void PlannedPoller::run_and_time(const std::stop_token& stop) {
  const auto work = asio::make_work_guard(loop_);
  while (!stop.stop_requested()) {
    const auto began = Clock::now();
    const double cpu_began = thread_cpu_seconds();
    const bool idle = loop_.poll() == 0;
    const Turn turn{std::chrono::duration<double>(Clock::now() - began).count(), thread_cpu_seconds() - cpu_began};
    if (idle) std::this_thread::sleep_for(200us);
    if (known_ < site_.devices.size()) continue;  // identification is no polling
    longest_turn_.seconds = std::max(longest_turn_.seconds, turn.seconds);
    longest_turn_.cpu_seconds = std::max(longest_turn_.cpu_seconds, turn.cpu_seconds);
  }
}

void PlannedPoller::wait_until_known() const {
  for (const auto patience = Clock::now() + 60s; known_ < site_.devices.size(); std::this_thread::sleep_for(10ms))
    if (Clock::now() > patience) throw std::runtime_error{"not all units were identified"};
}

void PlannedPoller::take(core::Input input) {
  const auto now = ground::clock::now();
  if (const auto* identified = std::get_if<core::Identified>(&input)) {
    plan_.identified(identified->device, identified->points, now);
    ++known_;
  } else if (const auto* answered = std::get_if<core::Answered>(&input)) {
    on_answer_(*answered);
    plan_.answered(answered->device, now, answered->readings);
  } else if (const auto* unanswered = std::get_if<core::Unanswered>(&input)) {
    plan_.failed(unanswered->device, now);
    ++failed_;
  }
  give_orders();
}

void PlannedPoller::give_orders() {
  fleet_.perform(plan_.due(ground::clock::now()));
  const auto next = plan_.next_due();
  if (!next) return;
  timer_.expires_after(std::max<ground::Duration>(0ns, *next - ground::clock::now()));
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) give_orders();
  });
}

}  // namespace holdup::bench
