#include "drivers/snmp/sockets.hpp"

#include <sys/socket.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <vector>

#include "ground/clock/clock.hpp"

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
      messages[i].msg_hdr.msg_name = &slot.from;
      messages[i].msg_hdr.msg_iov = &slot.bytes;
      messages[i].msg_hdr.msg_iovlen = 1;
      outgoing[i].msg_hdr.msg_iov = &parcels[i].bytes;
      outgoing[i].msg_hdr.msg_iovlen = 1;
    }
  }

  static constexpr std::size_t batch = 64;  // datagrams a system call; memory is taken only as far as they reach
  struct Slot {
    std::array<std::uint8_t, 65536> buffer;  // a whole datagram of any size
    sockaddr_storage from;
    iovec bytes;
  };
  struct Parcel {
    std::vector<std::uint8_t> content;
    Endpoint to;
    std::uint32_t tag = 0;
    iovec bytes{};
  };
  Udp::socket socket;
  std::array<Slot, batch> slots;
  std::array<mmsghdr, batch> messages{};
  std::array<Parcel, batch> parcels;
  std::array<mmsghdr, batch> outgoing{};
  std::size_t waiting = 0;  // parcels
};

Sockets::Sockets(asio::io_context& loop, OnDatagram on_datagram, OnRefused on_refused)
    : loop_{loop}, on_datagram_{std::move(on_datagram)}, on_refused_{std::move(on_refused)} {}
Sockets::~Sockets() = default;

ground::Result<std::size_t> Sockets::send(Datagram datagram, const Endpoint& to, std::uint32_t tag) {
  const auto there = face(to.protocol());
  if (!there) return there.error();
  Face& face = **there;
  if (face.waiting == 0)
    asio::post(loop_, [this, weak = std::weak_ptr{*there}] {
      if (const auto alive = weak.lock()) flush(alive);
    });
  Face::Parcel& parcel = face.parcels[face.waiting];
  parcel.content.assign(datagram.begin(), datagram.end());
  parcel.to = to;
  parcel.tag = tag;
  parcel.bytes = {parcel.content.data(), parcel.content.size()};
  auto& header = face.outgoing[face.waiting].msg_hdr;
  header.msg_name = parcel.to.data();
  header.msg_namelen = static_cast<socklen_t>(parcel.to.size());
  if (++face.waiting == Face::batch) flush(*there);
  return datagram.size();
}

void Sockets::flush() {
  for (const auto& face : {v4_, v6_})
    if (face) flush(face);
}

// The kernel stops at the first datagram that it refuses, and says why when it is the first of the next call. Whoever sent it is told in a
// turn of its own: he may be within a call of send().
void Sockets::flush(const std::shared_ptr<Face>& shared) {
  Face& face = *shared;
  for (std::size_t done = 0; done < face.waiting;) {
    const int sent =
        ::sendmmsg(face.socket.native_handle(), &face.outgoing[done], static_cast<unsigned>(face.waiting - done), MSG_DONTWAIT);
    const error_code error{errno, boost::system::system_category()};
    if (sent <= 0 && error != asio::error::would_block && error != asio::error::interrupted)
      asio::post(loop_, [this, weak = std::weak_ptr{shared}, tag = face.parcels[done].tag, error] {
        if (!weak.expired()) on_refused_(tag, {FailureKind::machine, "cannot send: " + error.message()});
      });
    done += sent > 0 ? static_cast<std::size_t>(sent) : 1;
  }
  face.waiting = 0;
}

ground::Result<std::shared_ptr<Sockets::Face>> Sockets::face(const Udp& protocol) {
  constexpr int receive_bytes = 4 << 20;  // a thousand devices may answer within one turn of the loop
  auto& face = protocol == Udp::v4() ? v4_ : v6_;
  if (face) return face;
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
  return face;
}

void Sockets::listen(const std::shared_ptr<Face>& face) {
  face->socket.async_wait(Udp::socket::wait_read, [this, weak = std::weak_ptr{face}](error_code error) {
    const auto alive = weak.lock();
    if (!alive || error == asio::error::operation_aborted) return;
    drain(alive);
    if (alive.use_count() > 1) listen(alive);
  });
}

// A bounded number a turn, so that a storm of datagrams leaves the loop its turns. Whoever hears of a datagram may end the owner.
void Sockets::drain(const std::shared_ptr<Face>& shared) {
  Face& face = *shared;
  for (auto& message : face.messages) message.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
  const int count = ::recvmmsg(face.socket.native_handle(), face.messages.data(), Face::batch, MSG_DONTWAIT, nullptr);
  received_ = ground::clock::now();
  for (int i = 0; i < count && shared.use_count() > 1; ++i) {
    const auto& [header, size] = face.messages[static_cast<std::size_t>(i)];
    Udp::endpoint from;
    from.resize(header.msg_namelen);
    std::memcpy(from.data(), header.msg_name, header.msg_namelen);
    on_datagram_(Datagram{face.slots[static_cast<std::size_t>(i)].buffer.data(), size}, from);
  }
}

asio::awaitable<bool> pause_until(ground::Instant end) {
  asio::steady_timer timer{co_await asio::this_coro::executor, end - ground::clock::now()};
  const auto waited = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return !std::get<0>(waited);
}

}  // namespace holdup::snmp
