#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "catch.hpp"
#include "drivers/modbus/connection.hpp"
#include "ground/clock/clock.hpp"
#include "peers.hpp"

// A peer that does as its script says, asked over a connection of its own, and beside it on the same loop a good neighbour who is asked all
// the time and must be answered, whatever the peer does.
namespace holdup::modbus::test {

using Answered = ground::Result<Exchange>;

inline ground::Instant in(ground::Duration time) { return ground::clock::now() + time; }

class Stage {
 public:
  explicit Stage(ScriptedPeer::Script script, Connection::Options options = {})
      : peer{io, std::move(script)},
        connection{std::make_shared<Connection>(commons, peer.endpoint(), options)},
        neighbour_{std::make_shared<Connection>(commons, good_.endpoint())} {
    boost::asio::co_spawn(io, keep_asking(neighbour_, load_), boost::asio::detached);
  }
  /// The neighbour was answered all the time.
  ~Stage() {
    CHECK(neighbour_goes_on());
    CHECK(load_.bad == 0);
    load_.stop = true;
    connection->close();
    neighbour_->close();
    peer.close_all();
    io.restart();
    io.poll();
  }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  Answered ask(ground::Duration limit, Question question = {.unit = 7, .address = 40, .count = 10}) {
    return run(io, connection->ask(question, in(limit)));
  }
  /// A few answers since the call.
  [[nodiscard]] bool neighbour_goes_on() {
    const int wanted = load_.good + 3;
    return until([&] { return load_.good >= wanted; });
  }
  template <class Condition>
  [[nodiscard]] bool until(Condition condition) {
    return holdup::test::run_until(io, condition);
  }
  /// Asks beside what else goes on; `heard` is told the answer.
  template <class Heard>
  void begin_ask(Question question, ground::Duration limit, Heard heard) {
    boost::asio::co_spawn(io, connection->ask(question, in(limit)),
                          [heard](std::exception_ptr, Answered answered) { heard(std::move(answered)); });
  }
  [[nodiscard]] const Counters& counters() const { return connection->counters(); }
  [[nodiscard]] std::uint64_t fault(Fault fault) const { return counters().faults[static_cast<std::size_t>(fault)]; }

  boost::asio::io_context io;
  std::shared_ptr<Commons> commons = std::make_shared<Commons>(io.get_executor());
  ScriptedPeer peer;
  std::shared_ptr<Connection> connection;

 private:
  struct Load {
    bool stop = false;
    int good = 0, bad = 0;
  };
  static boost::asio::awaitable<void> keep_asking(std::shared_ptr<Connection> connection, Load& load) {
    while (!load.stop) {
      const Question question{.unit = 1, .address = 0, .count = 10};
      const Answered answered = co_await connection->ask(question, in(std::chrono::seconds{10}));
      ++(answered && answered->answer.values.size() == 10 ? load.good : load.bad);
    }
  }

  Peer good_{io, Manner::good};
  std::shared_ptr<Connection> neighbour_;
  Load load_;
};

/// The registers hold their own addresses, as Query::good() says them.
inline void check_told(const Answered& answered, std::uint16_t address = 40, std::size_t count = 10) {
  REQUIRE(answered.has_value());
  CHECK(answered->answer.exception == 0);
  REQUIRE(answered->answer.values.size() == count);
  CHECK(answered->answer.values.front() == address);
  CHECK(answered->answer.values.back() == address + count - 1);
}

}  // namespace holdup::modbus::test
