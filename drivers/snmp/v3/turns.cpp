#include "drivers/snmp/v3/turns.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace holdup::v3 {
namespace asio = boost::asio;

struct Turns::Waiting {
  explicit Waiting(Turns& owner) : turns{owner}, timer{owner.executor_, asio::steady_timer::time_point::max()} {
    turns.waiting_.push_back(this);
  }
  ~Waiting() { std::erase(turns.waiting_, this); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  Turns& turns;
  asio::steady_timer timer;
};

asio::awaitable<Turns::Turn> Turns::take() {
  if (taken_ || !waiting_.empty()) {
    Waiting waiting{*this};
    while (taken_ || waiting_.front() != &waiting) {
      const auto woken = co_await waiting.timer.async_wait(asio::as_tuple(asio::use_awaitable));
      (void)woken;  // a cancelled wait is how a turn comes
    }
  }
  taken_ = true;
  co_return Turn{*this};
}

// The next one resumes from the loop, behind whatever is ready by then.
void Turns::pass_on() {
  taken_ = false;
  if (!waiting_.empty()) waiting_.front()->timer.cancel();
}

}  // namespace holdup::v3
