#include "wire/hw-sim/trap_listener.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace wire {

TrapListener::TrapListener(const std::string& users)
    : port_{free_udp_port()},
      program_{{.package = "snmptrapd",
                .path = "usr/sbin/snmptrapd",
                .arguments = {"-f", "-Lf", folder_.path("heard"), "-On", "-C", "-c",
                              folder_.write("trapd.conf", "authCommunity log public\n" + users), host_port()},
                .persistent = folder_.path("kept")}} {
  if (!hears("NET-SNMP version")) throw std::runtime_error{"snmptrapd does not start: " + heard()};
}

std::string TrapListener::heard() const {
  std::ostringstream text;
  text << std::ifstream{folder_.path("heard")}.rdbuf();
  return text.str();
}

bool TrapListener::hears(const std::string& text) const {
  return comes_true([&] { return heard().find(text) != std::string::npos; });
}

}  // namespace wire
