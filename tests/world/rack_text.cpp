#include "world/rack_text.hpp"

namespace world {
namespace {

class Writer {
 public:
  explicit Writer(Dice& dice) : dice_{dice}, switches_{dice.chance(0.5) ? dice.between(1, 2) : 0}, large_{dice.chance(0.15)} {}

  RackText write() {
    rack_.text = "rack: w1\nsystem: " + std::string{dice_.chance(0.85) ? "1ph" : "dc"} + "\n";
    rack_.text += "alerts: {webhook: [\"http://127.0.0.1:9000/hook\"]}\nfeeds:\n";
    for (std::size_t f = 0, feeds = dice_.chance(0.75) ? 2 : dice_.between(1, 3); f < feeds; ++f) write_feed(f);
    for (std::size_t l = 0, loads = dice_.between(1, large_ ? 16 : 5); l < loads; ++l) write_load(l);
    rack_.text += "devices:\n" + devices_ + "loads:\n" + loads_;
    if (!contacts_.empty()) rack_.text += "contacts:\n" + contacts_;
    rack_.text += "sim:\n" + sim_;
    return std::move(rack_);
  }

 private:
  void write_feed(std::size_t f) {
    const std::string name(1, static_cast<char>('A' + f));
    rack_.feeds.push_back("feed/" + name);
    rack_.text += "  " + name + ": {nominal_volts: 230}\n";
    for (std::size_t p = 0, pdus = dice_.between(1, large_ ? 4 : 2); p < pdus; ++p) {
      const std::string pdu = "pdu-" + std::string(1, static_cast<char>('a' + f)) + std::to_string(p + 1);
      rack_.pdus.push_back(pdu);
      write_device(pdu, "snmp://192.0.2.1", ", feed: " + name);
      sim_ += "  " + pdu + ": {model: " + (dice_.chance(0.7) ? "raritan-px3" : "apc-rpdu2") + ", refresh: " + dice_.pick(card_refreshes) +
              ", boot: 5s}\n";
    }
    next_outlet_.resize(rack_.pdus.size(), 1);
  }

  void write_device(const std::string& name, const std::string& url, const std::string& rest) {
    rack_.devices.push_back("device/" + name);
    rack_.switches.push_back(switches_ == 0 ? 0 : dice_.between(1, switches_));
    devices_ += "  " + name + ": {url: \"" + url + "\"" + rest;
    if (rack_.switches.back() != 0) devices_ += ", via: switch/sw" + std::to_string(rack_.switches.back());
    devices_ += "}\n";
  }

  void write_load(std::size_t l) {
    const std::string name = "load" + std::to_string(l + 1);
    const std::size_t watts = dice_.between(6, 300) * 10;
    const bool reported = dice_.chance(0.6);
    rack_.loads.push_back(name);
    rack_.watts.push_back(watts);
    loads_ += "  " + name + ":\n    needs_watts: " + std::to_string(watts) + "\n";
    if (const auto& sharing = dice_.pick(sharings); !sharing.empty()) loads_ += "    sharing: " + sharing + "\n";
    loads_ += "    supplies:\n";
    sim_ += "  " + name + ": {watts: " + std::to_string(watts) + "}\n";
    for (std::size_t s = 0, supplies = dice_.pick(cords); s < supplies; ++s) write_supply(name, s, watts, reported);
  }

  void write_supply(const std::string& load, std::size_t s, std::size_t watts, bool reported) {
    const std::size_t pdu = dice_.below(rack_.pdus.size());
    const std::string outlet = rack_.pdus[pdu] + "/outlet/" + std::to_string(next_outlet_[pdu]++);
    const std::string supply = load + "/psu" + std::to_string(s + 1);
    rack_.outlets.push_back(outlet);
    rack_.supplies.push_back(supply);
    loads_ += "      psu" + std::to_string(s + 1) + ": {cord: " + outlet;
    if (reported) {
      const std::string unit = load + "-u" + std::to_string(s + 1);
      const bool quick = !large_ && dice_.chance(0.2);
      write_device(unit, "modbus://192.0.2.2/1", ", hot: " + (quick ? std::string{"20ms"} : dice_.pick(unit_periods)));
      loads_ += ", status: " + unit;
      sim_ += "  " + supply + ": {refresh: " + dice_.pick(unit_refreshes) + "}\n";
    }
    loads_ += ", rated_watts: " + std::to_string(watts + 100 * dice_.between(1, 9)) + ", holdup: " + std::to_string(dice_.between(5, 40)) +
              "ms}\n";
    if (dice_.chance(0.15))
      contacts_ += "  c-" + load + "-" + std::to_string(s + 1) + ": {source: gpiochip0/" + std::to_string(rack_.supplies.size()) +
                   ", senses: " + dice_.pick(senses) + ", of: " + supply + "}\n";
  }

  inline static const std::vector<std::string> card_refreshes{"200ms", "1s", "1s", "2s", "5s"},
      unit_refreshes{"20ms", "20ms", "100ms", "500ms", "2s"}, unit_periods{"100ms", "200ms", "500ms", "1s"},
      sharings{"active", "active", "standby", "unknown", ""}, senses{"ac_ok", "ac_in", "dc_ok", "alarm"};
  inline static const std::vector<std::size_t> cords{1, 2, 2, 2, 2, 3};

  Dice& dice_;
  std::size_t switches_;
  bool large_;
  RackText rack_;
  std::string devices_, loads_, contacts_, sim_;
  std::vector<std::size_t> next_outlet_;
};

}  // namespace

RackText random_rack(Dice& dice) { return Writer{dice}.write(); }

}  // namespace world
