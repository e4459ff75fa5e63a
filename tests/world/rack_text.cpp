#include "world/rack_text.hpp"

#include <algorithm>
#include <string_view>

namespace world {
namespace {

constexpr std::size_t most_points = 350, most_of_pdus = 230;

struct System {
  const char* name;
  std::size_t lines;
  const char* nominal;
};
const std::vector<System> systems{{"1ph", 1, "230"}, {"1ph", 1, "230"},   {"1ph", 1, "230"},   {"wye", 3, "230"},
                                  {"wye", 3, "230"}, {"delta", 3, "208"}, {"split", 2, "120"}, {"dc", 1, "380"}};

class Writer {
 public:
  explicit Writer(Dice& dice)
      : dice_{dice}, system_{dice.pick(systems)}, switches_{dice.chance(0.5) ? dice.between(1, 2) : 0}, wanted_{wanted_points(dice)} {
    rack_.three_lines = system_.lines == 3;
    rack_.plant = std::string_view{system_.name} == "dc";
    rack_.neutral = std::string_view{system_.name} == "wye";
  }

  RackText write() {
    const std::string system{system_.name};
    rack_.text = "rack: w1\nsystem: " + system + "\nalerts: {webhook: [\"http://127.0.0.1:9000/hook\"]}\nfeeds:\n";
    for (std::size_t f = 0, feeds = dice_.chance(0.75) ? 2 : dice_.between(1, 3); f < feeds; ++f) write_feed(f);
    if (rack_.feeds.size() > 1 && dice_.chance(0.25)) write_ats();
    write_switches();
    do write_load();
    while (points_ < wanted_ && !free_.empty() && rack_.loads.size() < 40);
    if (!upses_.empty()) rack_.text += "ups:\n" + upses_;
    if (!atses_.empty()) rack_.text += "ats:\n" + atses_;
    if (!cords_.empty()) rack_.text += "switches:\n" + cords_;
    rack_.text += "devices:\n" + devices_ + "loads:\n" + loads_;
    if (!contacts_.empty()) rack_.text += "contacts:\n" + contacts_;
    rack_.text += "sim:\n" + sim_;
    return std::move(rack_);
  }

 private:
  struct Outlet {
    std::size_t pdu;
    std::size_t number;
  };

  static std::size_t wanted_points(Dice& dice) {
    if (dice.chance(0.1)) return 2;
    return dice.chance(0.3) ? dice.between(150, most_points) : dice.between(40, 150);
  }

  void write_feed(std::size_t f) {
    const std::string name(1, static_cast<char>('A' + f));
    rack_.feeds.push_back("feed/" + name);
    rack_.text += "  " + name + ": {nominal_volts: " + system_.nominal;
    if (dice_.chance(0.3)) rack_.text += ", rating_amperes: 200";
    if (wanted_ > 60 && dice_.chance(0.3)) {
      const std::string ups = "u" + std::to_string(f + 1);
      rack_.text += ", upstream: {ups: " + ups + "}";
      write_ups(ups);
    }
    rack_.text += "}\n";
    for (std::size_t p = 0, pdus = dice_.between(1, wanted_ > 150  ? 4
                                                    : wanted_ > 60 ? 2
                                                                   : 1);
         p < pdus && (p == 0 || points_ < most_of_pdus); ++p)
      write_pdu("pdu-" + std::string(1, static_cast<char>('a' + f)) + std::to_string(p + 1), name);
  }

  void write_ups(const std::string& name) {
    rack_.upses.push_back("ups/" + name);
    upses_ += "  " + name + ": {status: " + name + "-card, rated_watts: 20000}\n";
    sim_ += "  ups/" + name + ": {runtime: " + std::to_string(dice_.between(1, 10)) + "min}\n";
    write_device(name + "-card", "snmp://192.0.2.3", "");
    points_ += 6 * system_.lines + 13;
  }

