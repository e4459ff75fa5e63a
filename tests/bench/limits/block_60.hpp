#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>

// The question of the Modbus benches: 60 holding registers from 0 on, of unit 1 at 127.2.x.y, one address a device.
namespace holdup::bench {

inline constexpr std::size_t registers_a_block = 60;
inline constexpr std::size_t block_answer_bytes = 9 + 2 * registers_a_block;
inline constexpr std::array<std::uint8_t, 12> block_question{0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, registers_a_block};

[[nodiscard]] inline sockaddr_in unit_address(std::size_t device, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(127u << 24 | 2u << 16 | static_cast<std::uint32_t>(device / 250) << 8 | (1 + device % 250));
  return out;
}
[[nodiscard]] inline std::size_t unit_of(in_addr address) {
  const auto host = ntohl(address.s_addr);
  return (host >> 8 & 0xFF) * 250 + (host & 0xFF) - 1;
}
[[nodiscard]] inline std::string unit_host(std::size_t device) {
  std::array<char, INET_ADDRSTRLEN> out{};
  const auto address = unit_address(device, 0);
  ::inet_ntop(AF_INET, &address.sin_addr, out.data(), out.size());
  return out.data();
}

/// A connected socket, without delay.
[[nodiscard]] inline int dial(std::size_t device, std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
  const auto to = unit_address(device, port);
  if (socket < 0 || ::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    throw std::system_error{errno, std::generic_category(), "cannot dial " + unit_host(device)};
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return socket;
}

}  // namespace holdup::bench
