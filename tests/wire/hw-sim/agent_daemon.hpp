#pragma once

#include <string>

#include "wire/hw-sim/peer_program.hpp"
#include "wire/hw-sim/simulator.hpp"

// Debian's snmpd, unpacked as a peer, on a loopback port: a real agent to record.
namespace wire {

class AgentDaemon {
 public:
  AgentDaemon();

  [[nodiscard]] std::string host_port() const { return "127.0.0.1:" + std::to_string(port_); }
  /// Of its v3 user; community `public` reads too.
  static constexpr const char* credentials =
      "user: ops\nauth: {protocol: SHA-256, passphrase: authpass1}\npriv: {protocol: AES-128, passphrase: privpass1}\n";

 private:
  Folder folder_;
  int port_;
  PeerProgram program_;
};

}  // namespace wire
