#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "limits/pdu_162.hpp"
#include "signs.hpp"

// Stands between a poller and its agents, in a thread of its own: each agent is reached through an address of the witness, which notes when
// a question came and when a sign was passed on. Traps leave from the same addresses, as an agent's own do.
namespace holdup::bench {

class Witness {
 public:
  using Clock = std::chrono::steady_clock;

  /// One device an agent's port on 127.0.0.1, and behind them one that nobody answers. A sign is an answer that holds these bytes.
  explicit Witness(const std::vector<std::uint16_t>& agents, std::string sign = {})
      : sign_{std::move(sign)}, signs_{agents.size()}, asked_(agents.size() + 1) {
    for (std::size_t d = 0; d <= agents.size(); ++d) {
      Face& face = faces_.emplace_back();
      face.here = address_of(d, 0);
      face.front = open(d * 2, face.here, ::bind);
      socklen_t size = sizeof face.here;
      ::getsockname(face.front, reinterpret_cast<sockaddr*>(&face.here), &size);
      sockaddr_in agent{};
      agent.sin_family = AF_INET;
      agent.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      if (d == agents.size()) continue;
      agent.sin_port = htons(agents[d]);
      face.back = open(d * 2 + 1, agent, ::connect);
    }
    thread_ = std::jthread{[this](const std::stop_token& stop) { serve(stop); }};
  }
  ~Witness() {
    thread_.request_stop();
    thread_.join();
    for (const Face& face : faces_) ::close(face.front), face.back < 0 ? 0 : ::close(face.back);
    ::close(epoll_);
  }
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;

  [[nodiscard]] const sockaddr_in& address(std::size_t device) const { return faces_[device].here; }
  [[nodiscard]] std::string host(std::size_t device) const {
    std::array<char, INET_ADDRSTRLEN> host;
    ::inet_ntop(AF_INET, &address(device).sin_addr, host.data(), host.size());
    return std::string{host.data()} + ":" + std::to_string(ntohs(address(device).sin_port));
  }
  /// A datagram of the device to a port on 127.0.0.1.
  void call(std::size_t device, std::uint16_t port, const std::string& datagram) const {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)::sendto(faces_[device].front, datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  [[nodiscard]] Signs& signs() { return signs_; }
  /// When the device was first asked after `since`; nothing when it was not until then.
  [[nodiscard]] std::optional<Clock::time_point> asked(std::size_t device, Clock::time_point since, Clock::time_point until) {
    std::unique_lock lock{guard_};
    const auto& mine = asked_[device];
    if (!came_.wait_until(lock, until, [&] { return !mine.empty() && mine.back() > since; })) return std::nullopt;
    auto first = mine.end();
    while (first != mine.begin() && *std::prev(first) > since) --first;
    return *first;
  }
  [[nodiscard]] Clock::time_point last_asked(std::size_t device) {
    const std::lock_guard lock{guard_};
    return asked_[device].empty() ? Clock::time_point{} : asked_[device].back();
  }
  [[nodiscard]] std::vector<Clock::time_point> questions(std::size_t device) {
    const std::lock_guard lock{guard_};
    return asked_[device];
  }

 private:
  struct Face {
    sockaddr_in here{}, asker{};
    int front = -1, back = -1;
  };

  template <class Tie>
  int open(std::size_t mark, const sockaddr_in& address, Tie tie) const {
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (tie(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::system_error{errno, std::generic_category(), "a witness's socket"};
    epoll_event event{.events = EPOLLIN, .data = {.u64 = mark}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
    return socket;
  }

  void serve(const std::stop_token& stop) {
    std::array<epoll_event, 64> events;
    while (!stop.stop_requested()) {
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
      for (int i = 0; i < count; ++i) {
        const auto mark = events[static_cast<std::size_t>(i)].data.u64;
        mark % 2 == 0 ? ask(mark / 2) : answer(mark / 2);
      }
    }
  }
  void ask(std::size_t device) {
    Face& face = faces_[device];
    socklen_t size = sizeof face.asker;
    const auto got =
        ::recvfrom(face.front, datagram_.data(), datagram_.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&face.asker), &size);
    const auto now = Clock::now();
    if (got <= 0) return;
    {
      const std::lock_guard lock{guard_};
      asked_[device].push_back(now);
    }
    came_.notify_all();
    if (face.back >= 0) (void)::send(face.back, datagram_.data(), static_cast<std::size_t>(got), 0);
  }
  void answer(std::size_t device) {
    const Face& face = faces_[device];
    const auto got = ::recv(face.back, datagram_.data(), datagram_.size(), MSG_DONTWAIT);
    if (got <= 0) return;
    const std::string_view bytes{datagram_.data(), static_cast<std::size_t>(got)};
    if (!sign_.empty() && bytes.find(sign_) != bytes.npos) signs_.passed(device);
    (void)::sendto(face.front, datagram_.data(), static_cast<std::size_t>(got), 0, reinterpret_cast<const sockaddr*>(&face.asker),
                   sizeof face.asker);
  }

  int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  const std::string sign_;
  Signs signs_;
  std::vector<Face> faces_;
  std::array<char, 65536> datagram_;
  std::mutex guard_;
  std::condition_variable came_;
  std::vector<std::vector<Clock::time_point>> asked_;
  std::jthread thread_;
};

}  // namespace holdup::bench
