#include "traps.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <random>
#include <stdexcept>
#include <thread>

#include "alert_listener.hpp"
#include "child_program.hpp"
#include "folder.hpp"
#include "ground/clock/clock.hpp"
#include "http_get.hpp"
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

std::string pdu(int number) { return "pdu-" + std::to_string(number); }

/// PDUs on two feeds, a cabinet on each two of them.
std::string trap_rack(int pdus) {
  std::string devices = "devices:\n", loads = "loads:\n", sim = "sim:\n";
  for (int n = 1; n <= pdus; ++n) {
    devices += "  " + pdu(n) + ": {url: snmp://192.0.2." + std::to_string(n) + ", feed: " + (n % 2 == 1 ? "A" : "B") + "}\n";
    sim += "  " + pdu(n) + ": {model: raritan-px3, refresh: 200ms}\n";
    if (n % 2 == 1) continue;
    const auto cabinet = "cab" + std::to_string(n / 2);
    loads += "  " + cabinet + ":\n    needs_watts: 300\n    supplies:\n";
    for (int psu = 1; psu <= 2; ++psu)
      loads += "      psu" + std::to_string(psu) + ": {cord: " + pdu(n - 2 + psu) + "/outlet/1, rated_watts: 600, holdup: 20ms}\n";
    sim += "  " + cabinet + ": {watts: 300}\n";
  }
  return "rack: traps\nsystem: 1ph\nfeeds:\n  A: {nominal_volts: 230, rating_amperes: 32}\n  B: {nominal_volts: 230, rating_amperes: "
         "32}\n" +
         devices + loads + sim;
}

/// Raritan's outletSensorStateChange of an outlet's switch: on (7) or off (8).
std::string outlet_trap(int outlet, int state) {
  const auto place = static_cast<std::uint32_t>(outlet);
  const auto bind = [](const Arcs& oid, const std::string& value) { return tlv(0x30, name(oid) + value); };
  const auto binds = bind({1, 3, 6, 1, 2, 1, 1, 3, 0}, number(0x43, 1)) +
                     bind({1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0}, name({1, 3, 6, 1, 4, 1, 13742, 6, 0, 63})) +
                     bind({1, 3, 6, 1, 4, 1, 13742, 6, 0, 0, 10, 0}, number(2, 14)) +
                     bind({1, 3, 6, 1, 4, 1, 13742, 6, 5, 4, 3, 1, 3, 1, place, 14}, number(2, static_cast<std::uint64_t>(state)));
  const auto body = number(2, 1) + number(2, 0) + number(2, 0) + tlv(0x30, binds);
  return tlv(0x30, number(2, 1) + tlv(4, "public") + tlv(0xA7, body));
}

/// The simulated rack, the daemon, and the witness between them.
class Stage {
 public:
  explicit Stage(const TrapPlan& plan)
      : simulator_{{.bin = plan.bin, .rack = trap_rack(plan.pdus)}, folder_},
        witness_{ports(plan.pdus)},
        daemon_{{.words = {plan.bin + "/holdup", "run", "-c", folder_.write("site.yaml", site(plan.pdus))},
                 .log = folder_.file("holdup.log")}} {
    auto ready = daemon_.line();  // "ready http://127.0.0.1:PORT/"
    ready.pop_back();
    http_ = port_of(ready);
    const auto patience = Clock::now() + 60s;
    while (!is_ready()) {
      if (Clock::now() > patience)
        throw std::runtime_error{"the rack was not called redundant within a minute; see " + folder_.file("holdup.log")};
      std::this_thread::sleep_for(100ms);
    }
  }

  [[nodiscard]] Witness& witness() { return witness_; }
  [[nodiscard]] AlertListener& listener() { return listener_; }
  [[nodiscard]] const Simulator& simulator() const { return simulator_; }
  [[nodiscard]] std::uint16_t trap_port() const { return trap_port_; }
  /// A sample of the daemon's /metrics; 0 where there is none.
  [[nodiscard]] double metric(const std::string& sample) const {
    const auto page = "\n" + http_get(http_, "/metrics").value_or("");
    const auto at = page.find("\n" + sample + " ");
    return at == std::string::npos ? 0 : std::stod(page.substr(at + sample.size() + 2));
  }
  [[nodiscard]] double cpu_seconds() const { return daemon_.cpu_seconds(); }

 private:
  [[nodiscard]] std::vector<std::uint16_t> ports(int pdus) const {
    std::vector<std::uint16_t> out;
    for (int n = 1; n <= pdus; ++n) out.push_back(simulator_.port(pdu(n)));
    return out;
  }
  [[nodiscard]] std::string site(int pdus) const {
    auto text = folder_.read("simulated.yaml");
    for (int n = 1; n <= pdus; ++n) {
      const auto key = "  " + pdu(n) + ": ";
      const auto url = simulator_.url(pdu(n));
      const auto at = text.find(url, text.find(key));
      if (at == std::string::npos) throw std::runtime_error{"the simulator's site file names no " + url};
      text.replace(at, url.size(), witness_.url(static_cast<std::size_t>(n - 1)));
    }
    return text + "store: {path: " + folder_.file("bench.db") + "}\nhttp: {listen: 127.0.0.1:0}\ntraps: {listen: 127.0.0.1:0}\n" +
           "alerts: {webhook: [http://127.0.0.1:" + std::to_string(listener_.port()) + "/hook]}\n";
  }
  bool is_ready() {
    const auto status = http_get(http_, "/api/holdup/v1/status");
    if (!status) return false;
    const auto said = json::parse(*status);
    if (said.at("verdict").as_string() != "redundant" || !said.at("traps").at("listening").as_bool()) return false;
    trap_port_ = port_of(std::string{said.at("traps").at("endpoint").as_string()});
    return true;
  }

  Folder folder_;
  AlertListener listener_;
  Simulator simulator_;
  Witness witness_;
  ChildProgram daemon_;
  std::uint16_t http_ = 0, trap_port_ = 0;
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
  TrapRelay relay{witness.address(nobody), question(0).bytes};
  const std::jthread relaying{[&](const std::stop_token& stop) { relay.run(stop); }};
  const auto trap = outlet_trap(2, 7);
  Calls of_holdup{witness}, of_relay{witness};
  std::mt19937_64 chance{7};
  for (int n = 0; n < plan.traps; ++n) {
    std::this_thread::sleep_for(std::chrono::microseconds{5000 + chance() % 5000});
    of_relay.call(nobody, relay.port(), trap, nobody);
    const auto device = static_cast<std::size_t>(n % plan.pdus);
    while (Clock::now() - witness.last_asked(device) < 150ms) std::this_thread::sleep_for(1ms);  // holdup leaves 100 ms between questions
    of_holdup.call(device, stage.trap_port(), trap, device);
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
  const double cpu = stage.cpu_seconds();
  Storm storm{witness, plan, {stage.trap_port(), sink.port()}};
  std::this_thread::sleep_for(std::chrono::seconds{plan.seconds} / 2);
  stage.simulator().order("set pdu-1/outlet/1 state=off");
  const auto lost = ground::clock::now();
  witness.call(0, stage.trap_port(), outlet_trap(1, 8));
  const auto said = told(stage.listener(), lost);
  storm.join();
  const auto ended = Clock::now();
  const double used = stage.cpu_seconds() - cpu;
  std::this_thread::sleep_for(500ms);  // what is in the sockets
  sinking.request_stop();
  sinking.join();
  const double received = stage.metric("holdup_traps_received_total"), kernel = stage.metric("holdup_dropped_total{what=\"traps_kernel\"}");
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
