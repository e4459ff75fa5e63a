#include "punctuality.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdio>
#include <memory>
#include <numeric>
#include <thread>

#include "arrivals.hpp"
#include "collector/plan/plan.hpp"
#include "drivers/open/opener.hpp"
#include "ground/clock/clock.hpp"
#include "holdup_poller.hpp"
#include "limits/timer_loop.hpp"
#include "responder.hpp"
#include "way.hpp"

namespace holdup::bench {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Clock = Responder::Clock;

/// What polls the crowd: the daemon's plan and drivers on one loop, without the core behind them.
class Poller {
 public:
  Poller(const profile::Library& library, const Crowd& crowd, std::uint16_t port)
      : site_{site_of(crowd, port)},
        drivers_{std::make_shared<Drivers>(loop_, library)},
        plan_{site_, 7, ground::clock::now()},
        known_(crowd.devices) {
    for (const auto& device : site_.devices)
      drivers_->devices.push_back(std::move(drivers_->opener.open({.address = device.address}).value()));
  }

  void run(const std::stop_token& stop) {
    const std::stop_callback wake{stop, [this] { loop_.stop(); }};
    give_orders();
    loop_.run();
  }
  [[nodiscard]] std::size_t known() const { return identified_; }

 private:
  /// They live until what still waits for an answer goes with the loop.
  struct Drivers {
    Drivers(asio::io_context& loop, const profile::Library& library) : opener{loop, library, 1} {}
    drivers::Opener opener;
    std::vector<std::unique_ptr<drivers::Device>> devices;
  };

  static site::Site site_of(const Crowd& crowd, std::uint16_t port) {
    site::Site out;
    for (std::size_t d = 0; d < crowd.devices; ++d) {
      site::Device device;
      device.name = "d" + std::to_string(d);
      const auto host = asio::ip::address_v4{ntohl(address_of(d, port).sin_addr.s_addr)}.to_string();
      device.url = "snmp://" + host;
      device.address = {.protocol = drivers::Address::Protocol::snmp, .host = host, .port = port};
      device.routine = crowd.period;
      out.devices.push_back(std::move(device));
    }
    return out;
  }

  void give_orders() {
    for (auto& order : plan_.due(ground::clock::now()))
      asio::co_spawn(loop_, carry_out(drivers_, std::move(order)), [this](const std::exception_ptr& broken) {
        if (broken) std::rethrow_exception(broken);
        give_orders();
      });
    const auto next = plan_.next_due();
    if (!next) return;
    timer_.expires_after(std::max<ground::Duration>(0ns, *next - ground::clock::now()));
    timer_.async_wait([this](boost::system::error_code error) {
      if (!error) give_orders();
    });
  }

  asio::awaitable<void> carry_out(std::shared_ptr<Drivers> drivers, plan::Order order) {
    if (order.kind == plan::Order::Kind::identify) {
      const auto identified = co_await drivers->devices[order.device]->identify(order.deadline);
      if (!identified) co_return plan_.failed(order.device, ground::clock::now());
      plan_.identified(order.device, identified->points, ground::clock::now());
      if (!known_[order.device]) ++identified_;
      known_[order.device] = true;
      co_return;
    }
    const drivers::ReadRequest request{.points = order.points, .deadline = order.deadline};
    const auto readings = co_await drivers->devices[order.device]->read(request);
    readings ? plan_.answered(order.device, ground::clock::now()) : plan_.failed(order.device, ground::clock::now());
  }

  site::Site site_;
  asio::io_context loop_{1};
  std::shared_ptr<Drivers> drivers_;
  plan::Plan plan_;
  std::vector<bool> known_;
  std::atomic<std::size_t> identified_{0};
  asio::steady_timer timer_{loop_};
};

double p999(std::vector<double> all) {
  std::ranges::sort(all);
  return all.empty() ? 0 : all[(all.size() * 999 + 999) / 1000 - 1];
}

}  // namespace

void punctuality(const Crowd& crowd) {
  const auto living = crowd.devices - crowd.dead - crowd.slow;
  Arrivals of_holdup{crowd.devices, crowd.period}, of_limit{living, crowd.period};
  Responder crowded{{.dead = crowd.dead, .slow = crowd.slow, .late = 50ms},
                    [&](std::size_t d, Clock::time_point at) { of_holdup.note(d, at); }};
  Responder quiet{{.dead = living, .slow = 0}, [&](std::size_t d, Clock::time_point at) { of_limit.note(d, at); }};
  const auto library = library_162();
  Poller poller{library, crowd, crowded.port()};
  TimerLoop limit{living, quiet.port(), crowd.period};
  std::jthread holdup_thread{[&](const std::stop_token& stop) { poller.run(stop); }};
  const auto patience = Clock::now() + 60s;
  while (poller.known() < living + crowd.slow && Clock::now() < patience) std::this_thread::sleep_for(100ms);
  std::jthread limit_thread{[&](const std::stop_token& stop) { limit.run(stop); }};
  std::this_thread::sleep_for(5 * crowd.period);
  const auto start = Clock::now();
  std::this_thread::sleep_for(crowd.rounds * crowd.round);
  for (auto* thread : {&holdup_thread, &limit_thread}) thread->request_stop(), thread->join();

  std::vector<double> holdup_ms, limit_ms;
  std::size_t polls = 0;
  for (int r = 0; r < crowd.rounds; ++r) {
    const auto from = start + r * crowd.round;
    const auto holdup = of_holdup.lateness(crowd.dead + crowd.slow, from, from + crowd.round);
    polls += holdup.size();
    holdup_ms.push_back(p999(holdup));
    limit_ms.push_back(p999(of_limit.lateness(0, from, from + crowd.round)));
  }
  const double period = std::chrono::duration<double, std::milli>(crowd.period).count(), h = median(holdup_ms), l = median(limit_ms);
  const auto due = static_cast<double>(living) * crowd.rounds * static_cast<double>(crowd.round.count()) / period;
  std::printf("\n%zu devices, %zu dead, %zu slow, every %g ms, %d rounds of %g s; %zu of them identified\n", crowd.devices, crowd.dead,
              crowd.slow, period, crowd.rounds, static_cast<double>(crowd.round.count()) / 1000, poller.known());
  std::printf("polls of the living that arrived: %zu of %.0f due\n", polls, due);
  std::printf("lateness p99.9, median of the rounds: holdup %.2f ms, bare timer loop %.2f ms\n", h, l);
  std::printf("%.2f %% of the period (target 5), ratio %.2f (target 2, either holds)\n", 100 * h / period, h / l);
}

}  // namespace holdup::bench
