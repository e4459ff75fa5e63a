#include "detect_rack.hpp"

#include "limits/pdu_162.hpp"

namespace holdup::bench {
namespace {

constexpr const char* head = R"(rack: bench
system: 1ph
feeds:
  A: {nominal_volts: 230, rating_amperes: 32}
  B: {nominal_volts: 230, rating_amperes: 32}
devices:
)";

std::string cabinet(int number) { return "cab" + std::to_string(number); }
std::string outlet(const std::string& of, int number) { return of + "/outlet/" + std::to_string(number); }

}  // namespace

std::string pdu(std::size_t number) { return "pdu-" + std::to_string(number); }
std::size_t number_of(const std::string& pdu) { return std::stoul(pdu.substr(pdu.find('-') + 1)); }

HostOf documentation_hosts() {
  return [n = 0](const std::string&) mutable { return "192.0.2." + std::to_string(++n); };
}

std::string status_site(int cabinets, const HostOf& host) {
  std::string devices = head, loads = "loads:\n";
  for (const char* side : {"a", "b"})
    devices += std::string{"  pdu-"} + side + ": {url: snmp://" + host(std::string{"pdu-"} + side) +
               ", feed: " + (*side == 'a' ? "A" : "B") + ", via: switch/sw1}\n";
  for (int n = 1; n <= cabinets; ++n) {
    loads += "  " + cabinet(n) + ":\n    needs_watts: 500\n    sharing: active\n    supplies:\n";
    for (const auto& [psu, side] : {std::pair{"psu1", "pdu-a"}, std::pair{"psu2", "pdu-b"}}) {
      const auto unit = cabinet(n) + "-" + psu;
      devices += "  " + unit + ": {url: modbus://" + host(unit) + "/1, profile: orv3-psu, hot: 20ms}\n";
      loads += std::string{"      "} + psu + ": {cord: " + outlet(side, n) + ", status: " + unit + ", rated_watts: 1000}\n";
    }
  }
  return devices + loads;
}

std::string status_simulation(int cabinets) {
  std::string sim = "sim:\n  pdu-a: {model: raritan-px3, refresh: 1s}\n  pdu-b: {model: raritan-px3, refresh: 1s}\n";
  for (int n = 1; n <= cabinets; ++n) {
    sim += "  " + cabinet(n) + ": {watts: 500}\n";
    for (const char* psu : {"/psu1", "/psu2"}) sim += "  " + cabinet(n) + psu + ": {refresh: 20ms}\n";
  }
  return sim;
}

std::string pdu_site(int cabinets, const std::string& hot, const HostOf& host) {
  std::string devices = head, loads = "loads:\n";
  for (int n = 1; n <= cabinets; ++n) {
    loads += "  " + cabinet(n) + ":\n    needs_watts: 300\n    supplies:\n";
    for (int psu = 1; psu <= 2; ++psu) {
      const auto name = pdu(static_cast<std::size_t>(2 * (n - 1) + psu));
      devices += "  " + name + ": {url: snmp://" + host(name) + ", feed: " + (psu == 1 ? "A" : "B") + ", hot: " + hot + "}\n";
      loads += "      psu" + std::to_string(psu) + ": {cord: " + outlet(name, 1) + ", rated_watts: 600}\n";
    }
  }
  return devices + loads;
}

std::string pdu_simulation(int cabinets) {
  std::string sim = "sim:\n";
  for (std::size_t n = 1; n <= 2 * static_cast<std::size_t>(cabinets); ++n)
    sim += "  " + pdu(n) + ": {model: raritan-px3, refresh: 200ms}\n";
  for (int n = 1; n <= cabinets; ++n) sim += "  " + cabinet(n) + ": {watts: 300}\n";
  return sim;
}

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

}  // namespace holdup::bench
