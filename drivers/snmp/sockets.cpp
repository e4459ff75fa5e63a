#include "drivers/snmp/sockets.hpp"

#include <array>
#include <boost/asio/buffer.hpp>

namespace holdup::snmp {
namespace asio = boost::asio;
using boost::system::error_code;
using ground::Failure;
using ground::FailureKind;
using Udp = asio::ip::udp;

struct Sockets::Face {
  explicit Face(asio::io_context& loop) : socket{loop} {}
  Udp::socket socket;
  std::array<std::uint8_t, 65536> buffer;  // a whole datagram of any size
};

Sockets::Sockets(asio::io_context& loop, OnDatagram on_datagram) : loop_{loop}, on_datagram_{std::move(on_datagram)} {}
Sockets::~Sockets() = default;

ground::Result<std::size_t> Sockets::send(Datagram datagram, const Endpoint& to) {
  const auto there = face(to.protocol());
  if (!there) return there.error();
  error_code error;
  const auto sent = (*there)->socket.send_to(asio::buffer(datagram.data(), datagram.size()), to, 0, error);
  if (error && error != asio::error::would_block) return Failure{FailureKind::machine, "cannot send: " + error.message()};
  return sent;
}

ground::Result<Sockets::Face*> Sockets::face(const Udp& protocol) {
  constexpr int receive_bytes = 4 << 20;  // a thousand devices may answer within one turn of the loop
  auto& face = protocol == Udp::v4() ? v4_ : v6_;
  if (face) return face.get();
  auto fresh = std::make_shared<Face>(loop_);
  error_code error;
  fresh->socket.open(protocol, error);
  if (!error) fresh->socket.non_blocking(true, error);
  if (!error) fresh->socket.bind({protocol, 0}, error);
  if (error) return Failure{FailureKind::machine, "no UDP socket: " + error.message()};
  error_code smaller;  // the kernel's limit then holds
  fresh->socket.set_option(Udp::socket::receive_buffer_size{receive_bytes}, smaller);
  face = std::move(fresh);
  listen(face);
  return face.get();
}

void Sockets::listen(const std::shared_ptr<Face>& face) {
  face->socket.async_wait(Udp::socket::wait_read, [this, weak = std::weak_ptr{face}](error_code error) {
    const auto alive = weak.lock();
    if (!alive || error == asio::error::operation_aborted) return;
    drain(*alive);
    listen(alive);
  });
}

// A bounded number a turn, so that a storm of datagrams leaves the loop its turns.
void Sockets::drain(Face& face) {
  for (int count = 0; count < 64; ++count) {
    Udp::endpoint from;
    error_code error;
    const auto size = face.socket.receive_from(asio::buffer(face.buffer), from, 0, error);
    if (error) return;
    on_datagram_(Datagram{face.buffer.data(), size}, from);
  }
}

}  // namespace holdup::snmp
