#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "ground/instant.hpp"
#include "ground/result.hpp"

// Two UDP sockets, one an address family, that all devices of the loop share; each opened when it is first needed. The clients of v1, v2c
// and v3 each hold one, and judge what leaves and what came.
namespace holdup::snmp {

class Sockets {
 public:
  using Endpoint = boost::asio::ip::udp::endpoint;
  using Datagram = std::span<const std::uint8_t>;
  using OnDatagram = std::function<void(Datagram, const Endpoint& from)>;
  using OnRefused = std::function<void(std::uint32_t tag, const ground::Failure&)>;

  /// `on_datagram` is called on the loop, some 64 times a turn at most; `on_refused` when the kernel would not send what bore the tag, in a
  /// turn of its own.
  Sockets(boost::asio::io_context& loop, OnDatagram on_datagram, OnRefused on_refused);
  ~Sockets();
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;

  /// A copy leaves before the loop waits again, with all others of this turn in few system calls. A full send buffer is a lost datagram,
  /// and no failure.
  [[nodiscard]] ground::Result<std::size_t> send(Datagram datagram, const Endpoint& to, std::uint32_t tag);
  /// What was sent in this turn leaves now.
  void flush();
  /// When the datagrams that are being handed on had come: what is made of the first does not make the last one's answer slower.
  [[nodiscard]] ground::Instant received() const { return received_; }

 private:
  struct Face;  // the socket of one address family
  [[nodiscard]] ground::Result<std::shared_ptr<Face>> face(const boost::asio::ip::udp& protocol);
  void listen(const std::shared_ptr<Face>& face);
  void drain(const std::shared_ptr<Face>& face);
  void flush(const std::shared_ptr<Face>& face);

  boost::asio::io_context& loop_;
  OnDatagram on_datagram_;
  OnRefused on_refused_;
  ground::Instant received_{};
  std::shared_ptr<Face> v4_, v6_;  // shared only with a wait that has completed while the owner went
};

/// Nothing leaves before; false when the loop was stopped meanwhile.
[[nodiscard]] boost::asio::awaitable<bool> pause_until(ground::Instant end);

}  // namespace holdup::snmp
