#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <system_error>
#include <utility>

// The limit of acting on a trap: one thread behind epoll, a datagram in, one fixed act. Nothing is decoded.
namespace holdup::bench {

class TrapRelay {
 public:
  /// Calls `act` for every datagram it gets.
  explicit TrapRelay(std::function<void()> act) : act_{std::move(act)} {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&here), size) != 0) throw std::system_error{errno, std::generic_category(), "bind"};
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&here), &size);
    port_ = ntohs(here.sin_port);
    epoll_event event{.events = EPOLLIN, .data = {.fd = socket_}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket_, &event);
  }
  ~TrapRelay() {
    ::close(epoll_);
    ::close(socket_);
  }
  TrapRelay(const TrapRelay&) = delete;
  TrapRelay& operator=(const TrapRelay&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  void run(const std::stop_token& stop) {
    std::array<char, 2048> trap;
    while (!stop.stop_requested()) {
      epoll_event event;
      if (::epoll_wait(epoll_, &event, 1, 100) != 1) continue;
      if (::recv(socket_, trap.data(), trap.size(), MSG_DONTWAIT) > 0) act_();
    }
  }

 private:
  std::function<void()> act_;
  std::uint16_t port_ = 0;
  int socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
};

}  // namespace holdup::bench