  // A few tell of their inlet or their outlets' switches only.
  void write_pdu(const std::string& pdu, const std::string& feed) {
    static const std::vector<std::size_t> sizes{2, 4, 4, 6, 8};
    const std::size_t outlets = wanted_ < 40 ? dice_.between(1, 2) : wanted_ > 150 ? 8 : dice_.pick(sizes);
    const bool meters = dice_.chance(0.7);
    const bool banks = outlets >= 4 && dice_.chance(0.4);
    std::string rest = ", feed: " + feed;
    if (banks) {
      const std::size_t half = outlets / 2;
      const bool phases = system_.lines == 3 && dice_.chance(0.4);
      const auto phase = [&](const char* single, const char* between) {
        return phases ? std::string{", phase: "} + (std::string_view{system_.name} == "delta" ? between : single) : std::string{};
      };
      rest += ", banks: {1: {outlets: 1-" + std::to_string(half) + phase("1", "12") + "}, 2: {outlets: " + std::to_string(half + 1) + "-" +
              std::to_string(outlets) + phase("3", "31") + "}}";
      for (const char* bank : {"/bank/1", "/bank/2"}) rack_.banks.push_back(pdu + bank);
    }
    for (std::size_t n = 1; n <= outlets; ++n) free_.push_back({rack_.pdus.size(), n});
    rack_.pdus.push_back(pdu);
    write_device(pdu, "snmp://192.0.2.1", rest);
    sim_ += "  " + pdu + ": {model: " + (meters ? "raritan-px3" : "apc-rpdu2") + ", refresh: " + dice_.pick(card_refreshes) +
            ", boot: 5s, outlets: " + std::to_string(outlets) + "}\n";
    if (wanted_ < 40 || dice_.chance(0.08))
      know_little(pdu);
    else
      points_ += 8 + 4 * system_.lines + (meters ? 5 : 1) * outlets;
  }

  void know_little(const std::string& pdu) {
    static const std::vector<std::string> little{"inlet_voltage,inlet_power", "inlet_voltage,uptime", "outlet_state,uptime",
                                                 "phase_voltage,phase_current", "inlet_voltage,inlet_power,outlet_state"};
    rack_.knowledge.push_back("knows " + pdu + " " + dice_.pick(little));
    points_ += 2;
  }

  // Two feeds before one PDU.
  void write_ats() {
    const std::string pdu = dice_.pick(rack_.pdus);
    const char other = pdu[4] == 'a' ? 'B' : 'A';
    rack_.transfers = true;
    atses_ = "  t1: {status: t1-card, carries: " + pdu + ", alternate: " + other + "}\n";
    write_device("t1-card", "snmp://192.0.2.4", "");
    points_ += 9 + 3 * system_.lines;
  }

  void write_device(const std::string& name, const std::string& url, const std::string& rest) {
    rack_.devices.push_back("device/" + name);
    rack_.switches.push_back(switches_ == 0 ? 0 : dice_.between(1, switches_));
    devices_ += "  " + name + ": {url: \"" + url + "\"" + rest;
    if (rack_.switches.back() != 0) devices_ += ", via: switch/sw" + std::to_string(rack_.switches.back());
    devices_ += "}\n";
  }

