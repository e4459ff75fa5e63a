#pragma once

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <stop_token>
#include <unordered_map>

#include "limits/block_60.hpp"

// Thousands of Modbus TCP units behind one epoll: any 127.2.x.y is one. Reads of holding registers are answered at once, register n with
// 2300 + n; no part of any figure.
namespace holdup::bench {

class ModbusUnits {
 public:
  using Clock = std::chrono::steady_clock;
  /// What register 0 of a unit says to a question that came at that time; called in the thread that serves.
  using OnAsked = std::function<std::uint16_t(std::size_t unit, Clock::time_point at)>;

  explicit ModbusUnits(OnAsked on_asked = {}) : on_asked_{std::move(on_asked)} {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_ANY);
    socklen_t size = sizeof here;
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&here), size) != 0 || ::listen(listener_, 4096) != 0)
      throw std::system_error{errno, std::generic_category(), "the units' port"};
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&here), &size);
    port_ = ntohs(here.sin_port);
    watch(listener_);
  }
  ~ModbusUnits() {
    for (const auto& [socket, unit] : unit_behind_) ::close(socket);
    ::close(listener_);
    ::close(epoll_);
  }
  ModbusUnits(const ModbusUnits&) = delete;
  ModbusUnits& operator=(const ModbusUnits&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Requests answered so far.
  [[nodiscard]] std::uint64_t answered() const { return answered_; }

  void serve(const std::stop_token& stop) {
    std::array<epoll_event, 256> events{};
    while (!stop.stop_requested()) {
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
      for (int i = 0; i < count; ++i) {
        const int socket = events[static_cast<std::size_t>(i)].data.fd;
        socket == listener_ ? accept() : converse(socket);
      }
    }
  }

 private:
  void watch(int socket) const {
    epoll_event event{.events = EPOLLIN, .data = {.fd = socket}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
  }

  void accept() {
    sockaddr_in here{};
    socklen_t size = sizeof here;
    const int yes = 1;
    for (int socket; (socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0; watch(socket)) {
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&here), &size);
      unit_behind_[socket] = unit_of(here.sin_addr);
    }
  }

  /// Requests come whole: the pollers of a bench send twelve bytes at once.
  void converse(int socket) {
    std::array<std::uint8_t, 1200> in{};
    const auto got = ::recv(socket, in.data(), in.size(), 0);
    if (got < 0) return;
    if (got == 0) {
      unit_behind_.erase(socket);
      return void(::close(socket));
    }
    std::size_t filled = 0;
    for (std::size_t at = 0; at + 12 <= static_cast<std::size_t>(got); at += 12)
      filled += answer(socket, in.data() + at, out_.data() + filled);
    (void)::send(socket, out_.data(), filled, MSG_NOSIGNAL);
  }

  std::size_t answer(int socket, const std::uint8_t* question, std::uint8_t* out) {
    const std::size_t first = question[8] << 8 | question[9], count = std::min<std::size_t>(question[10] << 8 | question[11], 125);
    std::copy(question, question + 8, out);
    out[4] = 0;
    out[5] = static_cast<std::uint8_t>(3 + 2 * count);
    out[8] = static_cast<std::uint8_t>(2 * count);
    for (std::size_t r = 0; r < count; ++r) put(out + 9 + 2 * r, static_cast<std::uint16_t>(2300 + first + r));
    if (on_asked_) put(out + 9, on_asked_(unit_behind_[socket], Clock::now()));
    ++answered_;
    return 9 + 2 * count;
  }
  static void put(std::uint8_t* out, std::uint16_t word) {
    out[0] = static_cast<std::uint8_t>(word >> 8);
    out[1] = static_cast<std::uint8_t>(word);
  }

  OnAsked on_asked_;
  int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  std::uint16_t port_ = 0;
  std::unordered_map<int, std::size_t> unit_behind_;
  std::atomic<std::uint64_t> answered_{0};
  std::array<std::uint8_t, 100 * 260> out_{};
};

}  // namespace holdup::bench
