#include "wire/hw-sim/simulator.hpp"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

extern char** environ;

namespace wire {
namespace {

const std::string program = std::string{HOLDUP_BIN_DIR} + "/hw-sim";

// Reads until `done` holds of what was read, the end of the stream, or 30 s without a byte.
template <class Done>
std::string read_until(int from, Done done) {
  std::string text;
  std::array<char, 4096> buffer{};
  while (!done(text)) {
    pollfd ready{.fd = from, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, 30'000) <= 0) throw std::runtime_error{"hw-sim said nothing for 30 s"};
    const auto size = ::read(from, buffer.data(), buffer.size());
    if (size <= 0) throw std::runtime_error{"hw-sim ended: " + text};
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return text;
}

bool has_control_line(const std::string& text) {
  const auto at = text.find("control ");
  return at != std::string::npos && text.find('\n', at) != std::string::npos;
}

}  // namespace

Output shell(const std::string& command) {
  const std::string quiet = "export MIBS= MIBDIRS=/nonexistent SNMPCONFPATH=/nonexistent SNMP_PERSISTENT_DIR=/nonexistent; ";
  FILE* pipe = ::popen((quiet + "{ " + command + "; } 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error{"popen failed"};
  Output output;
  std::array<char, 4096> buffer{};
  while (const auto size = std::fread(buffer.data(), 1, buffer.size(), pipe)) output.text.append(buffer.data(), size);
  const int status = ::pclose(pipe);
  output.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return output;
}

Folder::Folder() {
  auto path = (std::filesystem::temp_directory_path() / "wire-hw-sim-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error{"cannot make " + path};
  path_ = path;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Folder::write(const std::string& name, const std::string& text) const {
  std::ofstream{path(name), std::ios::binary} << text;
  return path(name);
}

Simulator::Simulator(const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) throw std::runtime_error{"pipe failed"};
  std::vector<char*> words{const_cast<char*>(program.c_str())};
  for (const auto& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_addclose(&actions, ends[0]);
  const int failed = ::posix_spawn(&pid_, program.c_str(), &actions, nullptr, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  out_ = ends[0];
  if (failed != 0) throw std::runtime_error{"cannot start " + program};
  std::istringstream lines{read_until(out_, has_control_line)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words_of{line};
    std::string kind, what;
    words_of >> kind >> what;
    if (kind == "ready") urls_.push_back(what);
    if (kind == "control") control_ = what;
  }
}

Simulator::~Simulator() { stop(); }

std::string Simulator::host_port(std::size_t device) const {
  auto text = urls_.at(device).substr(urls_.at(device).find("//") + 2);
  return text.substr(0, text.find('/'));
}

int Simulator::port(std::size_t device) const {
  const auto text = host_port(device);
  return std::stoi(text.substr(text.rfind(':') + 1));
}

Output Simulator::ctl(const std::string& command) const { return shell(program + " ctl --socket " + control_ + " " + command); }

long long Simulator::writes_seen() const {
  const auto status = ctl("status").text;
  const std::string key = "\"writes_seen\":";
  return std::stoll(status.substr(status.find(key) + key.size()));
}

int Simulator::stop() {
  if (pid_ < 0) return -1;
  ::kill(pid_, SIGTERM);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  ::close(out_);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace wire
