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
  explicit AnswerWait(boost::asio::io_context& loop) : state_{std::make_shared<State>(loop)} {}

  /// Until `end()`, or so long; an error when it was cancelled. One coroutine at a time.
  [[nodiscard]] boost::asio::awaitable<boost::system::error_code> wait(ground::Duration most) {
    namespace asio = boost::asio;
    state_->timer.expires_after(most);
    const auto begin = [state = state_](auto waiter) {
      const auto slot = asio::get_associated_cancellation_slot(waiter);
      Waiter{std::move(waiter)}.swap(state->waiter);
      state->timer.async_wait(asio::bind_cancellation_slot(slot, [state, turn = ++state->turns](boost::system::error_code error) {
        if (turn == state->turns) go_on(*state, error);
      }));
    };
    const auto [error] = co_await asio::async_initiate<decltype(answer), void(boost::system::error_code)>(begin, answer);
    co_return error;
  }

  /// On the loop, and the last that its caller does: the coroutine runs before this returns, and may end what holds this.
  void end() {
    const auto alive = state_;
    alive->timer.cancel();
    go_on(*alive, {});
  }

 private:
  using Waiter = boost::asio::any_completion_handler<void(boost::system::error_code)>;  // swapped: Boost 1.81's assignment never returns
  struct State {
    explicit State(boost::asio::io_context& loop) : timer{loop} {}
    boost::asio::steady_timer timer;
    Waiter waiter;
    unsigned turns = 0;  // of waiting: a timer's word on one that is over counts for nothing
  };
  static constexpr auto answer = boost::asio::as_tuple(boost::asio::use_awaitable);

  static void go_on(State& state, boost::system::error_code error) {
    Waiter waiter;
    waiter.swap(state.waiter);
    if (waiter) std::move(waiter)(error);
  }

  std::shared_ptr<State> state_;
};

}  // namespace holdup::snmp
