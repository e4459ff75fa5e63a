#include "modbus_hostile.hpp"

#include <array>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>

#include "drivers/modbus/connection.hpp"
#include "ground/clock/clock.hpp"
#include "modbus_poller.hpp"
#include "modbus_units.hpp"
#include "planned_poller.hpp"
#include "wire/drivers/modbus/peers.hpp"

namespace holdup::bench {
namespace {

namespace asio = boost::asio;
using modbus::test::Manner;
using namespace std::chrono_literals;

constexpr std::size_t neighbours = 8;
constexpr auto period = 10ms;

constexpr std::array<std::pair<Manner, std::string_view>, 16> manners{{{Manner::good, "good"},
                                                                       {Manner::slow, "a byte a millisecond"},
                                                                       {Manner::loris, "a byte every 50 ms"},
                                                                       {Manner::exception, "exception 2"},
                                                                       {Manner::wrong_unit, "another unit answers"},
                                                                       {Manner::wrong_function, "another function"},
                                                                       {Manner::wrong_transaction, "another transaction"},
                                                                       {Manner::short_frame, "a byte count beyond the length"},
                                                                       {Manner::wrong_count, "a byte count within the length"},
                                                                       {Manner::huge, "a length of 32 KiB"},
                                                                       {Manner::closing, "five bytes, then the end"},
                                                                       {Manner::twice, "every answer twice"},
                                                                       {Manner::mute, "no answer"},
                                                                       {Manner::late, "the first answer late"},
                                                                       {Manner::foresees, "answers before the question"},
                                                                       {Manner::wrong_protocol, "another protocol"}}};

/// The peer on a loop and thread of its own.
class Stranger {
 public:
  explicit Stranger(Manner manner) : peer_{loop_, manner}, thread_{[this] { loop_.run(); }} {}
  ~Stranger() {
    loop_.stop();
    thread_.join();
  }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;
  [[nodiscard]] std::uint16_t port() const { return peer_.endpoint().port(); }

 private:
  asio::io_context loop_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(loop_);
  modbus::test::Peer peer_;
  std::thread thread_;
};

/// One question after the other, whatever comes of it.
asio::awaitable<void> ask_on(modbus::Connection::Endpoint peer) {
  const auto executor = co_await asio::this_coro::executor;
  const auto connection = std::make_shared<modbus::Connection>(executor, peer);
  asio::steady_timer timer{executor};
  for (;;) {
    (void)co_await connection->ask({.count = registers_a_block}, ground::clock::now() + 50ms);
    timer.expires_after(1ms);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

void misbehave(Manner manner, std::string_view name, std::chrono::milliseconds time) {
  const Stranger stranger{manner};
  ModbusUnits units;
  const std::jthread server{[&](const std::stop_token& stop) { units.serve(stop); }};
  std::atomic<std::size_t> answered{0};
  PlannedPoller poller{site_60(neighbours, units.port(), period), [&](const core::Answered&) { ++answered; }};
  std::jthread thread{[&](const std::stop_token& stop) { poller.run_and_time(stop); }};
  poller.wait_until_known();
  asio::co_spawn(poller.loop(), ask_on({asio::ip::address_v4::loopback(), stranger.port()}), asio::detached);
  std::this_thread::sleep_for(100ms);  // connected
  const std::size_t before = answered;
  std::this_thread::sleep_for(time);
  const std::size_t told = answered - before;
  thread.request_stop(), thread.join();
  std::printf("%-32s %7.2f %7.2f   %6.1f\n", name.data(), poller.longest_turn().seconds * 1e3, poller.longest_turn().cpu_seconds * 1e3,
              100 * static_cast<double>(told) / static_cast<double>(neighbours * (time / period)));
  std::fflush(stdout);
}

}  // namespace

void hostile(std::chrono::milliseconds time) {
  std::printf(
      "\nthe loop's longest turn while one of %zu devices misbehaves, the others asked every 10 ms for %g s each, and it on and on\n",
      neighbours + 1, static_cast<double>(time.count()) / 1000);
  std::printf("what it does                    turn ms  of CPU   neighbours' polls answered, %%\n");
  for (const auto& [manner, name] : manners) misbehave(manner, name, time);
}

}  // namespace holdup::bench
