#include "drivers/snmp/sockets.hpp"

#include <sys/socket.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <cstring>

namespace holdup::snmp {
namespace asio = boost::asio;
using boost::system::error_code;
using ground::Failure;
using ground::FailureKind;
using Udp = asio::ip::udp;

struct Sockets::Face {
  explicit Face(asio::io_context& loop) : socket{loop} {
    for (std::size_t i = 0; i < batch; ++i) {
      Slot& slot = slots[i];
      slot.bytes = {slot.buffer.data(), slot.buffer.size()};
      messages[i] = {};
      messages[i].msg_hdr.msg_name = &slot.from;
      messages[i].msg_hdr.msg_iov = &slot.bytes;
      messages[i].msg_hdr.msg_iovlen = 1;
    }
  }

  static constexpr std::size_t batch = 16;  // datagrams a system call; memory is taken only as far as they reach
  struct Slot {
    std::array<std::uint8_t, 65536> buffer;  // a whole datagram of any size
    sockaddr_storage from;
    iovec bytes;
  };
  Udp::socket socket;
  std::array<Slot, batch> slots;
  std::array<mmsghdr, batch> messages;
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
  for (std::size_t rounds = 64 / Face::batch; rounds > 0; --rounds) {
    for (auto& message : face.messages) message.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
    const int count = ::recvmmsg(face.socket.native_handle(), face.messages.data(), Face::batch, MSG_DONTWAIT, nullptr);
    for (int i = 0; i < count; ++i) {
      const auto& [header, size] = face.messages[static_cast<std::size_t>(i)];
      Udp::endpoint from;
      from.resize(header.msg_namelen);
      std::memcpy(from.data(), header.msg_name, header.msg_namelen);
      on_datagram_(Datagram{face.slots[static_cast<std::size_t>(i)].buffer.data(), size}, from);
    }
    if (count < static_cast<int>(Face::batch)) return;
  }
}

}  // namespace holdup::snmp
