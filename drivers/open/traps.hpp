#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "drivers/snmp/trap_port.hpp"
#include "ground/result.hpp"

// Opens the port where devices call, whatever they speak. collector/poll holds it for the loop.
namespace holdup::drivers {

using snmp::Called;
using snmp::TrapCounters;
using snmp::TrapPort;

/// At `listen`, or by the socket that systemd passed. Nobody is known yet.
[[nodiscard]] ground::Result<std::unique_ptr<TrapPort>> open_traps(boost::asio::io_context& loop, const std::string& listen,
                                                                   TrapPort::Hear hear);
/// The sources that urls name, in their order; one that is no url is nobody's address.
[[nodiscard]] std::vector<snmp::TrapSource> trap_sources(std::span<const std::string> urls);

}  // namespace holdup::drivers
