#include "bare_watcher.hpp"
#include "detect_rack.hpp"
#include "ground/clock/clock.hpp"
#include "holdup_daemon.hpp"
#include "lane.hpp"
#include "limits/pdu_162.hpp"
#include "simulator.hpp"
#include "witness.hpp"

namespace holdup::bench {
namespace {

using namespace std::chrono_literals;

constexpr int off = 8;
const Arcs outlet_state{1, 3, 6, 1, 4, 1, 13742, 6, 5, 4, 3, 1, 3, 1, 1, 14};  // of outlet 1

/// A PDU's outlet is switched off.
class PduLane : public Lane {
 public:
  PduLane(const LaneSetting& setting, std::string hot)
      : cabinets_{setting.cabinets},
        hot_{std::move(hot)},
        simulator_{{.bin = setting.bin,
                    .rack = pdu_site(cabinets_ + 1, hot_, documentation_hosts()) + pdu_simulation(cabinets_ + 1),
                    .seed = setting.seed},
                   folder_},
        witness_{agents(), name(outlet_state) + number(2, off)} {}

  std::string site() const override {
    return pdu_site(cabinets_, hot_, [&](const std::string& name) { return witness_.host(number_of(name) - 1); });
  }
  ground::Instant lose(int cabinet) override {
    witness_.signs().forget(device_of(cabinet));
    switch_outlet(cabinet, "off");
    return ground::clock::now();
  }
  void restore(int cabinet) override { switch_outlet(cabinet, "on"); }
  std::optional<ground::Instant> sign(int cabinet) override { return witness_.signs().first(device_of(cabinet)); }

 protected:
  [[nodiscard]] std::string pdus() const { return std::to_string(2 * cabinets_) + " PDUs that measure every 200 ms"; }
  [[nodiscard]] bool is_spare(int cabinet) const { return cabinet > cabinets_; }
  [[nodiscard]] const sockaddr_in& spare() const { return witness_.address(device_of(cabinets_ + 1)); }
  [[nodiscard]] BareWatcher watcher(const LaneSetting& setting, const std::string& way, std::vector<std::string> rest = {}) const {
    const auto element = "cab" + std::to_string(cabinets_ + 1) + "/psu1";
    return {{.bin = setting.bin, .way = way, .listener = setting.listener, .element = element, .rest = std::move(rest)},
            folder_.file("bare-watcher.log")};
  }
  void call(int cabinet, std::uint16_t port, const std::string& datagram) const { witness_.call(device_of(cabinet), port, datagram); }

 private:
  static std::size_t device_of(int cabinet) { return static_cast<std::size_t>(2 * (cabinet - 1)); }
  void switch_outlet(int cabinet, const std::string& state) const {
    simulator_.order("set " + pdu(device_of(cabinet) + 1) + "/outlet/1 state=" + state);
  }
  [[nodiscard]] std::vector<std::uint16_t> agents() const {
    std::vector<std::uint16_t> out;
    for (std::size_t device = 0; device < device_of(cabinets_ + 2); ++device) out.push_back(simulator_.port(pdu(device + 1)));
    return out;
  }

  int cabinets_;
  std::string hot_;
  Folder folder_;
  Simulator simulator_;
  Witness witness_;
};

class SnmpLane : public PduLane {
 public:
  explicit SnmpLane(const LaneSetting& setting)
      : PduLane{setting, "200ms"},
        limit_{watcher(setting, "snmp", {std::to_string(period().count()), host(spare()), std::to_string(ntohs(spare().sin_port))})} {}

  std::string title() const override { return "snmp: " + pdus() + ", asked every 200 ms"; }
  ground::Duration period() const override { return 200ms; }
  void watch(ground::Duration phase) override { limit_.watch(phase); }

 private:
  static std::string host(const sockaddr_in& address) {
    std::array<char, INET_ADDRSTRLEN> text{};
    return ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
  }

  BareWatcher limit_;
};

/// The PDU says so itself; its polls, every second, prove it later.
class TrapLane : public PduLane {
 public:
  explicit TrapLane(const LaneSetting& setting)
      : PduLane{setting, "1s"}, limit_{watcher(setting, "trap")}, relay_{static_cast<std::uint16_t>(std::stoi(limit_.line()))} {}

  std::string title() const override { return "trap: " + pdus() + ", asked every second"; }
  ground::Duration period() const override { return 20ms; }
  ground::Duration stays() const override { return 300ms; }
  void started(const HoldupDaemon& daemon) override { daemon_ = daemon.trap_port(); }
  ground::Instant lose(int cabinet) override {
    const auto lost = PduLane::lose(cabinet);
    called_ = ground::clock::now();
    call(cabinet, is_spare(cabinet) ? relay_ : daemon_, trap_);
    return lost;
  }
  std::optional<ground::Instant> sign(int) override { return called_; }

 private:
  const std::string trap_ = outlet_trap(1, off);
  std::uint16_t daemon_ = 0;
  ground::Instant called_{};
  BareWatcher limit_;
  std::uint16_t relay_;
};

}  // namespace

std::unique_ptr<Lane> snmp_lane(const LaneSetting& setting) { return std::make_unique<SnmpLane>(setting); }
std::unique_ptr<Lane> trap_lane(const LaneSetting& setting) { return std::make_unique<TrapLane>(setting); }

}  // namespace holdup::bench
