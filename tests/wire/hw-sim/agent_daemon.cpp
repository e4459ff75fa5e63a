#include "wire/hw-sim/agent_daemon.hpp"

#include <stdexcept>

namespace wire {

AgentDaemon::AgentDaemon()
    : port_{free_udp_port()},
      program_{{.package = "snmpd",
                .path = "usr/sbin/snmpd",
                .arguments = {"-f", "-Lf", folder_.path("log"), "-C", "-c",
                              folder_.write("snmpd.conf",
                                            "rocommunity public\nrouser ops priv\n"
                                            "createUser ops SHA-256 authpass1 AES privpass1\n"),
                              "-p", folder_.path("pid"), "udp:" + host_port()},
                .persistent = folder_.path("kept")}} {
  if (!comes_true([&] { return shell("snmpget -v2c -c public -t 0.2 -r 0 " + host_port() + " 1.3.6.1.2.1.1.3.0").exit_code == 0; }))
    throw std::runtime_error{"snmpd does not answer"};
}

}  // namespace wire
