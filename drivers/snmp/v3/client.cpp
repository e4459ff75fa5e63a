#include "drivers/snmp/v3/client.hpp"

#include <algorithm>

#include "drivers/snmp/answer_wait.hpp"
#include "ground/clock/clock.hpp"
#include "ground/expect.hpp"

namespace holdup::v3 {
namespace asio = boost::asio;
using ground::Failure;
using ground::FailureKind;
using ground::Result;

struct Client::Pending {
  Pending(Client& owner, const Exchange& what) : client{owner}, exchange{what}, wait{owner.loop_} {
    client.pending_.emplace(exchange.sealed.id(), this);
  }
  ~Pending() {
    const auto id = exchange.sealed.id();
    client.pending_.erase(id);
    if (timing || exchange.late.taker == nullptr) return;
    client.missed_.remember(static_cast<std::uint32_t>(id),
                            {.asker = &exchange.receiver, .asked = sent, .question = {exchange.address, exchange.late}});
  }
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;

  Client& client;
  const Exchange& exchange;
  snmp::AnswerWait wait;
  ground::Instant sent = ground::clock::now();
  std::optional<Timing> timing;
  std::optional<Failure> failure{};
};

namespace {

std::string text_of(const Client::Endpoint& address) { return address.address().to_string() + ":" + std::to_string(address.port()); }

}  // namespace

Client::Client(asio::io_context& loop, std::uint32_t seed, Say say, std::shared_ptr<Commons> commons)
    : loop_{loop},
      last_id_{seed},
      say_{std::move(say)},
      commons_{commons ? std::move(commons) : std::make_shared<Commons>(loop.get_executor())},
      sockets_{loop, [this](Bytes datagram, const Endpoint& from) { take(datagram, from); },
               [this](std::uint32_t id, const Failure& why) { refused(id, why); }} {}

std::int32_t Client::next_id() {
  do last_id_ = (last_id_ + 1) & 0x7FFFFFFF;
  while (last_id_ == 0 || pending_.contains(static_cast<std::int32_t>(last_id_)));
  return static_cast<std::int32_t>(last_id_);
}

asio::awaitable<Result<Timing>> Client::exchange(Exchange exchange) {
  Pending pending{*this, exchange};
  while (!pending.timing) {
    const auto now = ground::clock::now();
    if (now >= exchange.deadline) co_return Failure{FailureKind::timeout, "no answer"};
    if (const auto sent = transmit(exchange); !sent) co_return sent.error();
    const auto left = exchange.deadline - now;
    const auto broken = co_await pending.wait.wait(std::min(left, exchange.resend_after.value_or(left)));
    if (pending.failure) co_return *pending.failure;
    if (broken && !pending.timing) co_return Failure{FailureKind::cancelled, "stopped"};
  }
  co_return *pending.timing;
}

// The one way out. What leaves is judged by its bytes, and by those it hides: a program that would send anything but a question is
// broken, and stops here.
Result<std::size_t> Client::transmit(const Exchange& exchange) {
  HOLDUP_EXPECT(may_leave(exchange.sealed.datagram()) && may_be_sealed(exchange.sealed.scoped()));
  ++counters_.sent;
  return sockets_.send(exchange.sealed.datagram(), exchange.address, static_cast<std::uint32_t>(exchange.sealed.id()));
}

void Client::refused(std::uint32_t id, const Failure& why) {
  const auto at = pending_.find(static_cast<std::int32_t>(id));
  if (at == pending_.end() || at->second->timing) return;
  at->second->failure = why;
  at->second->wait.end();
}

void Client::take(Bytes datagram, const Endpoint& from) {
  ++counters_.received;
  const auto message = open_message(datagram);
  if (!message) return void(++counters_.garbage);
  const auto at = pending_.find(static_cast<std::int32_t>(message->id));
  if (at == pending_.end()) return take_late(datagram, *message, from);
  if (at->second->timing) return void(++counters_.stray);
  Pending& pending = *at->second;
  if (from != pending.exchange.address) return void(++counters_.wrong_source);
  if (!pending.exchange.receiver.take(datagram, *message)) return;
  pending.timing = {.asked = pending.sent, .round_trip = sockets_.received() - pending.sent};
  pending.wait.end();
}

void Client::take_late(Bytes datagram, const Message& message, const Endpoint& from) {
  const auto id = static_cast<std::uint32_t>(message.id);
  const auto* missed = missed_.find(id, sockets_.received());
  if (missed == nullptr) return void(++counters_.stray);
  if (from != missed->question.address) return void(++counters_.wrong_source);
  ++counters_.late;
  const auto known = *missed;
  known.asker->take_late(datagram, message, known.question.late, {.asked = known.asked, .round_trip = sockets_.received() - known.asked});
}

void Client::claim(const EngineId& engine, const Endpoint& address) {
  const auto [at, fresh] = engines_.try_emplace(hex(engine), address);
  if (fresh || at->second == address) return;
  ++counters_.shared_engines;
  say("snmp_engine_shared engine=" + hex(engine) + " first=" + text_of(at->second) + " second=" + text_of(address));
}

void Client::say(const std::string& what) const {
  if (say_) say_(what);
}

}  // namespace holdup::v3
