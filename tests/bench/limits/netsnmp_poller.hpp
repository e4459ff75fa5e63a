#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

// The peer of SNMP polling: net-snmp's asynchronous sessions, one a device, behind epoll; the same questions as the limit's, 256 devices
// under way.
namespace holdup::bench {

class NetsnmpPoller {
 public:
  NetsnmpPoller(std::size_t devices, std::uint16_t port);
  ~NetsnmpPoller();
  NetsnmpPoller(const NetsnmpPoller&) = delete;
  NetsnmpPoller& operator=(const NetsnmpPoller&) = delete;

  /// Every device once; the values received.
  std::size_t poll();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace holdup::bench
