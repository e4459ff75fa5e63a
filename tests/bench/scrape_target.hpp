#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

// A page of metrics for whoever scrapes it, one connection at a time, on a port of the kernel's choice. Loopback only.
namespace holdup::bench {

class ScrapeTarget {
 public:
  explicit ScrapeTarget(std::function<std::string()> page);
  ~ScrapeTarget();
  ScrapeTarget(const ScrapeTarget&) = delete;
  ScrapeTarget& operator=(const ScrapeTarget&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void serve();

  std::function<std::string()> page_;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace holdup::bench
