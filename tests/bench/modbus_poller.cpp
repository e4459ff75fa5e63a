#include "modbus_poller.hpp"

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <string>

#include "drivers/modbus/connection.hpp"
#include "ground/clock/clock.hpp"
#include "limits/block_60.hpp"

namespace holdup::bench {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr const char* profile_60 = R"(
profile: block-60
vendor: Bench
protocol: modbus
registers:
  - {address: 0, metric: rack_power_watts, lane: hot, repeat: 60, step: 1, part: module, index: "{n}"}
)";

}  // namespace

std::shared_ptr<const profile::Library> library_60() {
  ground::Problems problems;
  auto out = std::make_shared<const profile::Library>(profile::Library::load({{"block-60.yaml", profile_60}}, problems));
  if (!problems.ok()) throw std::logic_error{"the bench's profile is wrong"};
  return out;
}

site::Site site_60(std::size_t devices, std::uint16_t port, ground::Duration period) {
  site::Site out;
  for (std::size_t d = 0; d < devices; ++d) {
    site::Device device;
    device.name = "d" + std::to_string(d);
    device.address = {.protocol = drivers::Address::Protocol::modbus, .host = unit_host(d), .port = port};
    device.profile = "block-60";
    device.hot = device.routine = period;
    out.devices.push_back(std::move(device));
  }
  return out;
}

/// What a coroutine threw goes on to whoever runs the loop.
void Rounds::begin(asio::awaitable<void> one) {
  begun();
  asio::co_spawn(loop_, std::move(one), [this](const std::exception_ptr& broken) {
    if (broken) std::rethrow_exception(broken);
    ended();
  });
}

ConnectionPoller::ConnectionPoller(std::size_t devices, std::uint16_t port) {
  const auto commons = std::make_shared<modbus::Commons>(rounds_.loop().get_executor());
  for (std::size_t d = 0; d < devices; ++d) {
    const asio::ip::tcp::endpoint peer{asio::ip::make_address(unit_host(d)), port};
    connections_.push_back(std::make_shared<modbus::Connection>(commons, peer));
  }
}

std::size_t ConnectionPoller::poll() {
  registers_ = 0;
  rounds_.run([this] {
    for (std::size_t d = 0; d < connections_.size(); ++d) rounds_.begin(read(d));
  });
  return registers_;
}

asio::awaitable<void> ConnectionPoller::read(std::size_t device) {
  const modbus::Question question{.count = registers_a_block};
  const auto exchange = co_await connections_[device]->ask(question, ground::clock::now() + 5s);
  if (!exchange) throw std::runtime_error{"a unit was not read: " + exchange.error().what};
  registers_ += exchange->answer.values.size();
}

DriverPoller::DriverPoller(std::size_t devices, std::uint16_t port) {
  for (const site::Device& device : site_60(devices, port, 1s).devices)
    devices_.push_back(std::move(opener_.open({.address = device.address, .profile = device.profile}).value()));
  rounds_.run([this] {
    for (std::size_t d = 0; d < devices_.size(); ++d) rounds_.begin(identify(d));
  });
}

asio::awaitable<void> DriverPoller::identify(std::size_t device) {
  const auto identified = co_await devices_[device]->identify(ground::clock::now() + 10s);
  if (!identified) throw std::runtime_error{"a unit was not identified: " + identified.error().what};
  points_.resize(identified->points.size());
  std::iota(points_.begin(), points_.end(), 0u);
}

std::size_t DriverPoller::poll() {
  good_ = 0;
  rounds_.run([this] {
    for (std::size_t d = 0; d < devices_.size(); ++d) rounds_.begin(read(d));
  });
  return good_;
}

asio::awaitable<void> DriverPoller::read(std::size_t device) {
  const drivers::ReadRequest request{.points = points_, .deadline = ground::clock::now() + 5s};
  const auto readings = co_await devices_[device]->read(request);
  if (!readings) throw std::runtime_error{"a unit was not read: " + readings.error().what};
  for (const auto& reading : *readings) good_ += reading.quality == ground::Quality::good ? 1 : 0;
}

FleetPoller::FleetPoller(std::size_t devices, std::uint16_t port)
    : site_{site_60(devices, port, 1s)},
      fleet_{rounds_.loop(), 1, nullptr, [this](const core::Input& input) { take(input); }},
      orders_(devices) {
  const std::vector<drivers::Access> accesses(devices);
  fleet_.man(site_, library_60(), accesses);
  order(plan::Order::Kind::identify);
}

std::size_t FleetPoller::poll() {
  good_ = 0;
  order(plan::Order::Kind::read);
  return good_;
}

void FleetPoller::order(plan::Order::Kind kind) {
  for (site::Index d = 0; d < orders_.size(); ++d) {
    orders_[d].kind = kind;
    orders_[d].device = d;
    orders_[d].deadline = ground::clock::now() + 5s;
    rounds_.begun();
  }
  rounds_.run([this] { fleet_.perform(orders_); });
}

void FleetPoller::take(const core::Input& input) {
  if (const auto* identified = std::get_if<core::Identified>(&input)) {
    auto& points = orders_[identified->device].points;
    points.resize(identified->points.size());
    std::iota(points.begin(), points.end(), 0u);
  } else if (const auto* answered = std::get_if<core::Answered>(&input)) {
    for (const auto& reading : answered->readings) good_ += reading.quality == ground::Quality::good ? 1 : 0;
  } else {
    throw std::runtime_error{"a unit was not read"};
  }
  rounds_.ended();
}

}  // namespace holdup::bench
