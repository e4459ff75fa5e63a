#include "drivers/modbus/rtu/stream.hpp"

#include <fcntl.h>

#include <array>
#include <atomic>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <optional>
#include <thread>

#include "bus.hpp"
#include "catch.hpp"
#include "ground/clock/clock.hpp"
#include "wire/run_loop.hpp"

using namespace holdup;
using namespace holdup::rtu;
using namespace holdup::rtu::test;
using namespace std::chrono_literals;
using ground::FailureKind;
using holdup::test::run;
using holdup::test::run_until;
namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

namespace {

using Answered = ground::Result<modbus::Exchange>;

/// A serial device server: what a client sends goes out on a line of units, what comes there goes to the client.
class DeviceServer {
 public:
  DeviceServer(asio::io_context& io, Bus& bus) : acceptor_{io, Tcp::endpoint{asio::ip::address_v4::loopback(), 0}}, line_{io} {
    line_.assign(::open(bus.path().c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    accept_next();
    from_line();
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] int connections() const { return connections_; }
  void hang_up() { client_->close(); }

 private:
  void accept_next() {
    acceptor_.async_accept([this](boost::system::error_code error, Tcp::socket socket) {
      if (error) return;
      ++connections_;
      client_ = std::make_shared<Tcp::socket>(std::move(socket));
      from_client(client_);
      accept_next();
    });
  }
  void from_client(std::shared_ptr<Tcp::socket> client) {
    client->async_read_some(asio::buffer(asked_), [this, client](boost::system::error_code error, std::size_t bytes) {
      if (error) return;
      asio::write(line_, asio::buffer(asked_, bytes));
      from_client(client);
    });
  }
  void from_line() {
    line_.async_read_some(asio::buffer(answered_), [this](boost::system::error_code error, std::size_t bytes) {
      if (error) return;
      boost::system::error_code ignored;
      if (client_) asio::write(*client_, asio::buffer(answered_, bytes), ignored);
      from_line();
    });
  }

  Tcp::acceptor acceptor_;
  asio::posix::stream_descriptor line_;
  std::shared_ptr<Tcp::socket> client_;
  std::array<std::uint8_t, 256> asked_{}, answered_{};
  int connections_ = 0;
};

/// A serial device server without a line: does with each question, of eight bytes, what it is told to.
class RawServer {
 public:
  using Client = Tcp::socket;
  using Script = std::function<void(Client&, std::span<const std::uint8_t>)>;
  RawServer(asio::io_context& io, Script script)
      : acceptor_{io, Tcp::endpoint{asio::ip::address_v4::loopback(), 0}}, script_{std::move(script)} {
    accept_next();
  }
  ~RawServer() {
    stop_ = true;
    if (flood_.joinable()) flood_.join();
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  /// Garbage to the last who connected, from a thread of its own, until he hangs up.
  void flood() {
    flood_ = std::thread{[this, client = clients_.back()] {
      const std::vector<std::uint8_t> garbage(65536, 0xFF);
      boost::system::error_code error;
      client->non_blocking(true, error);
      while (!stop_) {
        const std::size_t sent = client->send(asio::buffer(garbage), MSG_NOSIGNAL, error);
        if (error && error != asio::error::would_block) return;
        flooded_ += sent;
      }
    }};
  }
  [[nodiscard]] std::size_t flooded() const { return flooded_; }

 private:
  void accept_next() {
    acceptor_.async_accept([this](boost::system::error_code error, Tcp::socket socket) {
      if (error) return;
      serve(clients_.emplace_back(std::make_shared<Tcp::socket>(std::move(socket))));
      accept_next();
    });
  }
  void serve(std::shared_ptr<Tcp::socket> client) {
    asio::async_read(*client, asio::buffer(question_), [this, client](boost::system::error_code error, std::size_t) {
      if (error) return;
      script_(*client, question_);
      serve(client);
    });
  }

  Tcp::acceptor acceptor_;
  Script script_;
  std::vector<std::shared_ptr<Tcp::socket>> clients_;
  std::array<std::uint8_t, 8> question_{};
  std::thread flood_;
  std::atomic<bool> stop_{false};
  std::atomic<std::size_t> flooded_{0};
};

struct Bench {
  asio::io_context io;
  Bus bus;
  DeviceServer server;
  std::shared_ptr<Figures> figures = std::make_shared<Figures>();
  std::shared_ptr<Stream> stream;
  bool stop = false;
  int good = 0, bad = 0;

  explicit Bench(std::map<std::uint8_t, Manner> units) : bus{std::move(units)}, server{io, bus} {
    stream = std::make_shared<Stream>(io.get_executor(), "127.0.0.1", server.port(), figures);
  }
  ~Bench() {
    stop = true;
    stream.reset();
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  Answered ask(std::uint8_t unit, ground::Duration limit = 300ms, std::uint16_t address = 40) {
    return run(io, stream->ask({.unit = unit, .address = address, .count = 10}, ground::clock::now() + limit));
  }
  void check_good(std::uint8_t unit, std::uint16_t address = 40) {
    const Answered answered = ask(unit, 10s, address);
    REQUIRE(answered);
    REQUIRE(answered->answer.values.size() == 10);
    CHECK(answered->answer.values[3] == unit * 256 + address + 3);
  }
};

asio::awaitable<void> keep_asking(Bench& bench) {
  const auto stream = bench.stream;
  while (!bench.stop) {
    const modbus::Question question{.unit = 1, .address = 3, .count = 4};
    const Answered answered = co_await stream->ask(question, ground::clock::now() + 10s);
    ++(answered && answered->answer.values == std::vector<std::uint16_t>{0x103, 0x104, 0x105, 0x106} ? bench.good : bench.bad);
  }
}

}  // namespace

TEST_CASE("units behind a serial device server are asked over one connection") {
  Bench bench{{{1, Manner::good}, {2, Manner::good}}};
  for (int i = 0; i < 50; ++i) bench.check_good(i % 2 ? 1 : 2);
  CHECK(bench.server.connections() == 1);
  CHECK(bench.figures->answers == 50);
}

TEST_CASE("while a unit behind a serial device server misbehaves, its others are answered") {
  struct Case {
    Manner manner;
    bool answers;
    std::optional<FailureKind> kind = {};
  };
  const auto one = GENERATE(Case{Manner::wrong_unit, false, FailureKind::timeout}, Case{Manner::bad_crc, false, FailureKind::malformed},
                            Case{Manner::drip, false},  // silence, or the shreds of two answers
                            Case{Manner::gaps, true}, Case{Manner::garbage, true}, Case{Manner::too_long, false, FailureKind::malformed},
                            Case{Manner::mute, false, FailureKind::timeout}, Case{Manner::exception, true}, Case{Manner::twice, true});
  INFO(static_cast<int>(one.manner));
  Bench bench{{{1, Manner::good}, {7, one.manner}}};
  asio::co_spawn(bench.io, keep_asking(bench), asio::detached);
  for (int i = 0; i < 3; ++i) {
    const int before = bench.good;
    const bool soon = one.answers || one.kind == FailureKind::malformed;
    const Answered answered = bench.ask(7, soon ? ground::Duration{10s} : 300ms);
    CHECK(answered.has_value() == one.answers);
    if (one.kind && answered.has_error()) CHECK(answered.error().kind == *one.kind);
    REQUIRE(run_until(bench.io, [&] { return bench.good > before; }));
  }
  bench.stop = true;
  bench.check_good(1);
  CHECK(bench.bad == 0);
}

TEST_CASE("over a serial device server a late answer is never taken for the next one") {
  Bench bench{{{1, Manner::good}, {7, Manner::late}}};
  const Answered first = bench.ask(7);
  REQUIRE(first.has_error());
  CHECK(first.error().kind == FailureKind::timeout);
  bench.check_good(7, 90);  // the answer to 40 comes meanwhile
  CHECK(bench.figures->late == 1);
  bench.check_good(7, 100);
}

TEST_CASE("an echo behind a serial device server is passed over") {
  Bench bench{{{1, Manner::good}}};
  bench.bus.echo();
  for (int i = 0; i < 5; ++i) bench.check_good(1);
  CHECK(bench.figures->echoes == 5);
}

TEST_CASE("a serial device server that hangs up is dialled anew") {
  Bench bench{{{1, Manner::good}}};
  bench.check_good(1);
  bench.server.hang_up();
  bench.check_good(1);
  CHECK(bench.server.connections() == 2);
  CHECK(bench.figures->lost == 1);
}

TEST_CASE("a serial device server that is mute is dialled anew after the third time-out") {
  Bench bench{{}};
  for (int i = 0; i < 4; ++i) CHECK(bench.ask(7, 50ms).has_error());
  CHECK(run_until(bench.io, [&] { return bench.server.connections() == 2; }));
}

TEST_CASE("no serial device server at the address is a refusal, not asked for again at once") {
  asio::io_context io;
  Tcp::acceptor closed_soon{io, Tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
  const auto port = closed_soon.local_endpoint().port();
  closed_soon.close();
  const auto figures = std::make_shared<Figures>();
  const auto stream = std::make_shared<Stream>(io.get_executor(), "127.0.0.1", port, figures);
  for (int i = 0; i < 3; ++i) {
    const Answered refused = run(io, stream->ask({.unit = 7}, ground::clock::now() + 10s));
    REQUIRE(refused.has_error());
    CHECK(refused.error().kind == FailureKind::refused);
  }
  CHECK(figures->open_failures < 3);
}

TEST_CASE("who waits for what a unit still owes goes when that is over") {
  int asked = 0;
  asio::io_context io;
  RawServer server{io, [&](RawServer::Client& client, std::span<const std::uint8_t> question) {
                     if (++asked != 2) asio::write(client, asio::buffer(closed({question[0], 3, 2, question[3], 9})));
                   }};
  const auto stream = std::make_shared<Stream>(io.get_executor(), "127.0.0.1", server.port(), std::make_shared<Figures>());
  REQUIRE(run(io, stream->ask({.unit = 7, .address = 1}, ground::clock::now() + 10s)));
  bool silent = false;
  std::optional<Answered> second;
  asio::co_spawn(io, stream->ask({.unit = 7, .address = 2}, ground::clock::now() + 100ms),
                 [&](std::exception_ptr, Answered answered) { silent = answered.has_error(); });
  asio::co_spawn(io, stream->ask({.unit = 7, .address = 3}, ground::clock::now() + 8s),
                 [&](std::exception_ptr, Answered answered) { second = std::move(answered); });
  REQUIRE(run_until(io, [&] { return second.has_value(); }));
  CHECK(silent);
  REQUIRE(second->has_value());
  CHECK((*second)->answer.values == std::vector<std::uint16_t>{0x0309});
}

TEST_CASE("a serial device server that never stops talking keeps nobody from his turn") {
  asio::io_context io;
  RawServer server{io, [&](RawServer::Client& client, std::span<const std::uint8_t> question) {
                     asio::write(client, asio::buffer(closed({question[0], 3, 2, 0, 9})));
                   }};
  const auto figures = std::make_shared<Figures>();
  const auto stream = std::make_shared<Stream>(io.get_executor(), "127.0.0.1", server.port(), figures);
  REQUIRE(run(io, stream->ask({.unit = 7}, ground::clock::now() + 10s)));
  server.flood();
  REQUIRE(run_until(io, [&] { return server.flooded() > 100'000; }));
  const auto before = figures->strays.load();
  (void)run(io, stream->ask({.unit = 7}, ground::clock::now() + 50ms));
  CHECK(figures->lost == 1);
  CHECK(figures->strays - before < 20'000);
}
