#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "drivers/modbus/counters.hpp"
#include "drivers/modbus/deadlines.hpp"
#include "drivers/modbus/readiness.hpp"

// What the Modbus connections of one loop share: one timer for all that is due, one wait for all that comes in, turns for those that dial,
// and the counts of those that are gone. Used by Connection; Hosts makes one.
namespace holdup::modbus {

class Commons : public std::enable_shared_from_this<Commons> {
 public:
  using Executor = boost::asio::any_io_executor;

  explicit Commons(Executor executor);

  /// Calls the entry when it is due; Instant::max(): not any more. To be taken out before it goes.
  void set(Deadlines::Entry& entry, ground::Instant when);
  /// Calls the entry at the end of this turn of the loop, or when flush() is called: questions of one turn then leave one after the other,
  /// while those that answer are awake. To be left out before it goes.
  void soon(Deadlines::Entry& entry);
  void not_soon(const Deadlines::Entry& entry);
  void flush();
  /// Calls the ear whenever its socket has something to read; false, with errno, where that cannot be had.
  [[nodiscard]] bool listen(int socket, Readiness::Ear& ear);
  /// Before the socket is closed.
  void cease(int socket, const Readiness::Ear& ear);
  /// Calls `dial` now, or where many dial at once, in one of the next turns of the loop: each connect takes the loop some time.
  void when_dialling(std::function<void()> dial);
  [[nodiscard]] const Executor& executor() const { return executor_; }

  Counters past;  // of connections that are gone

 private:
  struct Bond;

  void arm();
  void ring();
  void abandon();
  void wait_for_any();
  void dial_next();

  Executor executor_;
  boost::asio::steady_timer timer_;
  ground::Instant armed_ = ground::Instant::max();  // when the timer rings, at the latest; it is left to ring early rather than set anew
  Deadlines deadlines_;
  std::vector<Deadlines::Entry*> soon_, flushing_;
  bool flush_posted_ = false;
  Readiness readiness_;
  boost::asio::posix::stream_descriptor all_sockets_;  // a duplicate, so that Asio may close it
  std::size_t listening_ = 0;                          // sockets; the loop has nothing to wait for where there are none
  bool waiting_ = false;
  std::deque<std::function<void()>> diallers_;
  int dialled_ = 0;  // in this turn
};

}  // namespace holdup::modbus
