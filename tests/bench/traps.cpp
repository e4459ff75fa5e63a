#include "traps.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <random>
#include <stdexcept>
#include <thread>

#include "alert_listener.hpp"
#include "detect_rack.hpp"
#include "folder.hpp"
#include "ground/clock/clock.hpp"
#include "holdup_daemon.hpp"
#include "limits/alert_post.hpp"
#include "limits/trap_relay.hpp"
#include "limits/trap_sink.hpp"
#include "simulator.hpp"
#include "witness.hpp"

namespace holdup::bench {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using Clock = Witness::Clock;
using Micros = std::chrono::duration<double, std::micro>;

/// The simulated rack, the daemon, and the witness between them.
class Stage {
 public:
  explicit Stage(const TrapPlan& plan)
      : simulator_{{.bin = plan.bin, .rack = pdu_site(plan.pdus / 2, "1s", documentation_hosts()) + pdu_simulation(plan.pdus / 2)},
                   folder_},
        witness_{ports(plan.pdus)},
        daemon_{plan.bin, pdu_site(plan.pdus / 2, "1s", [&](const std::string& name) { return witness_.host(number_of(name) - 1); }),
                listener_.port()} {}

  [[nodiscard]] Witness& witness() { return witness_; }
  [[nodiscard]] AlertListener& listener() { return listener_; }
  [[nodiscard]] const Simulator& simulator() const { return simulator_; }
  [[nodiscard]] const HoldupDaemon& daemon() const { return daemon_; }

 private:
  [[nodiscard]] std::vector<std::uint16_t> ports(int pdus) const {
    std::vector<std::uint16_t> out;
    for (std::size_t n = 1; n <= static_cast<std::size_t>(pdus); ++n) out.push_back(simulator_.port(pdu(n)));
    return out;
  }

  Folder folder_;
  AlertListener listener_;
  Simulator simulator_;
  Witness witness_;
  HoldupDaemon daemon_;
};

/// Nearest rank.
double rank(std::vector<double>& all, double share) {
  std::ranges::sort(all);
  const auto at = static_cast<std::size_t>(share * static_cast<double>(all.size()) + 0.999999);
  return all.empty() ? 0 : all[std::min(all.size(), std::max<std::size_t>(at, 1)) - 1];
}

/// The microseconds from a datagram's leaving to the question that it brings about, one after the other.
class Calls {
 public:
  explicit Calls(Witness& witness) : witness_{witness} {}

  void call(std::size_t from, std::uint16_t port, const std::string& datagram, std::size_t asked) {
    const auto sent = Clock::now();
    witness_.call(from, port, datagram);
    const auto came = witness_.asked(asked, sent, sent + 2s);
    came ? micros_.push_back(Micros{*came - sent}.count()) : void(++unanswered_);
  }
  [[nodiscard]] std::vector<double>& micros() { return micros_; }
  [[nodiscard]] int unanswered() const { return unanswered_; }

 private:
  Witness& witness_;
  std::vector<double> micros_;
  int unanswered_ = 0;
};

/// Seconds between polls of devices: what follows another question within a tenth belongs to the same poll.
std::vector<double> gaps(Witness& witness, std::size_t first, std::size_t count, Clock::time_point from, Clock::time_point until) {
  std::vector<double> out;
  for (std::size_t d = first; d < count; ++d) {
    std::optional<Clock::time_point> last;
    for (const auto at : witness.questions(d)) {
      if (at < from || at > until || (last && at - *last < 100ms)) continue;
      if (last) out.push_back(std::chrono::duration<double>(at - *last).count());
      last = at;
    }
  }
  return out;
}

/// Traps of a device at a steady rate, to two ports at once, from the moment it is made.
class Storm {
 public:
  Storm(Witness& witness, const TrapPlan& plan, std::array<std::uint16_t, 2> ports)
      : thread_{[this, &witness, plan, ports] {
          const auto began = Clock::now();
          const auto noise = outlet_trap(2, 7);
          const auto all = static_cast<std::uint64_t>(plan.seconds) * static_cast<std::uint64_t>(plan.a_second);
          while (sent_ < all) {
            const auto due = std::chrono::duration<double>(Clock::now() - began).count() * plan.a_second;
            for (; sent_ < all && static_cast<double>(sent_) < due; ++sent_)
              for (const auto port : ports) witness.call(0, port, noise);
            std::this_thread::sleep_for(1ms);
          }
        }} {}
  void join() { thread_.join(); }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }

 private:
  std::atomic<std::uint64_t> sent_{0};
  std::jthread thread_;
};

struct Told {
  std::optional<double> reported, proven;  // milliseconds after the loss
};

/// Listens until the loss of cab1/psu1 is told as proven.
Told told(AlertListener& listener, ground::Instant lost) {
  Told out;
  while (auto arrival = listener.next(lost + 10s)) {
    const auto body = json::parse(arrival->body);
    for (const auto& alert : body.as_array()) {
      if (alert.at("labels").at("element").as_string() != "cab1/psu1") continue;
      const double after = ground::seconds(arrival->at - lost) * 1000;
      if (!out.reported) out.reported = after;
      if (alert.at("annotations").at("strength").as_string() == "proven") out.proven = after;
    }
    if (out.proven) break;
  }
  return out;
}

}  // namespace

