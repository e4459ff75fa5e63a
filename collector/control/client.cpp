#include "collector/control/client.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace holdup::control {
namespace {

constexpr time_t patience_seconds = 30;
constexpr std::size_t longest_answer = 64 * 1024;

class Socket {
 public:
  Socket() : fd_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)} {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  [[nodiscard]] bool connect(const std::string& path) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (fd_ < 0 || path.size() >= sizeof address.sun_path) return errno = ENAMETOOLONG, false;
    std::memcpy(address.sun_path, path.data(), path.size());
    const timeval limit{.tv_sec = patience_seconds, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    return ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  [[nodiscard]] bool send(std::string_view text) const {
    while (!text.empty()) {
      const auto sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  [[nodiscard]] std::string line() const {
    std::string out;
    char piece[4096];
    while (out.find('\n') == std::string::npos && out.size() < longest_answer) {
      const auto got = ::recv(fd_, piece, sizeof piece, 0);
      if (got <= 0) break;
      out.append(piece, static_cast<std::size_t>(got));
    }
    return out.substr(0, out.find('\n'));
  }

 private:
  int fd_;
};

}  // namespace

ground::Result<std::string> ask(const std::string& path, const std::string& request) {
  const auto failed = [&](const std::string& what) { return ground::Failure{ground::FailureKind::refused, path + ": " + what}; };
  const Socket socket;
  if (!socket.connect(path)) return failed(std::strerror(errno));
  if (!socket.send(request + "\n")) return failed(std::strerror(errno));
  auto answer = socket.line();
  if (answer.empty()) return failed("no answer");
  return answer;
}

}  // namespace holdup::control
