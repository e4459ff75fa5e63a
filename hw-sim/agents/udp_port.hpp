#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hw-sim/agents/address.hpp"

// A UDP port that many devices can share: it says which address each datagram was sent to, and answers leave from there. Moves datagrams
// by the dozen. Never blocks; who waits for it watches its descriptor.
namespace hwsim::agents {

struct Peer {
  sockaddr_storage address{};
  socklen_t size = 0;
};

/// Nothing when the host is no numeric address.
[[nodiscard]] std::optional<Peer> peer_at(const HostPort& place);

class UdpPort {
 public:
  enum class Reach : std::uint8_t {
    one_address,  // the one it is bound to
    every_ipv4,   // any local address; the host of `listen` says nothing
  };
  /// Throws boost::system::system_error when the port cannot be bound.
  UdpPort(const HostPort& listen, Reach reach);
  ~UdpPort();
  UdpPort(const UdpPort&) = delete;
  UdpPort& operator=(const UdpPort&) = delete;

  [[nodiscard]] int descriptor() const { return socket_; }
  [[nodiscard]] std::uint16_t port() const;

  struct Datagram {
    std::string_view bytes;  // until the next receive()
    Peer peer;
    std::uint32_t local = 0;  // IPv4 address it was sent to, host order; 0 with one_address
  };
  /// What has come, at most a batch; datagrams over 4 KiB are left out.
  [[nodiscard]] const std::vector<Datagram>& receive();

  struct Outgoing {
    std::string bytes;
    Peer to;
    std::uint32_t from = 0;  // as Datagram::local
  };
  /// Queues it; a datagram that cannot be sent is lost, as on any wire.
  void send(Outgoing datagram);
  /// Sends what is queued.
  void flush();

 private:
  struct Batch;
  int socket_ = -1;
  bool tells_address_ = false;
  std::unique_ptr<Batch> batch_;
  std::vector<Datagram> received_;
  std::vector<Outgoing> outgoing_;
};

}  // namespace hwsim::agents
