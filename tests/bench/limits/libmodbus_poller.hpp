#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

// The same block through libmodbus: its blocking call, one device after the other; and its raw requests behind an epoll of ours, as far
// as that library can be made to wait for many. It aborts above descriptor 1023.
namespace holdup::bench {

class LibmodbusPoller {
 public:
  LibmodbusPoller(std::size_t devices, std::uint16_t port);
  ~LibmodbusPoller();
  LibmodbusPoller(const LibmodbusPoller&) = delete;
  LibmodbusPoller& operator=(const LibmodbusPoller&) = delete;

  /// Every device once; the registers read.
  std::size_t poll_one_by_one();
  std::size_t poll_raw();

 private:
  struct Units;
  std::unique_ptr<Units> units_;
};

}  // namespace holdup::bench
