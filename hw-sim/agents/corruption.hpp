#pragma once

#include <string>

#include "hw-sim/scenario/faults.hpp"

// Communication faults as they look on the wire: done to an answer's encoded bytes after the agent made them. wrong_source over SNMP is
// not here: there it is another port that the bytes leave from.
namespace hwsim::agents {

[[nodiscard]] std::string corrupted_snmp(std::string answer, const scenario::Fate& fate);
[[nodiscard]] std::string corrupted_modbus(std::string answer, const scenario::Fate& fate);
/// With a checksum that fits but where the fate says otherwise; wrong_id is another function.
[[nodiscard]] std::string corrupted_rtu(std::string answer, const scenario::Fate& fate);

}  // namespace hwsim::agents
