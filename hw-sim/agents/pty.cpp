#include "hw-sim/agents/pty.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace hwsim::agents {
namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

void make_raw(int line) {
  termios settings{};
  if (::tcgetattr(line, &settings) != 0) fail("tcgetattr");
  ::cfmakeraw(&settings);
  if (::tcsetattr(line, TCSANOW, &settings) != 0) fail("tcsetattr");
}

// Only ever takes the place of a link that a line left behind.
void put_link(const std::string& link, const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  const auto leads_to = fs::read_symlink(link, error).string();
  if (error && fs::exists(fs::symlink_status(link))) throw std::runtime_error{link + ": something stands there already"};
  if (!error && !leads_to.starts_with("/dev/pts/")) throw std::runtime_error{link + ": leads to " + leads_to + " already"};
  fs::remove(link);
  fs::create_symlink(path, link);
}

}  // namespace

Pty::Pty(const std::string& link) : Pty{} {  // from here on what follows is undone when it fails
  end_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  std::array<char, 64> name{};
  if (end_ < 0 || ::grantpt(end_) != 0 || ::unlockpt(end_) != 0 || ::ptsname_r(end_, name.data(), name.size()) != 0) fail("pty");
  path_ = name.data();
  line_ = ::open(path_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (line_ < 0) fail(name.data());
  make_raw(line_);
  if (link.empty()) return;
  put_link(link, path_);
  link_ = link;
}

Pty::~Pty() {
  std::error_code ignored;
  if (!link_.empty() && std::filesystem::read_symlink(link_, ignored) == path_) std::filesystem::remove(link_, ignored);
  if (line_ >= 0) ::close(line_);
  if (end_ >= 0) ::close(end_);
}

int Pty::take_end() { return std::exchange(end_, -1); }

void Pty::forget_exclusive() const { ::ioctl(line_, TIOCNXCL); }

}  // namespace hwsim::agents
