#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <stop_token>
#include <vector>

#include "collector/plan/plan.hpp"
#include "drivers/modbus/device.hpp"
#include "drivers/modbus/rtu/figures.hpp"
#include "drivers/profile/library.hpp"

// The units of one serial line on one loop, asked when the daemon's plan says so, with the line's own figures at hand.
namespace holdup::bench {

class LinePoller {
 public:
  /// All of the site's devices are units of one line, with a profile each.
  LinePoller(site::Site site, std::shared_ptr<const profile::Library> library);

  void run(const std::stop_token& stop);
  [[nodiscard]] std::size_t known() const { return known_; }
  [[nodiscard]] std::size_t failed() const { return failed_; }
  [[nodiscard]] const rtu::Figures& figures() const { return *figures_; }

 private:
  boost::asio::awaitable<void> carry_out(plan::Order order);
  void give_orders();

  site::Site site_;
  std::shared_ptr<const profile::Library> library_;
  boost::asio::io_context loop_{1};
  plan::Plan plan_;
  std::shared_ptr<rtu::Figures> figures_ = std::make_shared<rtu::Figures>();
  std::vector<std::unique_ptr<modbus::Device>> units_;
  boost::asio::steady_timer timer_{loop_};
  std::atomic<std::size_t> known_{0}, failed_{0};
};

}  // namespace holdup::bench
