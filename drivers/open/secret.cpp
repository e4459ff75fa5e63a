#include "drivers/open/secret.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace holdup::drivers {
namespace {

using ground::Failure;
using ground::FailureKind;
using ground::Result;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_{fd} {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

Failure refused(const std::string& path, const std::string& why) { return {FailureKind::machine, path + ": " + why}; }

}  // namespace

Result<std::string> read_secret(const std::string& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};  // a FIFO must not hold us
  struct stat about {};
  if (file.get() < 0 || ::fstat(file.get(), &about) != 0) return refused(path, std::strerror(errno));
  if (!S_ISREG(about.st_mode)) return refused(path, "no plain file");
  if ((about.st_mode & 077) != 0) return refused(path, "others can read it; chmod 600 it");
  std::array<char, 1025> buffer{};
  const auto size = ::read(file.get(), buffer.data(), buffer.size());
  if (size < 0) return refused(path, std::strerror(errno));
  if (size == static_cast<ssize_t>(buffer.size())) return refused(path, "over 1 KiB");
  std::string_view line{buffer.data(), static_cast<std::size_t>(size)};
  line = line.substr(0, line.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) return refused(path, "its first line is empty");
  return std::string{line};
}

}  // namespace holdup::drivers
