#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <system_error>

// The limit of telling a loss: one write of a POST over a kept connection with blocking sockets. Loopback only.
namespace holdup::bench {

/// A connected socket; every failure throws.
class Wire {
 public:
  Wire(int type, const sockaddr_in& peer) : socket_{::socket(AF_INET, type | SOCK_CLOEXEC, 0)} {
    const int yes = 1;
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    if (type == SOCK_STREAM) ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0) fail("connect");
  }
  ~Wire() { ::close(socket_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  /// Short enough for one write.
  void send(const void* bytes, std::size_t size) const {
    if (::send(socket_, bytes, size, MSG_NOSIGNAL) != static_cast<ssize_t>(size)) fail("send");
  }
  std::size_t receive(void* bytes, std::size_t most) const {
    const auto size = ::recv(socket_, bytes, most, 0);
    if (size <= 0) fail("receive");
    return static_cast<std::size_t>(size);
  }

 private:
  [[noreturn]] static void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

  int socket_;
};

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return out;
}

/// Posts to /limit of a listener what whoever tells of a loss must say of it, in the form that Alertmanager takes and in the size of
/// holdup's own, worded into a buffer of its own.
class AlertPost {
 public:
  explicit AlertPost(std::uint16_t listener) : listener_{SOCK_STREAM, loopback(listener)} {}

  /// `element` lost its input; `sign` tells of what showed it.
  void send(const char* element, const char* sign) {
    const int size = std::snprintf(
        body_.data(), body_.size(),
        R"([{"labels":{"alertname":"supply_input_lost","element":"%s","rack":"r1","severity":"warning"},"annotations":{"incident":"%08x-%llu",)"
        R"("strength":"reported","summary":"reported: supply_input_lost at %s","evidence":"%s at %s","url":"http://127.0.0.1:9186/"},)"
        R"("startsAt":"%s","endsAt":"%s","generatorURL":"http://127.0.0.1:9186/"}])",
        element, 0x3f2a91c0u, ++count_, element, sign, time(0).data(), time(0).data(), time(240).data());
    const int whole = std::snprintf(text_.data(), text_.size(),
                                    "POST /limit HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bare\r\nContent-Type: application/json\r\n"
                                    "Content-Length: %d\r\n\r\n%s",
                                    size, body_.data());
    listener_.send(text_.data(), static_cast<std::size_t>(whole));
    std::size_t got = 0;
    while (got < 4 || std::memcmp(answer_.data() + got - 4, "\r\n\r\n", 4) != 0)
      got += listener_.receive(answer_.data() + got, answer_.size() - got);
  }

 private:
  /// ISO 8601, so many seconds from now.
  static std::array<char, 32> time(int from_now) {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    now.tv_sec += from_now;
    tm parts{};
    ::gmtime_r(&now.tv_sec, &parts);
    std::array<char, 32> out{};
    const auto size = std::strftime(out.data(), out.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(out.data() + size, out.size() - size, ".%03ldZ", now.tv_nsec / 1'000'000 % 1000);
    return out;
  }

  Wire listener_;
  unsigned long long count_ = 0;
  std::array<char, 1024> body_{};
  std::array<char, 1536> text_{};
  std::array<char, 1024> answer_{};
};

}  // namespace holdup::bench
