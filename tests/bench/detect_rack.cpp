#include "detect_rack.hpp"

namespace holdup::bench {
namespace {

constexpr const char* head = R"(rack: bench
system: 1ph
feeds:
  A: {nominal_volts: 230, rating_amperes: 32}
  B: {nominal_volts: 230, rating_amperes: 32}
devices:
  pdu-a: {url: snmp://192.0.2.11, feed: A, via: switch/sw1}
  pdu-b: {url: snmp://192.0.2.12, feed: B, via: switch/sw1}
)";

std::string supply(const std::string& cabinet, const std::string& number, const std::string& pdu, int outlet) {
  return "      psu" + number + ": {cord: " + pdu + "/outlet/" + std::to_string(outlet) + ", status: " + cabinet + "-psu" + number +
         ", rated_watts: 1000, holdup: 20ms}\n";
}

}  // namespace

std::string detect_rack(int cabinets) {
  std::string devices = head, loads = "loads:\n",
              sim = "sim:\n  pdu-a: {model: raritan-px3, refresh: 1s}\n  pdu-b: {model: raritan-px3, refresh: 1s}\n";
  int address = 20;  // documentation addresses: the simulator takes free ports instead
  for (int n = 1; n <= cabinets; ++n) {
    const std::string name = "cab" + std::to_string(n);
    loads += "  " + name + ":\n    needs_watts: 500\n    sharing: active\n    supplies:\n" + supply(name, "1", "pdu-a", n) +
             supply(name, "2", "pdu-b", n);
    sim += "  " + name + ": {watts: 500}\n";
    for (const char* psu : {"psu1", "psu2"}) {
      const std::string unit = name + "-" + psu;
      devices += "  " + unit + ": {url: modbus://192.0.2." + std::to_string(++address) + "/1, profile: orv3-psu, hot: 20ms}\n";
      sim += "  " + name + "/" + psu + ": {refresh: 20ms}\n";
    }
  }
  return devices + loads + sim;
}

}  // namespace holdup::bench
