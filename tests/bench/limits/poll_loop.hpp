#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "alert_post.hpp"

// The bare limit that `bench-detect` holds holdup up to: one thread that asks one question each period and posts a fixed text when the
// answer says lost. What any poller of this period must spend, and nothing else.
namespace holdup::bench {

class PollLoop {
 public:
  using Clock = std::chrono::steady_clock;
  using IsLost = std::function<bool()>;  // one question and its answer, blocking

  PollLoop(Clock::duration period, std::uint16_t listener, IsLost is_lost)
      : period_{period}, post_{listener}, is_lost_{std::move(is_lost)}, thread_{[this] { run(); }} {}
  ~PollLoop() {
    {
      const std::lock_guard lock{mutex_};
      ending_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  PollLoop(const PollLoop&) = delete;
  PollLoop& operator=(const PollLoop&) = delete;

  /// From now on it asks, `phase` after every period begins, until the loss; that is posted once.
  void watch(Clock::duration phase) {
    const std::lock_guard lock{mutex_};
    if (broken_) std::rethrow_exception(broken_);
    phase_ = phase;
    changed_.notify_one();
  }

 private:
  void run() {
    try {
      std::unique_lock lock{mutex_};
      while (!ending_) {
        if (!phase_) {
          changed_.wait(lock);
        } else if (const auto mine = phase_; !changed_.wait_until(lock, next_slot(*mine), [&] { return ending_ || phase_ != mine; })) {
          if (!is_lost_()) continue;
          post_.send();
          phase_.reset();
        }
      }
    } catch (const std::exception&) {
      broken_ = std::current_exception();
    }
  }

  [[nodiscard]] Clock::time_point next_slot(Clock::duration phase) const {
    const auto since = Clock::now().time_since_epoch() - phase;
    return Clock::time_point{phase + (since / period_ + 1) * period_};
  }

  Clock::duration period_;
  AlertPost post_;
  IsLost is_lost_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Clock::duration> phase_;  // nothing: nobody is watched
  std::exception_ptr broken_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace holdup::bench
