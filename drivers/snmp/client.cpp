#include "drivers/snmp/client.hpp"

#include <algorithm>

#include "drivers/snmp/answer_wait.hpp"
#include "ground/clock/clock.hpp"
#include "ground/expect.hpp"

namespace holdup::snmp {
namespace asio = boost::asio;
using ground::Failure;
using ground::FailureKind;

/// A request that waits for its answer, and those that are to follow it.
struct Client::Pending {
  Pending(Client& owner, const Asking& asked, Taker& goal) : client{owner}, asking{asked}, taker{goal}, wait{owner.loop_} {}
  ~Pending() {
    if (!outstanding) return;
    end(Fate::timed_out);
    const Late& late = asking.late;
    if (late.taker != nullptr)
      client.missed_.remember(id, {.asker = late.taker, .asked = sent, .question = {asking.peer, late.mark, late.which + answered}});
  }
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;

  void begin() {
    id = client.next_id();
    outstanding = true;
    client.pending_.emplace(id, this);
    client.past(id) = {id, Fate::outstanding};
    sent = left = ground::clock::now();
  }
  void end(Fate fate) {
    outstanding = false;
    client.pending_.erase(id);
    if (Past& entry = client.past(id); entry.id == id) entry.fate = fate;
  }
  void stop() {
    over = true;
    wait.end();
  }
  [[nodiscard]] Bytes list() const { return asking.lists.empty() ? Bytes{} : asking.lists[answered]; }

