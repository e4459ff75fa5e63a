#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>

#include "drivers/modbus/counters.hpp"
#include "drivers/modbus/deadlines.hpp"

// What the Modbus connections of one loop share: one timer for all that is due, turns for those that dial, and the counts of those that
// are gone. Used by Connection; Hosts makes one.
namespace holdup::modbus {

class Commons : public std::enable_shared_from_this<Commons> {
 public:
  using Executor = boost::asio::any_io_executor;

  explicit Commons(Executor executor) : executor_{std::move(executor)}, timer_{executor_} {}

  /// Calls the entry when it is due; Instant::max(): not any more. To be taken out before it goes.
  void set(Deadlines::Entry& entry, ground::Instant when);
  /// Calls `dial` now, or where many dial at once, in one of the next turns of the loop: each connect takes the loop some time.
  void when_dialling(std::function<void()> dial);
  [[nodiscard]] const Executor& executor() const { return executor_; }

  Counters past;  // of connections that are gone

 private:
  struct Bond;

  void arm();
  void ring();
  void abandon();
  void dial_next();

  Executor executor_;
  boost::asio::steady_timer timer_;
  ground::Instant armed_ = ground::Instant::max();  // when the timer rings, at the latest; it is left to ring early rather than set anew
  Deadlines deadlines_;
  std::deque<std::function<void()>> diallers_;
  int dialled_ = 0;  // in this turn
};

}  // namespace holdup::modbus
