#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <stop_token>
#include <vector>

#include "collector/plan/plan.hpp"
#include "collector/poll/fleet.hpp"

// The daemon's plan and fleet on one loop, as its host drives them, without the core.
namespace holdup::bench {

class PlannedPoller {
 public:
  /// Called with each answer, in the loop's thread.
  using OnAnswer = std::function<void(const core::Answered&)>;

  PlannedPoller(site::Site site, OnAnswer on_answer);

  void run(const std::stop_token& stop);
  /// The same, noting how long the loop's turns are once all are known; it looks for work five thousand times a second instead of waiting
  /// for it.
  void run_and_time(const std::stop_token& stop);
  /// The longest turn's seconds, by the clock and by the processor's; what another program took from the loop is in the first one only.
  struct Turn {
    double seconds = 0, cpu_seconds = 0;
  };
  [[nodiscard]] const Turn& longest_turn() const { return longest_turn_; }
  /// For what else is to happen on it.
  [[nodiscard]] boost::asio::io_context& loop() { return loop_; }
  [[nodiscard]] std::size_t known() const { return known_; }
  [[nodiscard]] std::size_t failed() const { return failed_; }
  /// Throws when it takes a minute.
  void wait_until_known() const;

 private:
  void take(core::Input input);
  void give_orders();

  site::Site site_;
  boost::asio::io_context loop_{1};
  plan::Plan plan_;
  OnAnswer on_answer_;
  poll::Fleet fleet_;
  boost::asio::steady_timer timer_{loop_};
  std::atomic<std::size_t> known_{0}, failed_{0};
  Turn longest_turn_;
};

}  // namespace holdup::bench
