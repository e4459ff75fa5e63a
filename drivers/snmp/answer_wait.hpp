#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

#include "ground/instant.hpp"

// A coroutine's wait for an answer. Whoever has the answer goes on with the coroutine within his own turn: a cancelled timer would have it
// go on in the loop's next one, after another look at all sockets.
namespace holdup::snmp {

class AnswerWait {
 public:
  explicit AnswerWait(boost::asio::io_context& loop) : timer_{loop} {}

  /// Until `end()`, or so long; an error when it was cancelled. One coroutine at a time.
  [[nodiscard]] boost::asio::awaitable<boost::system::error_code> wait(ground::Duration most) {
    namespace asio = boost::asio;
    timer_.expires_after(most);
    const auto begin = [this](auto waiter) {
      const auto slot = asio::get_associated_cancellation_slot(waiter);
      auto held = std::make_shared<Waiter>(std::move(waiter));
      waiter_ = held;
      timer_.async_wait(
          asio::bind_cancellation_slot(slot, [held = std::move(held)](boost::system::error_code error) { go_on(*held, error); }));
    };
    const auto [error] = co_await asio::async_initiate<decltype(answer), void(boost::system::error_code)>(begin, answer);
    co_return error;
  }

  /// On the loop, and the last that its caller does: the coroutine runs before this returns, and may end what holds this.
  void end() {
    const auto held = waiter_.lock();
    timer_.cancel();
    if (held) go_on(*held, {});
  }

 private:
  using Waiter = boost::asio::any_completion_handler<void(boost::system::error_code)>;  // swapped: Boost 1.81's assignment never returns
  static constexpr auto answer = boost::asio::as_tuple(boost::asio::use_awaitable);

  /// Once: the timer's word on a wait that is over counts for nothing.
  static void go_on(Waiter& held, boost::system::error_code error) {
    Waiter waiter;
    waiter.swap(held);
    if (waiter) std::move(waiter)(error);
  }

  boost::asio::steady_timer timer_;
  std::weak_ptr<Waiter> waiter_;  // the timer's, so that a loop that ends lets go of who waits
};

}  // namespace holdup::snmp
