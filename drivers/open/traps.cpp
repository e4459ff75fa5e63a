#include "drivers/open/traps.hpp"

#include "drivers/open/address.hpp"

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

}  // namespace holdup::drivers
