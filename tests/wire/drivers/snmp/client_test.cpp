#include "drivers/snmp/client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>

#include "catch.hpp"
#include "ground/clock/clock.hpp"
#include "wire/drivers/snmp/agent.hpp"

using namespace holdup;
using namespace holdup::tests;
using namespace std::chrono_literals;
using snmp::Client;
namespace asio = boost::asio;

namespace {

const std::vector<Oid> names{*Oid::parse("1.3.6.1.2.1.1.1.0"), *Oid::parse("1.3.6.1.2.1.1.3.0")};
constexpr auto patient = 5s;      // only a hang takes so long
constexpr auto impatient = 50ms;  // where no answer is to come

using Outcome = ground::Result<snmp::Reply>;

struct Ask {
  Puppet::Endpoint to;
  ground::Duration within = patient;
  std::optional<ground::Duration> resend_after = {};
  snmp::Late late = {};
};

/// A loop with a client and its requests.
class Bench {
 public:
  asio::io_context loop{1};
  Client client{loop, 0x7FFFFFF0};

  void ask(const Ask& what) {
    asio::co_spawn(loop, request(what), [this](std::exception_ptr thrown, Outcome outcome) {
      REQUIRE(!thrown);
      outcomes_.push_back(std::move(outcome));
    });
  }
  /// Runs until so many requests have ended.
  std::deque<Outcome>& ended(std::size_t count) {
    const auto limit = std::chrono::steady_clock::now() + 20s;
    while (outcomes_.size() < count && std::chrono::steady_clock::now() < limit) loop.run_one_for(100ms);
    REQUIRE(outcomes_.size() >= count);
    return outcomes_;
  }
  /// Runs until the client has received so many datagrams.
  void received(std::uint64_t count) {
    const auto limit = std::chrono::steady_clock::now() + 20s;
    while (client.counters().received < count && std::chrono::steady_clock::now() < limit) loop.run_one_for(100ms);
    REQUIRE(client.counters().received == count);
  }

 private:
  asio::awaitable<Outcome> request(Ask what) {
    const snmp::Peer peer{.address = what.to, .community = "public", .version = snmp::Version::v2c};
    const snmp::Asking asking{
        .peer = peer, .names = names, .deadline = ground::clock::now() + what.within, .resend_after = what.resend_after, .late = what.late};
    auto outcome = co_await client.request(asking);
    co_return outcome;
  }

  std::deque<Outcome> outcomes_;
};

/// What the strange device says, beside a good one that must not be harmed.
snmp::Counters after(const std::function<void(Puppet&, const Octets&, const Puppet::Endpoint&)>& say, std::uint64_t datagrams) {
  Bench bench;
  Puppet* self = nullptr;
  Puppet strange{bench.loop, [&](const Octets& question, const Puppet::Endpoint& from) { say(*self, question, from); }};
  self = &strange;
  Puppet* honest = nullptr;
  Puppet good{bench.loop, [&](const Octets& question, const Puppet::Endpoint& from) { honest->send(echo(question), from); }};
  honest = &good;
  bench.ask({.to = strange.address(), .within = impatient});
  CHECK(bench.ended(1).back().error().kind == ground::FailureKind::timeout);
  bench.ask({.to = good.address()});
  CHECK(bench.ended(2).back().has_value());
  bench.received(datagrams + 1);
  return bench.client.counters();
}

}  // namespace

TEST_CASE("a reply reaches its request with the time it left and its round trip") {
  Bench bench;
  Puppet* self = nullptr;
  Puppet agent{bench.loop, [&](const Octets& question, const Puppet::Endpoint& from) { self->send(echo(question), from); }};
  self = &agent;
  const auto before = ground::clock::now();
  bench.ask({.to = agent.address()});
  const auto& outcome = bench.ended(1).back();
  REQUIRE(outcome);
  CHECK(outcome->asked >= before);
  CHECK(outcome->round_trip > 0ns);
  REQUIRE(outcome->response.varbinds.size() == 2);
  CHECK(outcome->response.varbinds[1].oid() == names[1]);
  CHECK(bench.client.counters().sent == 1);
}

TEST_CASE("garbage is counted and harms nobody") {
  const auto counters = after(
      [](Puppet& self, const Octets&, const Puppet::Endpoint& from) {
        self.send({0xDE, 0xAD, 0xBE, 0xEF}, from);
      },
      1);
  CHECK(counters.garbage == 1);
}

TEST_CASE("an answer cut short at any byte is counted and harms nobody") {
  std::uint64_t sent = 0;
  const auto say = [&](Puppet& self, const Octets& question, const Puppet::Endpoint& from) {
    const auto whole = echo(question);
    sent = whole.size();
    for (std::size_t size = 0; size < whole.size(); ++size)
      self.send({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}, from);
  };
  const auto length = 2 + 3 + 8 + 2 + 6 + 3 + 3 + 2 + 2 * 14;  // of the question that the bench asks
  const auto counters = after(say, length);
  CHECK(sent == length);
  CHECK(counters.garbage == length);
}

