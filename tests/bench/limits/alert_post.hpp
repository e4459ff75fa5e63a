#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>

// The limit of telling a loss: one write of a fixed POST over a kept connection with blocking sockets. Loopback only.
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

/// Posts to /limit of a listener.
class AlertPost {
 public:
  explicit AlertPost(std::uint16_t listener) : listener_{SOCK_STREAM, loopback(listener)} {}

  void send() const {
    listener_.send(text_.data(), text_.size());
    std::string answer;
    std::array<char, 512> piece{};
    while (!answer.ends_with("\r\n\r\n")) answer.append(piece.data(), listener_.receive(piece.data(), piece.size()));
  }

 private:
  Wire listener_;
  const std::string text_ =
      "POST /limit HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"lost\":\"psu1\"}";
};

}  // namespace holdup::bench
