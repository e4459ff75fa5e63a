#include "ground/clock/clock.hpp"

#include <ctime>
#include <fstream>

namespace holdup::ground::clock {
namespace {

Duration read(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec};
}

}  // namespace

Instant now() { return Instant{read(CLOCK_BOOTTIME)}; }

// No machine is up for as long as since 1970: what lies a day ahead of the monotonic clock is of the other one.
Instant of_kernel_stamp(Duration stamp) {
  const Duration monotonic = read(CLOCK_MONOTONIC);
  const Duration base = stamp > monotonic + std::chrono::hours{24} ? read(CLOCK_REALTIME) : monotonic;
  return Instant{read(CLOCK_BOOTTIME) - (base - stamp)};
}

Duration utc_offset() { return read(CLOCK_REALTIME) - read(CLOCK_BOOTTIME); }

std::string boot_id() {
  std::ifstream file{"/proc/sys/kernel/random/boot_id"};
  std::string id;
  return std::getline(file, id) && id.size() >= 8 ? id.substr(0, 8) : "00000000";
}

}  // namespace holdup::ground::clock