  Client& client;
  const Asking& asking;
  Taker& taker;
  std::uint32_t id = 0;
  AnswerWait wait;
  std::vector<std::uint8_t> datagram;
  ground::Instant sent{}, left{};  // first, and last
  std::size_t answered = 0;
  bool outstanding = false, over = false;
  std::optional<Failure> failure{};
};

namespace {

void keep(const Heard& heard, Reply& reply) {
  reply.datagram.assign(heard.datagram.begin(), heard.datagram.end());
  reply.response = heard.response;
  move_views(reply.response, heard.datagram, reply.datagram);
  reply.asked = heard.asked;
  reply.round_trip = heard.round_trip;
}

/// Keeps the one answer that is asked for.
class Keeper final : public Taker {
 public:
  bool take(std::size_t, const Heard& heard) override {
    keep(heard, reply);
    return false;
  }
  Reply reply;
};

}  // namespace

Client::Client(asio::io_context& loop, std::uint32_t seed)
    : loop_{loop},
      last_id_{seed},
      sockets_{loop, [this](Bytes datagram, const Udp::endpoint& from) { take(datagram, from); },
               [this](std::uint32_t id, const Failure& why) { refused(id, why); }} {}
Client::~Client() = default;

asio::awaitable<ground::Result<Reply>> Client::request(Asking asking) {
  Keeper keeper;
  const auto answered = co_await request(asking, keeper);
  if (!answered) co_return answered.error();
  co_return std::move(keeper.reply);
}

asio::awaitable<ground::Result<std::size_t>> Client::request(Asking asking, Taker& taker) {
  Pending pending{*this, asking, taker};
  if (const auto asked = ask(pending); !asked) co_return asked.error();
  while (!pending.over) {
    const auto now = ground::clock::now();
    if (now >= asking.deadline && pending.answered > 0) break;
    if (now >= asking.deadline) co_return Failure{FailureKind::timeout, "no answer"};
    const auto again = asking.resend_after ? pending.left + *asking.resend_after : asking.deadline;
    if (now >= again) {
      if (const auto sent = transmit(pending); !sent) co_return sent.error();
      pending.left = now;
      continue;
    }
    const auto broken = co_await pending.wait.wait(std::min(again, asking.deadline) - now);
    if (pending.failure && pending.answered == 0) co_return *pending.failure;
    if (broken && !pending.over) co_return Failure{FailureKind::cancelled, "stopped"};
  }
  co_return pending.answered;
}

ground::Result<std::size_t> Client::ask(Pending& pending) {
  pending.begin();
  const Asking& asking = pending.asking;
  encode({.version = asking.peer.version,
          .community = asking.peer.community,
          .ask = asking.ask,
          .id = static_cast<std::int32_t>(pending.id),
          .max_repetitions = asking.max_repetitions,
          .names = asking.names,
          .list = pending.list()},
         writer_, pending.datagram);
  return transmit(pending);
}

// What leaves is judged by its bytes: a program that would send anything but a question is broken, and stops here.
ground::Result<std::size_t> Client::transmit(Pending& pending) {
  HOLDUP_EXPECT(may_leave(pending.datagram));
  ++counters_.sent;
  return sockets_.send(pending.datagram, pending.asking.peer.address, pending.id);
}

void Client::refused(std::uint32_t id, const Failure& why) {
  const auto at = pending_.find(id);
  if (at == pending_.end()) return;
  Pending& pending = *at->second;
  pending.failure = why;
  pending.end(Fate::timed_out);
  pending.stop();
}

std::uint32_t Client::next_id() {
  do last_id_ = (last_id_ + 1) & 0x7FFFFFFF;  // agents exist that take request-id as unsigned, or echo negatives wrongly
  while (last_id_ == 0 || pending_.contains(last_id_));
  return last_id_;
}

void Client::take(Bytes datagram, const Udp::endpoint& from) {
  ++counters_.received;
  const auto content = open_response(datagram, response_);
  if (!content || response_.id < 0 || response_.id > 0x7FFFFFFF) return void(++counters_.garbage);
  const auto id = static_cast<std::uint32_t>(response_.id);
  const auto at = pending_.find(id);
  const bool known = at != pending_.end();
  response_.as_asked = known && parse_answers(*content, at->second->list(), response_.varbinds);
  if (!response_.as_asked && !parse_varbinds(*content, response_.varbinds)) return void(++counters_.garbage);
  if (!known) return take_late(datagram, from) ? void() : count_stray(id);
  Pending& pending = *at->second;
  if (!belongs(pending.asking.peer, from)) return;
  const Heard heard{.response = response_, .datagram = datagram, .asked = pending.sent, .round_trip = sockets_.received() - pending.sent};
  pending.end(Fate::answered);
  const bool more = pending.taker.take(pending.answered, heard);
  if (++pending.answered >= pending.asking.lists.size() || !more) return pending.stop();
  if (const auto asked = ask(pending); !asked) pending.stop();
}

bool Client::belongs(const Peer& peer, const Udp::endpoint& from) {
  const bool source = from == peer.address, community = response_.community == peer.community && response_.version == peer.version;
  if (!source) ++counters_.wrong_source;
  if (source && !community) ++counters_.wrong_community;
  return source && community;
}

/// True when the answer was to a question that is remembered, or claimed to be.
bool Client::take_late(Bytes datagram, const Udp::endpoint& from) {
  const auto id = static_cast<std::uint32_t>(response_.id);
  const auto now = sockets_.received();
  const auto* missed = missed_.find(id, now);
  if (missed == nullptr) return false;
  if (!belongs(missed->question.peer, from)) return true;
  const Heard heard{.response = response_, .datagram = datagram, .asked = missed->asked, .round_trip = now - missed->asked};
  Reply reply;
  keep(heard, reply);
  LateTaker& taker = *missed->asker;
  const auto mark = missed->question.mark;
  const auto which = missed->question.which;
  missed_.forget(id);
  if (Past& entry = past(id); entry.id == id) entry.fate = Fate::answered;
  ++counters_.late;
  taker.take_late(mark, which, std::move(reply));
  return true;
}

void Client::count_stray(std::uint32_t id) {
  const Past& entry = past(id);
  if (entry.id != id || entry.fate == Fate::none)
    ++counters_.unknown_request;
  else
    ++(entry.fate == Fate::answered ? counters_.duplicate : counters_.late);
}

}  // namespace holdup::snmp
