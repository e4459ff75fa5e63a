#include "wire/hw-sim/peer_program.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>

#include "wire/hw-sim/simulator.hpp"

namespace wire {

PeerProgram::PeerProgram(const Setup& setup) {
  const std::string source = HOLDUP_SOURCE_DIR;
  const auto unpacked = shell(source + "/tests/peers " + setup.package);
  if (unpacked.exit_code != 0) throw std::runtime_error{"tests/peers cannot unpack " + setup.package + ": " + unpacked.text};
  const auto program = source + "/build/peers/" + setup.package + "/" + setup.path;
  std::vector<std::string> words{program};
  words.insert(words.end(), setup.arguments.begin(), setup.arguments.end());
  std::vector<std::string> settings{"SNMP_PERSISTENT_DIR=" + setup.persistent, "MIBS=", "MIBDIRS=/nonexistent",
                                    "SNMPCONFPATH=/nonexistent"};
  std::vector<char*> arguments, environment;
  for (auto& word : words) arguments.push_back(word.data());
  for (auto& setting : settings) environment.push_back(setting.data());
  arguments.push_back(nullptr);
  environment.push_back(nullptr);
  if (::posix_spawn(&pid_, program.c_str(), nullptr, nullptr, arguments.data(), environment.data()) != 0)
    throw std::runtime_error{"cannot start " + program};
}

PeerProgram::~PeerProgram() {
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

int free_udp_port() {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  const bool bound = ::bind(socket, reinterpret_cast<const sockaddr*>(&at), size) == 0 &&
                     ::getsockname(socket, reinterpret_cast<sockaddr*>(&at), &size) == 0;
  ::close(socket);
  if (!bound) throw std::runtime_error{"no UDP port"};
  return ntohs(at.sin_port);
}

bool comes_true(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::poll(nullptr, 0, 20);
  }
  return true;
}

}  // namespace wire
