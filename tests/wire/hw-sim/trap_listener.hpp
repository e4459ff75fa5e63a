#pragma once

#include <string>

#include "wire/hw-sim/peer_program.hpp"
#include "wire/hw-sim/simulator.hpp"

// Debian's snmptrapd, unpacked as a peer, on a loopback port: what the simulator's traps and informs are sent to.
namespace wire {

class TrapListener {
 public:
  /// `users`: its createUser and authUser lines; community `public` is heard anyway.
  explicit TrapListener(const std::string& users = {});

  [[nodiscard]] std::string host_port() const { return "127.0.0.1:" + std::to_string(port_); }
  /// What it printed so far, numeric OIDs.
  [[nodiscard]] std::string heard() const;
  /// Waits until it printed this, ten seconds at most.
  [[nodiscard]] bool hears(const std::string& text) const;

 private:
  Folder folder_;
  int port_ = 0;
  PeerProgram program_;
};

}  // namespace wire
