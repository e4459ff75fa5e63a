#include "child_program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>
#include <stdexcept>

extern char** environ;

namespace holdup::bench {

ChildProgram::ChildProgram(const Call& call) : name_{call.words.front()}, log_{call.log} {
  std::array<int, 2> ends{}, begins{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0 || ::pipe2(begins.data(), O_CLOEXEC) != 0) throw std::runtime_error{"pipe failed"};
  std::vector<char*> words;
  for (const auto& word : call.words) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, begins[0], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, call.log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);  // Asio's sockets would be inherited
  const int failed = ::posix_spawn(&pid_, words.front(), &actions, nullptr, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(begins[0]);
  ::close(ends[1]);
  in_ = begins[1];
  out_ = ends[0];
  if (failed == 0) return;
  ::close(in_);
  ::close(out_);
  throw std::runtime_error{"cannot start " + name_};
}

ChildProgram::~ChildProgram() {
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
  ::close(in_);
  ::close(out_);
}

void ChildProgram::tell(const std::string& text) {
  const auto line = text + "\n";
  if (::write(in_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) throw std::runtime_error{name_ + " ended; see " + log_};
}

std::string ChildProgram::line() {
  for (;;) {
    if (const auto end = read_.find('\n'); end != std::string::npos) {
      auto told = read_.substr(0, end);
      read_.erase(0, end + 1);
      return told;
    }
    pollfd ready{.fd = out_, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, 60'000) <= 0) throw std::runtime_error{name_ + " said nothing for a minute; see " + log_};
    std::array<char, 4096> piece{};
    const auto size = ::read(out_, piece.data(), piece.size());
    if (size <= 0) throw std::runtime_error{name_ + " ended; see " + log_};
    read_.append(piece.data(), static_cast<std::size_t>(size));
  }
}

// Fields 14 and 15 of /proc/PID/stat; the second one, a name in brackets, may hold blanks.
double ChildProgram::cpu_seconds() const {
  std::ifstream file{"/proc/" + std::to_string(pid_) + "/stat"};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  std::istringstream fields{text.substr(text.rfind(')') + 1)};
  std::string field;
  for (int skipped = 3; skipped <= 13; ++skipped) fields >> field;
  double user = 0, system = 0;
  if (!(fields >> user >> system)) throw std::runtime_error{name_ + " is gone; see " + log_};
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace holdup::bench
