#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "collector/poll/fleet.hpp"
#include "drivers/open/opener.hpp"
#include "drivers/profile/library.hpp"

namespace holdup::modbus {
class Connection;
}

// The units of the Modbus benches as holdup polls them, on one loop, all at once: through connections alone, through drivers, and as the
// daemon does, by orders to its fleet.
namespace holdup::bench {

/// A profile for the block of limits/block_60.hpp; a point a register.
[[nodiscard]] std::shared_ptr<const profile::Library> library_60();
/// A site of so many units, all asked every `period`.
[[nodiscard]] site::Site site_60(std::size_t devices, std::uint16_t port, ground::Duration period);

/// A loop that is run for one round at a time: until all that was begun has ended, whatever else listens on.
class Rounds {
 public:
  template <class Begin>
  void run(Begin begin) {
    boost::asio::post(loop_, std::move(begin));
    loop_.run();
    loop_.restart();
  }
  void begin(boost::asio::awaitable<void> one);
  void begun() { ++under_way_; }
  void ended() {
    if (--under_way_ == 0) loop_.stop();
  }
  [[nodiscard]] boost::asio::io_context& loop() { return loop_; }

 private:
  boost::asio::io_context loop_{1};  // as the daemon's
  std::size_t under_way_ = 0;
};

class ConnectionPoller {
 public:
  ConnectionPoller(std::size_t devices, std::uint16_t port);
  /// Every device once; the registers read.
  std::size_t poll();

 private:
  boost::asio::awaitable<void> read(std::size_t device);

  Rounds rounds_;
  std::vector<std::shared_ptr<modbus::Connection>> connections_;
  std::size_t registers_ = 0;
};

class DriverPoller {
 public:
  DriverPoller(std::size_t devices, std::uint16_t port);
  /// Every device once; the good readings.
  std::size_t poll();

 private:
  boost::asio::awaitable<void> identify(std::size_t device);
  boost::asio::awaitable<void> read(std::size_t device);

  Rounds rounds_;
  std::shared_ptr<const profile::Library> library_ = library_60();
  drivers::Opener opener_{rounds_.loop(), *library_, 1};
  std::vector<std::unique_ptr<drivers::Device>> devices_;
  std::vector<std::uint32_t> points_;
  std::size_t good_ = 0;
};

class FleetPoller {
 public:
  FleetPoller(std::size_t devices, std::uint16_t port);
  /// Every device once; the good readings.
  std::size_t poll();

 private:
  void order(plan::Order::Kind kind);
  void take(const core::Input& input);

  Rounds rounds_;
  site::Site site_;
  poll::Fleet fleet_;
  std::vector<plan::Order> orders_;
  std::size_t good_ = 0;
};

}  // namespace holdup::bench
