#include "wire/drivers/snmp/v3/snmpd.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "drivers/snmp/v3/usm.hpp"

extern char** environ;

namespace holdup::tests {
namespace {

namespace fs = std::filesystem;

const fs::path program = fs::path{HOLDUP_SOURCE_DIR} / "build/peers/snmpd/usr/sbin/snmpd";

/// A UDP socket on loopback, with the port that the kernel chose.
class Socket {
 public:
  Socket() : fd_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
    at_.sin_family = AF_INET;
    at_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at_;
    if (::bind(fd_, name(), size) != 0 || ::getsockname(fd_, name(), &size) != 0) throw std::runtime_error{"no UDP socket"};
  }
  ~Socket() { ::close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  [[nodiscard]] std::uint16_t port() const { return ntohs(at_.sin_port); }
  [[nodiscard]] bool asks(std::span<const std::uint8_t> datagram, std::uint16_t port) {
    sockaddr_in to = at_;
    to.sin_port = htons(port);
    ::sendto(fd_, datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    pollfd ready{.fd = fd_, .events = POLLIN, .revents = 0};
    return ::poll(&ready, 1, 50) == 1 && (ready.revents & POLLIN) != 0;
  }

 private:
  sockaddr* name() { return reinterpret_cast<sockaddr*>(&at_); }
  int fd_;
  sockaddr_in at_{};
};

void unpack() {
  const auto script = fs::path{HOLDUP_SOURCE_DIR} / "tests/peers";
  if (!fs::exists(program) && std::system((script.string() + " snmpd >/dev/null").c_str()) != 0)
    throw std::runtime_error{"tests/peers cannot unpack snmpd"};
}

}  // namespace

const char* const users = R"(
createUser plain
createUser md5 MD5 authpass1
createUser sha1 SHA authpass1
createUser sha224 SHA-224 authpass1
createUser sha256 SHA-256 authpass1
createUser sha384 SHA-384 authpass1
createUser sha512 SHA-512 authpass1
createUser md5des MD5 authpass1 DES privpass1
createUser sha1aes128 SHA authpass1 AES privpass1
createUser sha224aes192 SHA-224 authpass1 AES192 privpass1
createUser sha256aes128 SHA-256 authpass1 AES privpass1
createUser sha384aes256 SHA-384 authpass1 AES256 privpass1
createUser sha512aes256 SHA-512 authpass1 AES256 privpass1
createUser sha1aes256 SHA authpass1 AES256 privpass1
createUser sha1aes192c SHA authpass1 AES192C privpass1
createUser sha1aes256c SHA authpass1 AES256C privpass1
rouser plain noauth
rouser md5 auth
rouser sha1 auth
rouser sha224 auth
rouser sha256 auth
rouser sha384 auth
rouser sha512 auth
rouser md5des priv
rouser sha1aes128 priv
rouser sha224aes192 priv
rouser sha256aes128 priv
rouser sha384aes256 priv
rouser sha512aes256 priv
rouser sha1aes256 priv
rouser sha1aes192c priv
rouser sha1aes256c priv
)";

Snmpd::Snmpd(const std::string& lines) {
  unpack();
  auto pattern = (fs::temp_directory_path() / "holdup-snmpd-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
  folder_ = pattern;
  const std::uint16_t port = Socket{}.port();
  address_ = {boost::asio::ip::address_v4::loopback(), port};
  std::ofstream{folder_ / "snmpd.conf"} << "agentAddress udp:127.0.0.1:" << port << "\nsysDescr A v3 agent\n" << lines;
  begin();
}

Snmpd::~Snmpd() {
  end();
  std::error_code error;
  fs::remove_all(folder_, error);
}

void Snmpd::restart(Memory memory) {
  end();
  if (memory == Memory::lost) fs::remove_all(folder_ / "kept");
  // It writes what it keeps at its end; once there was nothing, where that came with its first answers.
  for (int tries = 0; memory == Memory::kept && !kept_its_boots() && tries < 5; ++tries) begin(), end();
  begin();
}

bool Snmpd::kept_its_boots() const {
  std::ifstream kept{folder_ / "kept" / "snmpd.conf"};
  for (std::string line; std::getline(kept, line);)
    if (line.starts_with("engineBoots ")) return true;
  return false;
}

void Snmpd::end() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void Snmpd::begin() {
  const auto log = (folder_ / "log").string(), kept = (folder_ / "kept").string();
  std::vector<std::string> words{program.string(), "-f", "-r", "-Lf", log};
  std::vector<std::string> settings{"SNMP_PERSISTENT_DIR=" + kept, "SNMPCONFPATH=" + folder_.string() + ":" + kept, "MIBS="};
  std::vector<char*> arguments, environment;
  for (auto& word : words) arguments.push_back(word.data());
  for (auto& setting : settings) environment.push_back(setting.data());
  arguments.push_back(nullptr);
  environment.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  const int failed = ::posix_spawn(&pid_, arguments.front(), &actions, nullptr, arguments.data(), environment.data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error{"cannot start snmpd"};
  if (!serves()) throw std::runtime_error{"snmpd does not serve; see " + log};
}

bool Snmpd::serves() const {
  const v3::Engine nobody;
  const v3::Sealing sealing{.id = 1, .engine = nobody, .question = {}};
  const auto discovery = sealing.seal();
  Socket socket;
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (std::chrono::steady_clock::now() < limit)
    if (socket.asks(discovery->datagram(), address_.port())) return true;
  return false;
}

}  // namespace holdup::tests