TEST_CASE("an answer with another request id is counted and harms nobody") {
  const auto say = [](Puppet& self, const Octets& question, const Puppet::Endpoint& from) {
    auto other = echo(question);
    other.at(pdu_at + 4) ^= 0x40;  // the first byte of the request id
    self.send(other, from);
  };
  CHECK(after(say, 1).unknown_request == 1);
}

TEST_CASE("an answer from another address is counted and harms nobody") {
  asio::io_context other_loop{1};
  Puppet impostor{other_loop, [](const Octets&, const Puppet::Endpoint&) {}};
  const auto say = [&](Puppet&, const Octets& question, const Puppet::Endpoint& from) { impostor.send(echo(question), from); };
  CHECK(after(say, 1).wrong_source == 1);
}

TEST_CASE("an answer with another community is counted and harms nobody") {
  const auto say = [](Puppet& self, const Octets& question, const Puppet::Endpoint& from) {
    auto other = echo(question);
    other.at(pdu_at - 1) = 'x';
    self.send(other, from);
  };
  CHECK(after(say, 1).wrong_community == 1);
}

TEST_CASE("a question or a report sent back is no answer") {
  const auto say = [](Puppet& self, const Octets& question, const Puppet::Endpoint& from) {
    self.send(question, from);
    auto report = echo(question);
    report.at(pdu_at) = 0xA8;
    self.send(report, from);
  };
  CHECK(after(say, 2).garbage == 2);
}

TEST_CASE("an answer said twice is taken once") {
  Bench bench;
  Puppet* self = nullptr;
  Puppet agent{bench.loop, [&](const Octets& question, const Puppet::Endpoint& from) {
                 self->send(echo(question), from);
                 self->send(echo(question), from);
               }};
  self = &agent;
  bench.ask({.to = agent.address()});
  CHECK(bench.ended(1).back().has_value());
  bench.received(2);
  CHECK(bench.client.counters().duplicate == 1);
}

TEST_CASE("an answer that comes late is counted, and the next request is not taken in by it") {
  Bench bench;
  std::optional<Octets> kept;
  Puppet* self = nullptr;
  Puppet agent{bench.loop, [&](const Octets& question, const Puppet::Endpoint& from) {
                 if (!kept) return void(kept = echo(question));
                 self->send(*kept, from);
                 self->send(echo(question), from);
               }};
  self = &agent;
  bench.ask({.to = agent.address(), .within = impatient});
  CHECK(bench.ended(1).back().error().kind == ground::FailureKind::timeout);
  bench.ask({.to = agent.address()});
  const auto& outcome = bench.ended(2).back();
  REQUIRE(outcome);
  bench.received(2);
  CHECK(bench.client.counters().late == 1);
}

TEST_CASE("a late answer is taken from the address asked alone") {
  struct Taker final : snmp::LateTaker {
    void take_late(std::uint64_t mark, std::size_t, snmp::Reply reply) override {
      marks.push_back(mark), replies.push_back(std::move(reply));
    }
    std::vector<std::uint64_t> marks;
    std::vector<snmp::Reply> replies;
  } taker;
  Bench bench;
  std::optional<std::pair<Octets, Puppet::Endpoint>> kept;
  Puppet agent{bench.loop, [&](const Octets& question, const Puppet::Endpoint& from) { kept.emplace(echo(question), from); }};
  Puppet other{bench.loop, [](const Octets&, const Puppet::Endpoint&) {}};
  bench.ask({.to = agent.address(), .within = impatient, .late = {.taker = &taker, .mark = 7}});
  CHECK(bench.ended(1).back().error().kind == ground::FailureKind::timeout);
  REQUIRE(kept);
  other.send(kept->first, kept->second);
  bench.received(1);
  CHECK(bench.client.counters().wrong_source == 1);
  CHECK(taker.marks.empty());
  agent.send(kept->first, kept->second);
  bench.received(2);
  CHECK(taker.marks == std::vector<std::uint64_t>{7});
  REQUIRE(taker.replies.front().response.varbinds.size() == 2);
  CHECK(taker.replies.front().response.varbinds[1].oid() == names[1]);
  CHECK(taker.replies.front().round_trip > impatient / 2);
  CHECK(bench.client.counters().late == 1);
}

TEST_CASE("a request is one datagram, unless the caller allows a lost one to be sent again") {
  Bench bench;
  Puppet silent{bench.loop, [](const Octets&, const Puppet::Endpoint&) {}};
  bench.ask({.to = silent.address(), .within = impatient});
  CHECK(!bench.ended(1).back());
  CHECK(bench.client.counters().sent == 1);
  Puppet* self = nullptr;
  int heard = 0;
  Puppet lossy{bench.loop, [&](const Octets& question, const Puppet::Endpoint& from) {
                 if (++heard > 1) self->send(echo(question), from);
               }};
  self = &lossy;
  bench.ask({.to = lossy.address(), .resend_after = impatient});
  CHECK(bench.ended(2).back().has_value());
  CHECK(heard == 2);
}

