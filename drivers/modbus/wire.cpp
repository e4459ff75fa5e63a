#include "drivers/modbus/wire.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace holdup::modbus {
namespace {

using boost::system::error_code;

/// What the kernel sees to while nothing is asked: a peer that went without a word is noticed after half a minute.
struct KernelOption {
  int level, name, value;
};
constexpr KernelOption kernel_options[] = {{IPPROTO_TCP, TCP_NODELAY, 1},  // requests leave at once
                                           {SOL_SOCKET, SO_KEEPALIVE, 1},          {IPPROTO_TCP, TCP_KEEPIDLE, 15},
                                           {IPPROTO_TCP, TCP_KEEPINTVL, 5},        {IPPROTO_TCP, TCP_KEEPCNT, 3},
                                           {IPPROTO_TCP, TCP_USER_TIMEOUT, 10'000}};  // ms without an acknowledgement

error_code last_error() { return {errno, boost::system::system_category()}; }

}  // namespace

error_code Wire::take(int socket) {
  close();
  socket_ = socket;
  error_code error;
  for (const KernelOption& option : kernel_options)
    if (::setsockopt(socket_, option.level, option.name, &option.value, sizeof option.value) != 0) error = last_error();
  if (!error && ::fcntl(socket_, F_SETFL, O_NONBLOCK) != 0) error = last_error();
  return error;
}

void Wire::close() {
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

error_code Wire::send(std::span<const std::uint8_t> bytes) const {
  const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent < 0) return last_error();
  return static_cast<std::size_t>(sent) < bytes.size() ? error_code{EWOULDBLOCK, boost::system::system_category()} : error_code{};
}

Wire::Received Wire::receive(std::span<std::uint8_t> room) const {
  const auto got = ::recv(socket_, room.data(), room.size(), 0);
  if (got < 0) return {.error = last_error()};
  return {.bytes = static_cast<std::size_t>(got), .error = {}};
}

void Wire::acknowledge() const {
  const int now = 1;
  (void)::setsockopt(socket_, IPPROTO_TCP, TCP_QUICKACK, &now, sizeof now);
}

}  // namespace holdup::modbus
