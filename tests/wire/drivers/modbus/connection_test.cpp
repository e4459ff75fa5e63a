#include "drivers/modbus/connection.hpp"

#include <boost/asio/detached.hpp>
#include <memory>
#include <optional>

#include "catch.hpp"
#include "ground/clock/clock.hpp"
#include "peers.hpp"

using namespace holdup;
using namespace holdup::modbus;
using namespace holdup::modbus::test;
using namespace std::chrono_literals;
using ground::FailureKind;

namespace {

using Answered = ground::Result<Exchange>;
constexpr ground::Duration patience = 300ms;  // of a request to a peer that will fail it

/// Asks again and again until told to stop; counts what was answered well.
struct Load {
  bool stop = false;
  int good = 0, bad = 0;
};
boost::asio::awaitable<void> keep_asking(std::shared_ptr<Connection> connection, Load& load) {
  while (!load.stop) {
    const Question question{.unit = 1, .address = 0, .count = 10};
    const Answered answered = co_await connection->ask(question, ground::clock::now() + 10s);
    ++(answered && answered->answer.values.size() == 10 ? load.good : load.bad);
  }
}

struct Line {
  Load load;
  boost::asio::io_context io;
  std::optional<Peer> peer;
  std::shared_ptr<Connection> connection;

  explicit Line(Manner manner) : peer{std::in_place, io, manner} {
    connection = std::make_shared<Connection>(io.get_executor(), peer->endpoint());
  }
  ~Line() {
    load.stop = true;
    connection->close();
    peer.reset();
    io.restart();
    io.poll();
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  Answered ask(ground::Duration limit = patience) {
    return run(io, connection->ask({.unit = 7, .address = 40, .count = 10}, ground::clock::now() + limit));
  }
  void wait(ground::Duration time) {
    const auto until = ground::clock::now() + time;
    CHECK(holdup::test::run_until(io, [&] { return ground::clock::now() >= until; }));
  }
  void keep_busy(std::shared_ptr<Connection> which) {
    boost::asio::co_spawn(io, keep_asking(std::move(which), load), boost::asio::detached);
  }
  [[nodiscard]] const Counters& counters() const { return connection->counters(); }
};

void check_good(const Answered& answered) {
  REQUIRE(answered.has_value());
  CHECK(answered->answer.exception == 0);
  REQUIRE(answered->answer.values.size() == 10);
  CHECK(answered->answer.values[3] == 0x1203);
  CHECK(answered->received > answered->sent);
}

}  // namespace

TEST_CASE("a good peer is asked again and again over one connection") {
  Line line{Manner::good};
  for (int i = 0; i < 100; ++i) check_good(line.ask(10s));
  CHECK(line.counters().connects == 1);
  CHECK(line.counters().requests == 100);
  CHECK(line.counters().answers == 100);
}

TEST_CASE("an answer in single bytes is put together") {
  Line line{Manner::slow};
  check_good(line.ask(10s));
}

TEST_CASE("an exception is an answer and keeps the connection") {
  Line line{Manner::exception};
  for (int i = 0; i < 2; ++i) {
    const Answered answered = line.ask(10s);
    REQUIRE(answered.has_value());
    CHECK(answered->answer.exception == 2);
  }
  CHECK(line.counters().exceptions == 2);
  CHECK(line.counters().connects == 1);
}

TEST_CASE("each answer that disagrees is counted by its fault and closes the connection") {
  const auto [manner, fault] = GENERATE(Catch::Generators::table<Manner, Fault>({{Manner::wrong_unit, Fault::unit},
                                                                                 {Manner::wrong_function, Fault::function},
                                                                                 {Manner::wrong_transaction, Fault::transaction},
                                                                                 {Manner::short_frame, Fault::byte_count},
                                                                                 {Manner::wrong_count, Fault::byte_count},
                                                                                 {Manner::huge, Fault::length},
                                                                                 {Manner::wrong_protocol, Fault::protocol}}));
  INFO(fault_names[static_cast<std::size_t>(fault)]);
  Line line{manner};
  for (std::uint64_t n = 1; n <= 2; ++n) {
    const Answered answered = line.ask(10s);
    REQUIRE(answered.has_error());
    CHECK(answered.error().kind == FailureKind::malformed);
    CHECK(line.counters().faults[static_cast<std::size_t>(fault)] == n);
    CHECK(line.counters().connects == n);
  }
  CHECK(line.counters().answers == 0);
}

TEST_CASE("a peer that drips is cut at the deadline") {
  Line line{Manner::loris};
  const auto begun = ground::clock::now();
  const Answered answered = line.ask();
  const auto took = ground::clock::now() - begun;
  REQUIRE(answered.has_error());
  CHECK(answered.error().kind == FailureKind::timeout);
  CHECK(took >= patience);
  CHECK(took < patience + 5s);
  CHECK(line.counters().cut == 1);
}

TEST_CASE("a mute peer costs its deadline, and is dialled anew after the second") {
  Line line{Manner::mute};
  for (std::uint64_t n = 1; n <= 3; ++n) {
    const Answered answered = line.ask(50ms);
    REQUIRE(answered.has_error());
    CHECK(answered.error().kind == FailureKind::timeout);
    CHECK(line.counters().timeouts == n);
    CHECK(line.counters().connects == (n <= 2 ? 1 : 2));
  }
  CHECK(line.counters().cut == 1);
}

TEST_CASE("a peer that closes before its first answer is whole is dialled again, each time after a longer pause") {
  Line line{Manner::closing};
  for (std::uint64_t n = 1; n <= 3; ++n) {
    const Answered answered = line.ask(10s);
    REQUIRE(answered.has_error());
    CHECK(answered.error().kind == FailureKind::refused);
    CHECK_THAT(answered.error().what, ContainsSubstring("limit of connections"));
    CHECK(line.counters().lost == n);
    CHECK(line.counters().connects == n);
    const Answered paused = line.ask(10s);
    REQUIRE(paused.has_error());
    CHECK_THAT(paused.error().what, ContainsSubstring("dialled again in"));
    CHECK(line.counters().connects == n);
    line.wait(100ms * (1 << (n - 1)));
  }
}

TEST_CASE("an answer sent twice is used once") {
  Line line{Manner::twice};
  for (int i = 0; i < 5; ++i) check_good(line.ask(10s));
  CHECK(line.counters().late == 5);
  CHECK(line.counters().connects == 1);
}

TEST_CASE("a late answer is discarded and never taken for the next one") {
  Line line{Manner::late};
  const Answered first = line.ask();
  REQUIRE(first.has_error());
  CHECK(first.error().kind == FailureKind::timeout);
  check_good(line.ask(10s));
  CHECK(line.counters().late == 1);
  CHECK(line.counters().connects == 1);
}

TEST_CASE("an answer sent ahead of its request is a fault") {
  Line line{Manner::foresees};
  for (std::uint64_t n = 1; n <= 2; ++n) {
    check_good(line.ask(10s));
    CHECK(line.counters().faults[static_cast<std::size_t>(Fault::transaction)] == n);
    CHECK(line.counters().connects == n);
  }
}

TEST_CASE("while any peer misbehaves, a neighbour on the same loop is answered") {
  const Manner manner =
      GENERATE(Manner::slow, Manner::loris, Manner::exception, Manner::wrong_unit, Manner::wrong_function, Manner::wrong_transaction,
               Manner::short_frame, Manner::wrong_count, Manner::huge, Manner::closing, Manner::twice, Manner::mute);
  INFO(static_cast<int>(manner));
  Line line{manner};
  Peer good{line.io, Manner::good};
  const auto neighbour = std::make_shared<Connection>(line.io.get_executor(), good.endpoint());
  line.keep_busy(neighbour);
  for (int i = 0; i < 3 || (line.load.good <= 3 && i < 30); ++i) (void)line.ask(100ms);  // some end as soon as they are asked
  line.load.stop = true;
  check_good(run(line.io, neighbour->ask({.unit = 1, .count = 10}, ground::clock::now() + 10s)));
  CHECK(line.load.good > 3);
  CHECK(line.load.bad == 0);
}

TEST_CASE("requests of several units take turns on one connection") {
  Line line{Manner::good};
  for (int i = 0; i < 20; ++i) line.keep_busy(line.connection);
  for (int i = 0; i < 20; ++i) check_good(line.ask(10s));
  CHECK(line.load.good >= 300);  // each of the twenty nearly as often as we
  line.load.stop = true;
  check_good(line.ask(10s));
  CHECK(line.load.bad == 0);
  CHECK(line.counters().connects == 1);
}

TEST_CASE("who waits for his turn waits no longer than his deadline") {
  Line line{Manner::mute};
  line.keep_busy(line.connection);
  const Answered answered = line.ask();
  REQUIRE(answered.has_error());
  CHECK(answered.error().kind == FailureKind::timeout);
  CHECK(line.counters().requests == 1);
}

TEST_CASE("nobody listening is refused at once, and not dialled again within the pause") {
  Line line{Manner::good};
  line.peer.reset();
  line.io.poll();
  line.io.restart();
  for (int i = 0; i < 2; ++i) {
    const Answered answered = line.ask(10s);
    REQUIRE(answered.has_error());
    CHECK(answered.error().kind == FailureKind::refused);
  }
  CHECK(line.counters().connect_failures == 1);
  CHECK(line.counters().requests == 0);
}

TEST_CASE("closing ends the request under way and those that wait") {
  Line line{Manner::mute};
  for (int i = 0; i < 3; ++i) line.keep_busy(line.connection);
  line.io.poll();
  line.load.stop = true;
  line.connection->close();
  CHECK(holdup::test::run_until(line.io, [&] { return line.load.bad == 3; }));
  CHECK(line.load.good == 0);
}

TEST_CASE("a loop goes while questions wait, and they take their connection with them") {
  const bool has_left = GENERATE(true, false);
  std::weak_ptr<Connection> left;
  {
    boost::asio::io_context io;
    Peer peer{io, Manner::mute};
    auto connection = std::make_shared<Connection>(io.get_executor(), peer.endpoint());
    left = connection;
    for (int n = 0; n < 3; ++n)
      boost::asio::co_spawn(io, connection->ask({.unit = 7, .address = 40, .count = 10}, ground::clock::now() + 10s),
                            boost::asio::detached);
    if (has_left) REQUIRE(holdup::test::run_until(io, [&] { return connection->counters().requests > 0; }));
    if (!has_left) io.run_one();
    connection.reset();
  }
  CHECK(left.expired());
}
