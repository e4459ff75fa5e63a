#pragma once

#include <functional>
#include <string>

// The racks that benches lose supplies of: two feeds, dual-corded cabinets cab1 to cabN. A rack file for hw-sim is a site and its
// simulation.
namespace holdup::bench {

/// Host and port of a device.
using HostOf = std::function<std::string(const std::string& device)>;
/// One after the other out of 192.0.2.0/24: the simulator takes free ports instead.
[[nodiscard]] HostOf documentation_hosts();

/// psu1 of cabinet N is at pdu-a/outlet/N, its status unit is cabN-psu1; all units measure and are asked every 20 ms.
[[nodiscard]] std::string status_site(int cabinets, const HostOf& host);
[[nodiscard]] std::string status_simulation(int cabinets);

/// Two PDUs a cabinet and nothing else to see it by: psu1 of cabinet N is at outlet 1 of pdu-(2N-1). They measure every 200 ms.
/// `hot`: "1s".
[[nodiscard]] std::string pdu_site(int cabinets, const std::string& hot, const HostOf& host);
[[nodiscard]] std::string pdu_simulation(int cabinets);

[[nodiscard]] std::string pdu(std::size_t number);
[[nodiscard]] std::size_t number_of(const std::string& pdu);

/// Raritan's outletSensorStateChange of an outlet's switch, as a datagram: on (7) or off (8).
[[nodiscard]] std::string outlet_trap(int outlet, int state);

}  // namespace holdup::bench
