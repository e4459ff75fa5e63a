#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <string>

// The least that makes anything durable: 4 KiB at the end of a file, and fdatasync.
namespace holdup::bench {

class SyncLoop {
 public:
  explicit SyncLoop(const std::string& path) : file_{::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)} {
    if (file_ < 0) throw std::runtime_error{"cannot open " + path};
  }
  ~SyncLoop() { ::close(file_); }
  SyncLoop(const SyncLoop&) = delete;
  SyncLoop& operator=(const SyncLoop&) = delete;

  [[nodiscard]] std::chrono::steady_clock::duration append() {
    const auto begin = std::chrono::steady_clock::now();
    if (::write(file_, page_.data(), page_.size()) != static_cast<ssize_t>(page_.size()) || ::fdatasync(file_) != 0)
      throw std::runtime_error{"the disk refuses"};
    return std::chrono::steady_clock::now() - begin;
  }

 private:
  int file_;
  std::array<char, 4096> page_{};
};

}  // namespace holdup::bench
