#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "drivers/open/opener.hpp"
#include "drivers/snmp/trap_port.hpp"
#include "drivers/snmp/v3/engine_boots.hpp"
#include "drivers/snmp/v3/trap_reader.hpp"
#include "ground/result.hpp"

// Opens the port where devices call, whatever they speak. collector/poll holds it for the loop.
namespace holdup::drivers {

using snmp::Called;
using snmp::TrapCounters;
using snmp::TrapPort;
using v3::EngineBoots;
using v3::TrapReader;

/// At `listen`, or by the socket that systemd passed. Nobody is known yet.
[[nodiscard]] ground::Result<std::unique_ptr<TrapPort>> open_traps(boost::asio::io_context& loop, const std::string& listen,
                                                                   TrapPort::Hear hear);
/// The sources that urls name, in their order; one that is no url is nobody's address.
[[nodiscard]] std::vector<snmp::TrapSource> trap_sources(std::span<const std::string> urls);
/// Who of them speaks SNMPv3, and as whom; one access a source.
[[nodiscard]] std::vector<v3::Caller> trap_callers(std::span<const snmp::TrapSource> sources, std::span<const Access> accesses);
/// What TrapCounters and a TrapReader know under names of holdup_dropped_total: "traps", "traps_malformed", "traps_v3_wrong_digest"…
void add_dropped(const TrapCounters& counters, std::map<std::string, std::uint64_t>& dropped);

}  // namespace holdup::drivers
