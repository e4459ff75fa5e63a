#include "drivers/snmp/client.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ground/clock/clock.hpp"
#include "ground/expect.hpp"

namespace holdup::snmp {
namespace asio = boost::asio;
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

Client::Client(asio::io_context& loop, std::uint32_t seed)
    : loop_{loop}, last_id_{seed}, sockets_{loop, [this](Bytes datagram, const Udp::endpoint& from) { take(datagram, from); }} {}
Client::~Client() = default;

asio::awaitable<ground::Result<Reply>> Client::request(Asking asking) {
  Pending pending{*this, asking};
  encode({.version = asking.peer.version,
          .community = asking.peer.community,
          .ask = asking.ask,
          .id = static_cast<std::int32_t>(pending.id),
          .max_repetitions = asking.max_repetitions,
          .names = asking.names,
          .list = asking.list},
         writer_, pending.datagram);
  while (!pending.reply) {
    const auto now = ground::clock::now();
    if (now >= asking.deadline) co_return Failure{FailureKind::timeout, "no answer"};
    if (const auto sent = transmit(pending); !sent) co_return sent.error();
    const auto left = asking.deadline - now;
    pending.timer.expires_after(std::min(left, asking.resend_after.value_or(left)));
    const auto waited = co_await pending.timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (std::get<0>(waited) && !pending.reply) co_return Failure{FailureKind::cancelled, "stopped"};
  }
  co_return *std::move(pending.reply);
}

// What leaves is judged by its bytes: a program that would send anything but a question is broken, and stops here.
ground::Result<std::size_t> Client::transmit(Pending& pending) {
  HOLDUP_EXPECT(may_leave(pending.datagram));
  if (pending.sent == ground::Instant{}) pending.sent = ground::clock::now();
  ++counters_.sent;
  return sockets_.send(pending.datagram, pending.asking.peer.address);
}

std::uint32_t Client::next_id() {
  do last_id_ = (last_id_ + 1) & 0x7FFFFFFF;  // agents exist that take request-id as unsigned, or echo negatives wrongly
  while (last_id_ == 0 || pending_.contains(last_id_));
  return last_id_;
}

void Client::take(Bytes datagram, const Udp::endpoint& from) {
  ++counters_.received;
  auto opened = open_response(datagram);
  if (!opened || opened->response.id < 0 || opened->response.id > 0x7FFFFFFF) return void(++counters_.garbage);
  Response& response = opened->response;
  const auto id = static_cast<std::uint32_t>(response.id);
  const auto at = pending_.find(id);
  const bool known = at != pending_.end();
  response.as_asked = known && parse_answers(opened->content, at->second->asking.list, response.varbinds);
  if (!response.as_asked && !parse_varbinds(opened->content, response.varbinds)) return void(++counters_.garbage);
  if (!known) return count_stray(id);
  Pending& pending = *at->second;
  const Peer& peer = pending.asking.peer;
  if (from != peer.address) return void(++counters_.wrong_source);
  if (response.community != peer.community || response.version != peer.version) return void(++counters_.wrong_community);
  if (pending.reply) return void(++counters_.duplicate);
  Reply& reply = pending.reply.emplace();
  reply.datagram.assign(datagram.begin(), datagram.end());
  reply.response = std::move(response);
  move_views(reply.response, datagram, reply.datagram);
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
