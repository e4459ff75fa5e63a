#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "drivers/snmp/ber.hpp"
#include "ground/result.hpp"

// The one UDP socket that traps come in by: many datagrams a system call, the kernel's own count of what it threw away, answers from the
// address that was called. It never waits. The trap port reads it.
namespace holdup::snmp {

using HostBytes = std::array<std::uint8_t, 16>;  // IPv6; IPv4 as ::ffff:a.b.c.d

/// Of "192.0.2.11" or "2001:db8::1"; nothing when it is neither.
[[nodiscard]] std::optional<HostBytes> host_bytes(const std::string& address);

struct Arrived {
  Bytes bytes;
  HostBytes host{};
  std::uint16_t port = 0;
  std::size_t slot = 0;  // for reply()
};

class TrapSocket {
 public:
  static constexpr std::size_t batch = 64;  // a turn: a storm leaves the loop its turns

  /// "127.0.0.1:9162", "[::]:162"; port 0: the kernel chooses. machine: it cannot be listened at.
  [[nodiscard]] static ground::Result<TrapSocket> listen(std::string_view address);
  /// The UDP socket that systemd passed with LISTEN_FDS; nothing when there is none.
  [[nodiscard]] static std::optional<TrapSocket> passed();
  TrapSocket(TrapSocket&&) noexcept;
  TrapSocket& operator=(TrapSocket&&) noexcept;
  ~TrapSocket();

  [[nodiscard]] int descriptor() const;
  /// "127.0.0.1:9162", with the real port.
  [[nodiscard]] std::string endpoint() const;
  /// What has come, at most `batch`; valid until the next call.
  [[nodiscard]] std::span<const Arrived> receive();
  /// To the sender of what the last receive() gave, from the address that it called. What the kernel does not take is lost.
  void reply(const Arrived& to, Bytes datagram);
  /// Datagrams that the kernel dropped because they were not fetched in time.
  [[nodiscard]] std::uint64_t kernel_drops() const;

 private:
  struct State;
  explicit TrapSocket(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace holdup::snmp