void confirming(const TrapPlan& plan) {
  Stage stage{plan};
  Witness& witness = stage.witness();
  const auto nobody = static_cast<std::size_t>(plan.pdus);
  const Wire out{SOCK_DGRAM, witness.address(nobody)};
  const auto asks = question(0).bytes;
  TrapRelay relay{[&](const std::uint8_t*, std::size_t) { out.send(asks.data(), asks.size()); }};
  const std::jthread relaying{[&](const std::stop_token& stop) { relay.run(stop); }};
  const auto trap = outlet_trap(2, 7);
  Calls of_holdup{witness}, of_relay{witness};
  std::mt19937_64 chance{7};
  for (int n = 0; n < plan.traps; ++n) {
    std::this_thread::sleep_for(std::chrono::microseconds{5000 + chance() % 5000});
    of_relay.call(nobody, relay.port(), trap, nobody);
    const auto device = static_cast<std::size_t>(n % plan.pdus);
    while (Clock::now() - witness.last_asked(device) < 150ms) std::this_thread::sleep_for(1ms);  // holdup leaves 100 ms between questions
    of_holdup.call(device, stage.daemon().trap_port(), trap, device);
  }
  std::printf("\ntrap -> confirming question at the device, %d of each in turn, microseconds; `holdup run` with %d PDUs\n", plan.traps,
              plan.pdus);
  std::printf("%-8s %8s %8s\n", "", "p50", "p99");
  auto &h = of_holdup.micros(), &r = of_relay.micros();
  std::printf("%-8s %8.0f %8.0f\n%-8s %8.0f %8.0f\n", "holdup", rank(h, 0.5), rank(h, 0.99), "relay", rank(r, 0.5), rank(r, 0.99));
  std::printf("holdup/relay p50 ratio %.2f target 1.5, p99 ratio %.2f target 2; not asked within 2 s: %d\n", rank(h, 0.5) / rank(r, 0.5),
              rank(h, 0.99) / rank(r, 0.99), of_holdup.unanswered());
}

void storm(const TrapPlan& plan) {
  Stage stage{plan};
  Witness& witness = stage.witness();
  const auto devices = static_cast<std::size_t>(plan.pdus);
  const auto quiet = Clock::now();
  std::this_thread::sleep_for(std::chrono::seconds{plan.seconds});
  TrapSink sink;
  std::uint64_t bare = 0;
  std::jthread sinking{[&](const std::stop_token& stop) { bare = sink.run(stop); }};
  const auto began = Clock::now();
  const double cpu = stage.daemon().cpu_seconds();
  Storm storm{witness, plan, {stage.daemon().trap_port(), sink.port()}};
  std::this_thread::sleep_for(std::chrono::seconds{plan.seconds} / 2);
  stage.simulator().order("set pdu-1/outlet/1 state=off");
  const auto lost = ground::clock::now();
  witness.call(0, stage.daemon().trap_port(), outlet_trap(1, 8));
  const auto said = told(stage.listener(), lost);
  storm.join();
  const auto ended = Clock::now();
  const double used = stage.daemon().cpu_seconds() - cpu;
  std::this_thread::sleep_for(500ms);  // what is in the sockets
  sinking.request_stop();
  sinking.join();
  const double received = stage.daemon().metric("holdup_traps_received_total"),
               kernel = stage.daemon().metric("holdup_dropped_total{what=\"traps_kernel\"}");
  std::printf("\n%llu traps of one device in %.1f s, to holdup and to a bare receiver\n", static_cast<unsigned long long>(storm.sent()),
              std::chrono::duration<double>(ended - began).count());
  std::printf("received: holdup %.0f, bare %llu, ratio %.3f (target 0.9); the kernel dropped %.0f of holdup's, counted %.0f of %llu\n",
              received, static_cast<unsigned long long>(bare), received / static_cast<double>(bare), kernel, received + kernel,
              static_cast<unsigned long long>(storm.sent() + 1));
  std::printf("holdup's CPU in the storm: %.0f %% of a core\n", 100 * used / std::chrono::duration<double>(ended - began).count());
  std::printf("the loss announced in it: told after %.1f ms, proven after %.0f ms (hot period 1000 ms)\n", said.reported.value_or(-1),
              said.proven.value_or(-1));
  auto before = gaps(witness, 1, devices, quiet, began), during = gaps(witness, 1, devices, began, ended);
  std::printf("between polls of the other %d devices: p50 %.3f s, most %.3f s in the storm; %.3f s, %.3f s before\n", plan.pdus - 1,
              rank(during, 0.5), rank(during, 1), rank(before, 0.5), rank(before, 1));
}

}  // namespace holdup::bench
