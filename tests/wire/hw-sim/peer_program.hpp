#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

// A program of Debian's net-snmp, unpacked as a peer (tests/peers), that runs until this object ends.
namespace wire {

class PeerProgram {
 public:
  struct Setup {
    std::string package;
    std::string path;  // in the package
    std::vector<std::string> arguments;
    std::string persistent;  // folder for what it keeps
  };
  explicit PeerProgram(const Setup& setup);
  ~PeerProgram();
  PeerProgram(const PeerProgram&) = delete;
  PeerProgram& operator=(const PeerProgram&) = delete;

 private:
  pid_t pid_ = -1;
};

/// A UDP port of 127.0.0.1 that was free a moment ago: these programs take no port 0.
[[nodiscard]] int free_udp_port();
/// Waits until it holds, ten seconds at most.
[[nodiscard]] bool comes_true(const std::function<bool()>& holds);

}  // namespace wire
