#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <utility>

// Costly work, one piece a turn of the loop: whoever has some waits for its turn, and between two pieces everybody else gets theirs.
// Client has one for the keys of all sessions.
namespace holdup::v3 {

class Turns {
 public:
  /// Held while the piece is done; the next one's turn comes behind the loop's next look at sockets and timers.
  class Turn {
   public:
    explicit Turn(Turns& owner) : owner_{&owner} {}
    ~Turn() {
      if (owner_ != nullptr) owner_->pass_on();
    }
    Turn(Turn&& other) noexcept : owner_{std::exchange(other.owner_, nullptr)} {}
    Turn& operator=(Turn&&) = delete;

   private:
    Turns* owner_;
  };

  explicit Turns(boost::asio::any_io_executor executor) : executor_{std::move(executor)}, pause_{executor_} {}

  [[nodiscard]] boost::asio::awaitable<Turn> take();
  /// Does the piece in a turn of its own, again and again while it returns true. The piece keeps alive what it needs, these turns too.
  void work_off(std::function<bool()> piece);

 private:
  struct Waiting;
  void pass_on();
  [[nodiscard]] boost::asio::awaitable<void> repeat(std::function<bool()> piece);

  boost::asio::any_io_executor executor_;
  boost::asio::steady_timer pause_;  // between two turns
  bool taken_ = false;
  std::deque<Waiting*> waiting_;
};

}  // namespace holdup::v3