TEST_CASE("a hundred requests at once each get their own answer") {
  Bench bench;
  std::vector<std::pair<Octets, Puppet::Endpoint>> questions;
  Puppet* self = nullptr;
  Puppet agent{bench.loop, [&](const Octets& question, const Puppet::Endpoint& from) {
                 questions.emplace_back(question, from);
                 if (questions.size() < 100) return;
                 for (auto at = questions.rbegin(); at != questions.rend(); ++at)
                   self->send(echo(at->first), at->second);  // last come, first served
               }};
  self = &agent;
  for (int i = 0; i < 100; ++i) bench.ask({.to = agent.address()});
  std::set<std::int64_t> ids;
  for (const auto& outcome : bench.ended(100)) {
    REQUIRE(outcome);
    ids.insert(outcome->response.id);
  }
  CHECK(ids.size() == 100);
  CHECK(!ids.contains(0));  // the ids ran over the end of their range
}

TEST_CASE("of answers that came together none is slower for what was made of another") {
  struct Told {
    ground::Instant came, went_on;
  };
  asio::io_context loop{1};
  Client client{loop, 1};
  std::vector<std::pair<Octets, Puppet::Endpoint>> questions;
  Puppet* self = nullptr;
  Puppet agent{loop, [&](const Octets& question, const Puppet::Endpoint& from) {
                 questions.emplace_back(question, from);
                 if (questions.size() < 2) return;
                 for (const auto& [content, asker] : questions) self->send(echo(content), asker);
               }};
  self = &agent;
  const snmp::Peer peer{.address = agent.address()};
  std::vector<Told> told;
  const auto ask = [&]() -> asio::awaitable<void> {
    const auto reply = co_await client.request({.peer = peer, .names = names, .deadline = ground::clock::now() + patient});
    REQUIRE(reply);
    told.push_back({reply->asked + reply->round_trip, ground::clock::now()});
  };
  for (int i = 0; i < 2; ++i) asio::co_spawn(loop, ask(), asio::detached);
  const auto limit = std::chrono::steady_clock::now() + 20s;
  while (told.size() < 2 && std::chrono::steady_clock::now() < limit) loop.run_one_for(100ms);
  REQUIRE(told.size() == 2);
  CHECK(told[1].came <= told[0].went_on);
}

TEST_CASE("a hundred requests that the kernel refuses each fail, and say why") {
  Bench bench;
  for (int i = 0; i < 100; ++i) bench.ask({.to = {asio::ip::address_v4::broadcast(), 161}});
  for (const auto& outcome : bench.ended(100)) {
    REQUIRE(!outcome);
    CHECK(outcome.error().kind == ground::FailureKind::machine);
    CHECK(outcome.error().what.find("cannot send") == 0);
  }
}

TEST_CASE("whoever hears an answer may end the client, though more lie in the socket") {
  asio::io_context loop{1};
  auto client = std::make_unique<Client>(loop, 1);
  Puppet* self = nullptr;
  Puppet agent{loop, [&](const Octets& question, const Puppet::Endpoint& from) {
                 for (int i = 0; i < 10; ++i) self->send(echo(question), from);
               }};
  self = &agent;
  const snmp::Peer peer{.address = agent.address()};
  bool answered = false;
  const auto ask = [&]() -> asio::awaitable<void> {
    answered = (co_await client->request({.peer = peer, .names = names, .deadline = ground::clock::now() + patient})).has_value();
    client.reset();
  };
  asio::co_spawn(loop, ask(), asio::detached);
  const auto limit = std::chrono::steady_clock::now() + 20s;
  while (client && std::chrono::steady_clock::now() < limit) loop.run_one_for(100ms);
  CHECK(answered);
  loop.poll();
}

TEST_CASE("an answer of 65,507 bytes, all that a datagram holds, is read, as much garbage is counted") {
  constexpr std::size_t largest = 65'507;
  Bench bench;
  Puppet* self = nullptr;
  Puppet agent{bench.loop, [&](const Octets& question, const Puppet::Endpoint& from) {
                 self->send(Octets(largest, 0x30), from);
                 const auto asked = snmp::open_envelope(question);
                 snmp::BerReader fields{asked->pdu.content};
                 snmp::BerWriter writer;
                 writer.octets(std::string(largest - 53, '\x1b'));
                 writer.oid(names[0]);
                 writer.wrap(snmp::tag::sequence, 0);
                 writer.wrap(snmp::tag::sequence, 0);
                 writer.integer(0);
                 writer.integer(0);
                 writer.integer(*snmp::next_number(fields));
                 writer.wrap(snmp::tag::response, 0);
                 writer.octets("public");
                 writer.integer(1);
                 writer.wrap(snmp::tag::sequence, 0);
                 Octets answer;
                 writer.take(answer);
                 REQUIRE(answer.size() == largest);
                 self->send(answer, from);
               }};
  self = &agent;
  bench.ask({.to = agent.address()});
  const auto& outcome = bench.ended(1).back();
  REQUIRE(outcome);
  CHECK(outcome->response.varbinds.at(0).value.content.size() == largest - 53);
  CHECK(bench.client.counters().garbage == 1);
}
