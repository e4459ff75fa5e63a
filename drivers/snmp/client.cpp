#include "drivers/snmp/client.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ground/clock/clock.hpp"
#include "ground/expect.hpp"

namespace holdup::snmp {
namespace asio = boost::asio;
using boost::system::error_code;
using ground::Failure;
using ground::FailureKind;

struct Client::Pending {
  Pending(Client& owner, const Asking& asked) : client{owner}, asking{asked}, id{owner.next_id()}, timer{owner.loop_} {
    client.pending_.emplace(id, this);
    client.past(id) = {id, Fate::outstanding};
  }
  ~Pending() {
    client.pending_.erase(id);
    if (Past& entry = client.past(id); entry.id == id) entry.fate = reply ? Fate::answered : Fate::timed_out;
  }
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;

  Client& client;
  const Asking& asking;
  std::uint32_t id;
  asio::steady_timer timer;
  std::vector<std::uint8_t> datagram;
  ground::Instant sent{};
  std::optional<Reply> reply;
};

struct Client::Face {
  explicit Face(asio::io_context& loop) : socket{loop} {}
  Udp::socket socket;
  std::array<std::uint8_t, 65536> buffer;  // a whole datagram of any size
};

Client::Client(asio::io_context& loop, std::uint32_t seed) : loop_{loop}, last_id_{seed} {}
Client::~Client() = default;

asio::awaitable<ground::Result<Reply>> Client::request(Asking asking) {
  const auto socket = face(asking.peer.address.protocol());
  if (!socket) co_return socket.error();
  Pending pending{*this, asking};
  encode({.version = asking.peer.version,
          .community = asking.peer.community,
          .ask = asking.ask,
          .id = static_cast<std::int32_t>(pending.id),
          .max_repetitions = asking.max_repetitions,
          .names = asking.names},
         writer_, pending.datagram);
  while (!pending.reply) {
    const auto now = ground::clock::now();
    if (now >= asking.deadline) co_return Failure{FailureKind::timeout, "no answer"};
    if (const auto error = transmit(**socket, pending)) co_return Failure{FailureKind::machine, "cannot send: " + error.message()};
    const auto left = asking.deadline - now;
    pending.timer.expires_after(std::min(left, asking.resend_after.value_or(left)));
    const auto waited = co_await pending.timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (std::get<0>(waited) && !pending.reply) co_return Failure{FailureKind::cancelled, "stopped"};
  }
  co_return *std::move(pending.reply);
}

// What leaves is judged by its bytes: a program that would send anything but a question is broken, and stops here.
error_code Client::transmit(Face& face, Pending& pending) {
  HOLDUP_EXPECT(may_leave(pending.datagram));
  error_code error;
  if (pending.sent == ground::Instant{}) pending.sent = ground::clock::now();
  face.socket.send_to(asio::buffer(pending.datagram), pending.asking.peer.address, 0, error);
  ++counters_.sent;
  // A full send buffer is a lost datagram: the deadline or the resend deals with it.
  return error == asio::error::would_block ? error_code{} : error;
}

std::uint32_t Client::next_id() {
  do last_id_ = (last_id_ + 1) & 0x7FFFFFFF;  // agents exist that take request-id as unsigned, or echo negatives wrongly
  while (last_id_ == 0 || pending_.contains(last_id_));
  return last_id_;
}

ground::Result<Client::Face*> Client::face(const Udp& protocol) {
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

void Client::listen(const std::shared_ptr<Face>& face) {
  face->socket.async_wait(Udp::socket::wait_read, [this, weak = std::weak_ptr{face}](error_code error) {
    const auto alive = weak.lock();
    if (!alive || error == asio::error::operation_aborted) return;
    drain(*alive);
    listen(alive);
  });
}

// A bounded number a turn, so that a storm of datagrams leaves the loop its turns.
void Client::drain(Face& face) {
  for (int count = 0; count < 64; ++count) {
    Udp::endpoint from;
    error_code error;
    const auto size = face.socket.receive_from(asio::buffer(face.buffer), from, 0, error);
    if (error) return;
    take(Bytes{face.buffer.data(), size}, from);
  }
}

void Client::take(Bytes datagram, const Udp::endpoint& from) {
  ++counters_.received;
  auto response = parse_response(datagram);
  if (!response || response->id < 0 || response->id > 0x7FFFFFFF) {
    ++counters_.garbage;
    return;
  }
  const auto id = static_cast<std::uint32_t>(response->id);
  const auto at = pending_.find(id);
  if (at == pending_.end()) return count_stray(id);
  Pending& pending = *at->second;
  const Peer& peer = pending.asking.peer;
  if (from != peer.address) return void(++counters_.wrong_source);
  if (response->community != peer.community || response->version != peer.version) return void(++counters_.wrong_community);
  if (pending.reply) return void(++counters_.duplicate);
  Reply& reply = pending.reply.emplace();
  reply.datagram.assign(datagram.begin(), datagram.end());
  reply.response = *parse_response(reply.datagram);  // the views now point into the copy
  reply.asked = pending.sent;
  reply.round_trip = ground::clock::now() - pending.sent;
  pending.timer.cancel();
}

void Client::count_stray(std::uint32_t id) {
  const Past& entry = past(id);
  if (entry.id != id || entry.fate == Fate::none)
    ++counters_.unknown_request;
  else
    ++(entry.fate == Fate::answered ? counters_.duplicate : counters_.late);
}

}  // namespace holdup::snmp