  /// Some hang on what they lead to.
  void write_switches() {
    for (std::size_t s = 1; s <= switches_ && free_.size() > 2; ++s) {
      if (!dice_.chance(0.4)) continue;
      const auto at = dice_.below(free_.size());
      cords_ +=
          "  sw" + std::to_string(s) + ": {cords: [" + rack_.pdus[free_[at].pdu] + "/outlet/" + std::to_string(free_[at].number) + "]}\n";
      free_.erase(free_.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }

  void write_load() {
    const std::string name = "load" + std::to_string(rack_.loads.size() + 1);
    const std::size_t watts = dice_.between(6, 300) * 10;
    const bool reported = wanted_ > 40 && dice_.chance(0.6) && points_ + 60 < most_points;
    card_ = reported && dice_.chance(0.3) ? name + "-card" : std::string{};
    rack_.loads.push_back(name);
    rack_.watts.push_back(watts);
    const std::size_t first = rack_.supplies.size();
    loads_ += "  " + name + ":\n    needs_watts: " + std::to_string(watts) + "\n";
    const std::string sharing = dice_.pick(sharings);
    if (!sharing.empty()) loads_ += "    sharing: " + sharing + "\n";
    if (reported && sharing == "active" && dice_.chance(0.1)) write_battery(name, watts);
    loads_ += "    supplies:\n";
    const std::size_t before = sim_.size();
    for (std::size_t s = 0, supplies = dice_.pick(cords); s < supplies && !free_.empty(); ++s) write_supply(name, s, watts, reported);
    const bool shared = !card_.empty() && rack_.supplies.size() > first + 1;
    const std::string card = shared ? ", refresh: " + dice_.pick(cabinet_refreshes) + ", boot: 3s" : std::string{};
    sim_.insert(before, "  " + name + ": {watts: " + std::to_string(watts) + card + "}\n");
    if (sharing != "active")
      rack_.resting.insert(rack_.resting.end(), rack_.supplies.begin() + static_cast<std::ptrdiff_t>(first), rack_.supplies.end());
  }

  void write_battery(const std::string& load, std::size_t watts) {
    loads_ += "    batteries: {bbu1: {status: " + load + "-bbu}}\n";
    sim_ += "  " + load + "/bbu1: {rated_watts: " + std::to_string(watts * 2) + ", runtime: 4min}\n";
    write_device(load + "-bbu", "modbus://192.0.2.5/1", "");
    points_ += 8;
  }

  /// Anywhere, and rather where none of the load's others hangs.
  Outlet plug(const std::string& load) {
    auto at = dice_.below(free_.size());
    const auto taken = [&](const Outlet& outlet) {
      return std::any_of(corded_.begin(), corded_.end(), [&](const auto& cord) { return cord.first == load && cord.second == outlet.pdu; });
    };
    for (int again = 0; again < 3 && taken(free_[at]); ++again) at = dice_.below(free_.size());
    const Outlet outlet = free_[at];
    free_.erase(free_.begin() + static_cast<std::ptrdiff_t>(at));
    corded_.emplace_back(load, outlet.pdu);
    return outlet;
  }

  void write_supply(const std::string& load, std::size_t s, std::size_t watts, bool reported) {
    const auto plugged = plug(load);
    const std::string outlet = rack_.pdus[plugged.pdu] + "/outlet/" + std::to_string(plugged.number);
    const std::string supply = load + "/psu" + std::to_string(s + 1);
    rack_.outlets.push_back(outlet);
    rack_.supplies.push_back(supply);
    loads_ += "      psu" + std::to_string(s + 1) + ": {cord: " + outlet;
    if (reported) write_unit(load, supply, s);
    loads_ += ", rated_watts: " + std::to_string(watts + 100 * dice_.between(1, 9)) + ", holdup: " + std::to_string(dice_.between(5, 40)) +
              "ms}\n";
    if (wanted_ > 40 && dice_.chance(0.15)) write_contact(load + "-" + std::to_string(s + 1), supply);
  }

  void write_unit(const std::string& load, const std::string& supply, std::size_t s) {
    if (!card_.empty()) return write_card();
    const std::string unit = load + "-u" + std::to_string(s + 1);
    const bool quick = wanted_ < 100 && dice_.chance(0.2), removable = dice_.chance(0.3);
    write_device(unit, "modbus://192.0.2.2/1", ", hot: " + (quick ? std::string{"20ms"} : dice_.pick(unit_periods)));
    rack_.units.push_back("device/" + unit);
    if (removable) rack_.modules.push_back(supply);
    loads_ += ", status: " + unit;
    sim_ += "  " + supply + ": {refresh: " + dice_.pick(unit_refreshes) + (removable ? ", model: shelf-psu" : "") + "}\n";
    points_ += 15;
  }

  /// One for all supplies of the load: its loss takes every sign of theirs.
  void write_card() {
    loads_ += ", status: " + card_;
    points_ += 8;
    if (!rack_.cards.empty() && rack_.cards.back() == "device/" + card_) return;
    write_device(card_, "snmp://192.0.2.6", ", hot: " + dice_.pick(unit_periods));
    rack_.cards.push_back("device/" + card_);
    points_ += 12;
  }

  void write_contact(const std::string& of, const std::string& supply) {
    const std::string name = "c-" + of;
    const std::size_t line = 2 * rack_.contacts.size();
    const bool pair = dice_.chance(0.3);
    rack_.contacts.push_back("contact/" + name);
    contacts_ += "  " + name + ": {source: gpiochip" + std::to_string(dice_.below(2)) + "/" + std::to_string(line) +
                 ", senses: " + (pair ? "ac_ok" : dice_.pick(senses)) + ", of: " + supply;
    if (pair) contacts_ += ", kind: relay, pair: " + std::to_string(line + 1);
    if (dice_.chance(0.3)) contacts_ += ", common: k1";
    contacts_ += "}\n";
  }

  inline static const std::vector<std::string> card_refreshes{"200ms", "1s", "1s", "2s", "5s", "20s", "60s"},
      cabinet_refreshes{"500ms", "1s", "2s", "5s"}, unit_refreshes{"20ms", "20ms", "100ms", "500ms", "2s", "10s"},
      unit_periods{"100ms", "200ms", "500ms", "1s"}, sharings{"active", "active", "standby", "unknown", ""},
      senses{"ac_ok", "ac_in", "dc_ok", "alarm"};
  inline static const std::vector<std::size_t> cords{1, 2, 2, 2, 2, 3};

  Dice& dice_;
  System system_;
  std::size_t switches_, wanted_, points_ = 0;
  RackText rack_;
  std::string devices_, loads_, contacts_, sim_, upses_, atses_, cords_, card_;
  std::vector<Outlet> free_;
  std::vector<std::pair<std::string, std::size_t>> corded_;
};

}  // namespace

RackText random_rack(Dice& dice) { return Writer{dice}.write(); }

}  // namespace world
