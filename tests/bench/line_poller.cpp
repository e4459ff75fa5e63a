#include "line_poller.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

#include "drivers/modbus/rtu/serial_line.hpp"
#include "ground/clock/clock.hpp"

namespace holdup::bench {

namespace asio = boost::asio;

LinePoller::LinePoller(site::Site site, std::shared_ptr<const profile::Library> library)
    : site_{std::move(site)}, library_{std::move(library)}, plan_{site_, 7, ground::clock::now()} {
  const auto line = std::make_shared<rtu::SerialLine>(loop_.get_executor(), site_.devices.front().address.serial, figures_);
  for (const site::Device& device : site_.devices)
    units_.push_back(std::make_unique<modbus::Device>(line, device.address.unit, std::vector{library_->find(device.profile)}));
  asio::post(loop_, [this] { give_orders(); });
}

void LinePoller::run(const std::stop_token& stop) {
  const std::stop_callback wake{stop, [this] { loop_.stop(); }};
  const auto work = asio::make_work_guard(loop_);
  loop_.run();
}

asio::awaitable<void> LinePoller::carry_out(plan::Order order) {
  modbus::Device& unit = *units_[order.device];
  bool answered = false;
  if (order.kind == plan::Order::Kind::identify) {
    const auto identified = co_await unit.identify(order.deadline);
    answered = identified.has_value();
    if (answered) plan_.identified(order.device, identified->points, ground::clock::now(), identified->pace), ++known_;
  } else {
    const auto readings = co_await unit.read({.points = order.points, .deadline = order.deadline});
    answered = readings.has_value();
    if (answered) plan_.answered(order.device, ground::clock::now(), *readings);
  }
  if (!answered) plan_.failed(order.device, ground::clock::now()), ++failed_;
  give_orders();
}

void LinePoller::give_orders() {
  for (const plan::Order& order : plan_.due(ground::clock::now()))
    asio::co_spawn(loop_, carry_out(order), [](const std::exception_ptr& broken) {
      if (broken) std::rethrow_exception(broken);
    });
  const auto next = plan_.next_due();
  if (!next) return;
  timer_.expires_after(std::max(ground::Duration{}, *next - ground::clock::now()));
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) give_orders();
  });
}

}  // namespace holdup::bench
