#include "drivers/open/traps.hpp"

#include "drivers/address/address.hpp"

namespace holdup::drivers {

ground::Result<std::unique_ptr<TrapPort>> open_traps(boost::asio::io_context& loop, const std::string& listen, TrapPort::Hear hear) {
  if (auto passed = snmp::TrapSocket::passed()) return std::make_unique<TrapPort>(loop, std::move(*passed), std::move(hear));
  auto socket = snmp::TrapSocket::listen(listen);
  if (!socket) return socket.error();
  return std::make_unique<TrapPort>(loop, std::move(*socket), std::move(hear));
}

std::vector<snmp::TrapSource> trap_sources(std::span<const std::string> urls) {
  std::vector<snmp::TrapSource> out;
  for (const auto& url : urls) {
    auto& source = out.emplace_back();  // of no address: ::, from which nothing comes
    const auto address = parse_address(url);
    const auto host = address ? snmp::host_bytes(address->host) : std::nullopt;
    if (host) source = {.host = *host, .port = address->port};
  }
  return out;
}

std::vector<v3::Caller> trap_callers(std::span<const snmp::TrapSource> sources, std::span<const Access> accesses) {
  std::vector<v3::Caller> out;
  for (std::size_t s = 0; s < sources.size(); ++s) out.push_back({.place = sources[s], .credential = accesses[s].credential});
  return out;
}

void add_dropped(const TrapCounters& counters, std::map<std::string, std::uint64_t>& dropped) {
  dropped["traps"] += counters.limited;
  dropped["traps_kernel"] += counters.kernel;
  dropped["traps_unknown_source"] += counters.unknown_source;
  dropped["traps_malformed"] += counters.malformed;
  dropped["traps_v3"] += counters.unsupported;
  for (std::size_t d = 0; d < snmp::doubt_names.size(); ++d) {
    const bool is_bare = static_cast<snmp::Doubt>(d) == snmp::Doubt::no_credential;
    dropped[is_bare ? "traps_v3" : "traps_v3_" + std::string{snmp::doubt_names[d]}] += counters.doubted[d];
  }
}

}  // namespace holdup::drivers
