#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <stop_token>
#include <system_error>
#include <utility>

// The limit of acting on a trap: one thread behind epoll, a datagram in, one act.
namespace holdup::bench {

class TrapRelay {
 public:
  /// Calls `act` with every datagram it gets.
  explicit TrapRelay(std::function<void(const std::uint8_t* datagram, std::size_t size)> act) : act_{std::move(act)} {
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
    std::array<std::uint8_t, 2048> trap;
    while (!stop.stop_requested()) {
      epoll_event event;
      if (::epoll_wait(epoll_, &event, 1, 100) != 1) continue;
      if (const auto size = ::recv(socket_, trap.data(), trap.size(), MSG_DONTWAIT); size > 0)
        act_(trap.data(), static_cast<std::size_t>(size));
    }
  }

 private:
  std::function<void(const std::uint8_t*, std::size_t)> act_;
  std::uint16_t port_ = 0;
  int socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
};

/// What an SNMPv2c trap about an outlet says, or nothing of it: outlet 0.
struct OutletTrap {
  unsigned outlet = 0;
  unsigned state = 0;
};

/// Walks the message down to the binding whose name begins with `column` and ends with the outlet and `last`.
class OutletTrapReader {
 public:
  OutletTrapReader(const std::uint8_t* column, std::size_t size, std::uint8_t last) : column_{column}, size_{size}, last_{last} {}

  [[nodiscard]] OutletTrap read(const std::uint8_t* at, std::size_t size) const {
    Part whole{at, at + size}, message = whole.next(0x30);
    (void)message.next(0x02);
    const Part community = message.next(0x04);
    if (community.end - community.at != 6 || std::memcmp(community.at, "public", 6) != 0) return {};
    Part pdu = message.next(0xA7);
    for (int field = 0; field < 3; ++field) (void)pdu.next(0x02);
    for (Part bindings = pdu.next(0x30); bindings.at != bindings.end;) {
      Part binding = bindings.next(0x30);
      const Part name = binding.next(0x06);
      const auto length = static_cast<std::size_t>(name.end - name.at);
      if (length != size_ + 2 || std::memcmp(name.at, column_, size_) != 0 || name.end[-1] != last_) continue;
      const Part value = binding.next(0x02);
      unsigned state = 0;
      for (const std::uint8_t* byte = value.at; byte != value.end; ++byte) state = state << 8 | *byte;
      return {.outlet = name.end[-2], .state = state};
    }
    return {};
  }

 private:
  struct Part {
    const std::uint8_t *at, *end;

    /// The next part's content where it bears this tag; else nothing is left.
    Part next(std::uint8_t tag) {
      if (end - at < 2 || *at != tag) return nothing();
      std::size_t length = at[1];
      at += 2;
      if (length >= 0x80) {
        std::size_t more = length & 0x7F;
        for (length = 0; more > 0 && at != end; --more) length = length << 8 | *at++;
      }
      if (static_cast<std::size_t>(end - at) < length) return nothing();
      const Part content{at, at + length};
      at += length;
      return content;
    }
    Part nothing() {
      at = end;
      return {end, end};
    }
  };

  const std::uint8_t* column_;
  std::size_t size_;
  std::uint8_t last_;
};

}  // namespace holdup::bench
