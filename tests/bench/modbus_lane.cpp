#include "bare_watcher.hpp"
#include "detect_rack.hpp"
#include "ground/clock/clock.hpp"
#include "lane.hpp"
#include "modbus_witness.hpp"
#include "simulator.hpp"

namespace holdup::bench {
namespace {

using namespace std::chrono_literals;

class ModbusLane : public Lane {
 public:
  explicit ModbusLane(const LaneSetting& setting)
      : cabinets_{setting.cabinets},
        simulator_{{.bin = setting.bin,
                    .rack = status_site(cabinets_ + 1, documentation_hosts()) + status_simulation(cabinets_ + 1),
                    .seed = setting.seed},
                   folder_},
        witness_{units()},
        limit_{{.bin = setting.bin,
                .way = "modbus",
                .listener = setting.listener,
                .element = "cab" + std::to_string(cabinets_ + 1) + "/psu1",
                .rest = {std::to_string(period().count()), std::to_string(witness_.port(unit_of(cabinets_ + 1)))}},
               folder_.file("bare-watcher.log")} {}

  std::string title() const override {
    return "modbus: " + std::to_string(2 * cabinets_) + " status units asked every 20 ms, which they measure every 20 ms";
  }
  ground::Duration period() const override { return 20ms; }
  std::string site() const override {
    return status_site(cabinets_, [&](const std::string& device) {
      for (int cabinet = 1; cabinet <= cabinets_; ++cabinet)
        if (device == name(cabinet)) return "127.0.0.1:" + std::to_string(witness_.port(unit_of(cabinet)));
      return "127.0.0.1:" + std::to_string(simulator_.port(device));
    });
  }
  void watch(ground::Duration phase) override { limit_.watch(phase); }
  ground::Instant lose(int cabinet) override {
    witness_.signs().forget(unit_of(cabinet));
    simulator_.order("fail " + cord(cabinet));
    return ground::clock::now();
  }
  void restore(int cabinet) override { simulator_.order("restore " + cord(cabinet)); }
  std::optional<ground::Instant> sign(int cabinet) override { return witness_.signs().first(unit_of(cabinet)); }

 private:
  static std::string name(int cabinet) { return "cab" + std::to_string(cabinet) + "-psu1"; }
  static std::string cord(int cabinet) { return "pdu-a/outlet/" + std::to_string(cabinet); }
  static std::size_t unit_of(int cabinet) { return static_cast<std::size_t>(cabinet - 1); }
  [[nodiscard]] std::vector<std::uint16_t> units() const {
    std::vector<std::uint16_t> out;
    for (int cabinet = 1; cabinet <= cabinets_ + 1; ++cabinet) out.push_back(simulator_.port(name(cabinet)));
    return out;
  }

  int cabinets_;
  Folder folder_;
  Simulator simulator_;
  ModbusWitness witness_;
  BareWatcher limit_;
};

}  // namespace

std::unique_ptr<Lane> modbus_lane(const LaneSetting& setting) { return std::make_unique<ModbusLane>(setting); }

}  // namespace holdup::bench
