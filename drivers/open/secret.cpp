#include "drivers/open/secret.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

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

struct Size {
  std::size_t bytes;
  const char* text;
};

Result<std::string> read_owned(const std::string& path, Size most) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};  // a FIFO must not hold us
  struct stat about {};
  if (file.get() < 0 || ::fstat(file.get(), &about) != 0) return refused(path, std::strerror(errno));
  if (!S_ISREG(about.st_mode)) return refused(path, "no plain file");
  if ((about.st_mode & 077) != 0) return refused(path, "others can read it; chmod 600 it");
  std::string text(most.bytes + 1, '\0');
  const auto size = ::read(file.get(), text.data(), text.size());
  if (size < 0) return refused(path, std::strerror(errno));
  if (size == static_cast<ssize_t>(text.size())) return refused(path, std::string{"over "} + most.text);
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace

Result<std::string> read_secret(const std::string& path) {
  auto text = read_owned(path, {1024, "1 KiB"});
  if (!text) return text.error();
  std::string_view line{*text};
  line = line.substr(0, line.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) return refused(path, "its first line is empty");
  return std::string{line};
}

Result<std::string> read_secret_text(const std::string& path) { return read_owned(path, {65536, "64 KiB"}); }

v3::SharedCredential read_credential_file(const std::string& path, ground::Problems& problems) {
  auto text = read_owned(path, {65536, "64 KiB"});
  if (!text) {
    const auto why = text.error().what.substr(path.size() + 2);
    problems.add({.file = path, .line = 0, .key = {}, .what = why, .mend = "name a plain file of mode 0600"});
    return nullptr;
  }
  const auto errors = problems.errors();
  auto credential = v3::read_credential(*std::move(text), path, problems);
  return problems.errors() == errors ? std::make_shared<v3::Credential>(std::move(credential)) : nullptr;
}

}  // namespace holdup::drivers
