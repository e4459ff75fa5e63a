#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <stop_token>
#include <system_error>

// The limit of receiving a storm of traps: one thread, recvmmsg of 64, counted and forgotten. What the kernel dropped is what was sent less
// what is counted here.
namespace holdup::bench {

class TrapSink {
 public:
  TrapSink() {
    const int bytes = 4 << 20;
    const timeval patience{.tv_sec = 0, .tv_usec = 100'000};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&here), size) != 0) throw std::system_error{errno, std::generic_category(), "bind"};
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&here), &size);
    port_ = ntohs(here.sin_port);
    for (std::size_t i = 0; i < batch; ++i) {
      bytes_[i] = {traps_[i].data(), traps_[i].size()};
      messages_[i].msg_hdr.msg_iov = &bytes_[i];
      messages_[i].msg_hdr.msg_iovlen = 1;
    }
  }
  ~TrapSink() { ::close(socket_); }
  TrapSink(const TrapSink&) = delete;
  TrapSink& operator=(const TrapSink&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// The traps received until the stop.
  std::uint64_t run(const std::stop_token& stop) {
    std::uint64_t count = 0;
    while (!stop.stop_requested()) {
      const int got = ::recvmmsg(socket_, messages_.data(), batch, MSG_WAITFORONE, nullptr);
      if (got > 0) count += static_cast<std::uint64_t>(got);
    }
    return count;
  }

 private:
  static constexpr std::size_t batch = 64;
  std::uint16_t port_ = 0;
  std::array<std::array<char, 2048>, batch> traps_;
  std::array<iovec, batch> bytes_{};
  std::array<mmsghdr, batch> messages_{};
  int socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

}  // namespace holdup::bench
