#include "modbus_punctuality.hpp"

#include <algorithm>
#include <cstdio>
#include <thread>
#include <utility>
#include <vector>

#include "arrivals.hpp"
#include "ground/clock/clock.hpp"
#include "limits/timer_loop.hpp"
#include "modbus_poller.hpp"
#include "modbus_units.hpp"
#include "planned_poller.hpp"
#include "responder.hpp"

namespace holdup::bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

double at(std::vector<double>& all, double share) {
  if (all.empty()) return 0;
  const auto place = std::min(all.size() - 1, static_cast<std::size_t>(share * static_cast<double>(all.size())));
  std::ranges::nth_element(all, all.begin() + static_cast<std::ptrdiff_t>(place));
  return all[place];
}

double milliseconds(Clock::duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

void print_grid(const char* who, std::vector<double> late, double due) {
  const auto soon = static_cast<double>(std::ranges::count_if(late, [](double ms) { return ms <= 1; }));
  std::printf("%-18s %8zu of %.0f   %7.3f %%   %7.3f %7.3f %7.3f ms\n", who, late.size(), due, 100 * soon / due, at(late, 0.5),
              at(late, 0.99), at(late, 0.999));
}

/// When a unit's register 0 changes, the k-th time: once in four periods, at any moment of two of them. It then says k.
class Changes {
 public:
  Changes(Clock::time_point start, Clock::duration period) : start_{start}, period_{period} {}

  [[nodiscard]] Clock::time_point when(std::size_t unit, std::int64_t k) const {
    std::uint64_t x = (unit << 32) + static_cast<std::uint64_t>(k) * 0x9e3779b97f4a7c15u;  // SplitMix64
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return start_ + k * 4 * period_ +
           Clock::duration{static_cast<std::int64_t>((x ^ (x >> 31)) % static_cast<std::uint64_t>(2 * period_.count()))};
  }
  [[nodiscard]] std::uint16_t value(std::size_t unit, Clock::time_point now) const {
    const auto k = (now - start_) / (4 * period_);
    return static_cast<std::uint16_t>(k > 0 && now < when(unit, k) ? k - 1 : k);
  }

 private:
  Clock::time_point start_;
  Clock::duration period_;
};

}  // namespace

void fast_grid(const FastCrowd& crowd) {
  Arrivals of_holdup{crowd.devices, crowd.period}, of_limit{crowd.devices, crowd.period};
  ModbusUnits units{[&](std::size_t unit, Clock::time_point now) {
    of_holdup.note(unit, now);
    return std::uint16_t{0};
  }};
  const Responder quiet{{.dead = crowd.devices, .slow = 0}, [&](std::size_t d, Clock::time_point now) { of_limit.note(d, now); }};
  const std::jthread server{[&](const std::stop_token& stop) { units.serve(stop); }};
  PlannedPoller poller{site_60(crowd.devices, units.port(), crowd.period), [](const core::Answered&) {}};
  TimerLoop limit{crowd.devices, quiet.port(), crowd.period};
  std::jthread holdup_thread{[&](const std::stop_token& stop) { poller.run(stop); }};
  std::jthread limit_thread{[&](const std::stop_token& stop) { limit.run(stop); }};
  poller.wait_until_known();
  std::this_thread::sleep_for(20 * crowd.period);
  const auto from = Clock::now(), until = from + crowd.time;
  std::this_thread::sleep_until(until);
  for (auto* thread : {&holdup_thread, &limit_thread}) thread->request_stop(), thread->join();
  const double due = static_cast<double>(crowd.devices) * static_cast<double>(crowd.time / crowd.period);
  std::printf("\n%zu devices of %zu registers every %g ms for %g s, %zu questions without an answer in time\n", crowd.devices,
              registers_a_block, milliseconds(crowd.period), milliseconds(crowd.time) / 1000, poller.failed());
  std::printf(
      "who                polls arrived      within 1 ms   lateness p50     p99   p99.9 (target 99.9 %%, or lateness of twice the bare "
      "loop's)\n");
  print_grid("bare timer loop", of_limit.lateness(0, from, until), due);
  print_grid("holdup", of_holdup.lateness(0, from, until), due);
  std::fflush(stdout);
}

void change_seen(const FastCrowd& crowd) {
  const Changes changes{Clock::now(), crowd.period};
  ModbusUnits units{[&](std::size_t unit, Clock::time_point now) { return changes.value(unit, now); }};
  const std::jthread server{[&](const std::stop_token& stop) { units.serve(stop); }};
  std::vector<std::int64_t> seen(crowd.devices, -1);
  std::vector<double> delays, round_trips;
  PlannedPoller poller{site_60(crowd.devices, units.port(), crowd.period), [&](const core::Answered& answer) {
                         const auto now = Clock::now();
                         round_trips.push_back(milliseconds(ground::clock::now() - answer.asked));
                         const auto told = static_cast<std::int64_t>(answer.readings.front().value);
                         const auto former = std::exchange(seen[answer.device], told);
                         if (former >= 0 && told != former) delays.push_back(milliseconds(now - changes.when(answer.device, told)));
                       }};
  std::jthread thread{[&](const std::stop_token& stop) { poller.run(stop); }};
  poller.wait_until_known();
  std::this_thread::sleep_for(crowd.time);
  thread.request_stop(), thread.join();
  const double period = milliseconds(crowd.period), trip = at(round_trips, 0.5), bound = 1.05 * period + trip;
  std::printf(
      "\na change in one of %zu units asked every %g ms is seen (%zu changes): p50 %.2f ms (half the period %.2f), p99 %.2f ms (target "
      "%.2f: "
      "1.05 periods and a round trip of %.2f)\n",
      crowd.devices, period, delays.size(), at(delays, 0.5), period / 2, at(delays, 0.99), bound, trip);
  std::fflush(stdout);
}

}  // namespace holdup::bench
