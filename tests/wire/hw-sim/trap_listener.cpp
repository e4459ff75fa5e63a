#include "wire/hw-sim/trap_listener.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

extern char** environ;

namespace wire {
namespace {

const std::string program = std::string{HOLDUP_SOURCE_DIR} + "/build/peers/snmptrapd/usr/sbin/snmptrapd";

int free_port() {
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

template <class Holds>
bool comes_true(Holds holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::poll(nullptr, 0, 20);
  }
  return true;
}

}  // namespace

TrapListener::TrapListener(const std::string& users) : port_{free_port()} {
  const auto unpacked = shell(std::string{HOLDUP_SOURCE_DIR} + "/tests/peers snmptrapd");
  if (unpacked.exit_code != 0) throw std::runtime_error{"tests/peers cannot unpack snmptrapd: " + unpacked.text};
  const auto conf = folder_.write("trapd.conf", "authCommunity log public\n" + users);
  std::vector<std::string> words{program, "-f", "-Lf", folder_.path("heard"), "-On", "-C", "-c", conf, host_port()};
  std::vector<std::string> settings{"SNMP_PERSISTENT_DIR=" + folder_.path("kept"), "MIBS=", "MIBDIRS=/nonexistent",
                                    "SNMPCONFPATH=/nonexistent"};
  std::vector<char*> arguments, environment;
  for (auto& word : words) arguments.push_back(word.data());
  for (auto& setting : settings) environment.push_back(setting.data());
  arguments.push_back(nullptr);
  environment.push_back(nullptr);
  if (::posix_spawn(&pid_, program.c_str(), nullptr, nullptr, arguments.data(), environment.data()) != 0)
    throw std::runtime_error{"cannot start " + program};
  if (!hears("NET-SNMP version")) throw std::runtime_error{"snmptrapd does not start: " + heard()};
}

TrapListener::~TrapListener() {
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
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
