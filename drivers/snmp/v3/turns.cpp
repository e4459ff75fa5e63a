#include "drivers/snmp/v3/turns.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace holdup::v3 {
namespace asio = boost::asio;

struct Turns::Waiting {
  explicit Waiting(Turns& owner) : turns{owner}, timer{owner.executor_, asio::steady_timer::time_point::max()} {
    turns.waiting_.push_back(this);
  }
  ~Waiting() {
    std::erase(turns.waiting_, this);
    if (!turns.taken_ && !turns.waiting_.empty()) turns.waiting_.front()->timer.cancel();  // gave up when its turn had come
  }
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
    taken_ = true;
  }
  taken_ = true;
  co_return Turn{*this};
}

void Turns::work_off(std::function<bool()> piece) {
  auto work = repeat(std::move(piece));
  asio::co_spawn(executor_, std::move(work), asio::detached);
}

asio::awaitable<void> Turns::repeat(std::function<bool()> piece) {
  for (bool more = true; more;) {
    const auto turn = co_await take();
    more = piece();
  }
}

// Not at once: through the reactor, so that what came in meanwhile is heard before the next piece, also when nobody waits yet.
void Turns::pass_on() {
  pause_.expires_after(std::chrono::steady_clock::duration::zero());
  pause_.async_wait([this](boost::system::error_code gone) {
    if (gone) return;
    taken_ = false;
    if (!waiting_.empty()) waiting_.front()->timer.cancel();
  });
}

}  // namespace holdup::v3
