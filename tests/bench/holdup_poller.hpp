#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "drivers/open/opener.hpp"
#include "drivers/profile/library.hpp"

// The devices of the SNMP benches as the daemon polls them: an opener, a driver a device, one coroutine a question, on one loop.
namespace holdup::bench {

/// A profile for the device of limits/pdu_162.hpp; `rows` of its outlets count, 1 to 24, and its phases.
[[nodiscard]] profile::Library library_162(std::uint32_t rows = 24);

class HoldupPoller {
 public:
  HoldupPoller(const profile::Library& library, std::size_t devices, std::uint16_t port, const drivers::Access& access = {});

  /// Every device once, 256 under way; the good readings.
  std::size_t poll();
  [[nodiscard]] std::size_t points() const { return points_.size(); }

 private:
  boost::asio::awaitable<void> identify(std::size_t device);
  boost::asio::awaitable<void> read(std::size_t device);
  void begin();
  void run();

  boost::asio::io_context loop_{1};
  drivers::Opener opener_;
  std::vector<std::unique_ptr<drivers::Device>> devices_;
  std::vector<std::uint32_t> points_;
  std::size_t begun_ = 0, under_way_ = 0, good_ = 0;
};

}  // namespace holdup::bench
