#pragma once

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <queue>
#include <random>
#include <stop_token>

#include "pdu_162.hpp"

// The limit of keeping a schedule: one thread, one timerfd behind epoll, a heap of what is due; a due device is sent one question, and
// nothing waits for its answer. Phases are drawn over the period.
namespace holdup::bench {

class TimerLoop {
 public:
  TimerLoop(std::size_t devices, std::uint16_t port, std::chrono::milliseconds period) : period_{period} {
    std::mt19937_64 chance{7};
    std::uniform_int_distribution<std::int64_t> phase{0, std::chrono::nanoseconds{period}.count()};
    for (std::size_t d = 0; d < devices; ++d) due_.push({Clock::now() + std::chrono::nanoseconds{phase(chance)}, address_of(d, port)});
    epoll_event event{.events = EPOLLIN, .data = {.fd = timer_}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, timer_, &event);
  }
  ~TimerLoop() {
    for (const int fd : {timer_, epoll_, socket_}) ::close(fd);
  }
  TimerLoop(const TimerLoop&) = delete;
  TimerLoop& operator=(const TimerLoop&) = delete;

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      for (Due next = due_.top(); next.at <= Clock::now(); next = due_.top()) {
        due_.pop();
        (void)::sendto(socket_, question_.bytes.data(), question_.bytes.size(), 0, reinterpret_cast<const sockaddr*>(&next.to),
                       sizeof next.to);
        due_.push({next.at + period_, next.to});
      }
      const auto at = due_.top().at.time_since_epoch().count();  // steady_clock is CLOCK_MONOTONIC
      const itimerspec when{.it_interval = {}, .it_value = {.tv_sec = at / 1'000'000'000, .tv_nsec = at % 1'000'000'000}};
      ::timerfd_settime(timer_, TFD_TIMER_ABSTIME, &when, nullptr);
      epoll_event event;
      (void)::epoll_wait(epoll_, &event, 1, 100);
    }
  }

 private:
  using Clock = std::chrono::steady_clock;
  struct Due {
    Clock::time_point at;
    sockaddr_in to;
    bool operator<(const Due& other) const { return at > other.at; }
  };

  std::chrono::nanoseconds period_;
  std::priority_queue<Due> due_;
  const Question question_ = question(0);
  int socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  int timer_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
};

}  // namespace holdup::bench
