#include "holdup_poller.hpp"

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <string>

#include "ground/clock/clock.hpp"
#include "limits/pdu_162.hpp"

namespace holdup::bench {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr const char* profile_162 = R"(
profile: pdu-162
vendor: Bench
base: 1.3.6.1.4.1.32473.1
identify: [{sys_object_id: [1.3.6.1.4.1.32473.1]}]
states: {outlet: {1: ["on", ok], 2: ["off", warning]}}
tables:
  - part: outlet
    index: "{1}"
    where: [{index_part: 1, is: [ROWS]}]
    columns:
      - {column: .1.1.1, states: outlet}
      - {column: .1.1.2, metric: rack_voltage_volts, divide: 10}
      - {column: .1.1.3, metric: rack_current_amperes, divide: 1000}
      - {column: .1.1.4, metric: rack_power_watts}
      - {column: .1.1.5, metric: rack_energy_joules_total, multiply: 3600}
      - {column: .1.1.6, metric: rack_power_factor_ratio, divide: 100}
  - part: phase
    index: "{1}"
    columns:
      - {column: .2.1.1, states: outlet}
      - {column: .2.1.2, metric: rack_voltage_volts, divide: 10}
      - {column: .2.1.3, metric: rack_current_amperes, divide: 1000}
      - {column: .2.1.4, metric: rack_power_watts}
      - {column: .2.1.5, metric: rack_energy_joules_total, multiply: 3600}
      - {column: .2.1.6, metric: rack_power_factor_ratio, divide: 100}
)";

/// What a coroutine threw goes on to whoever runs the loop.
void pass_on(const std::exception_ptr& broken) {
  if (broken) std::rethrow_exception(broken);
}

}  // namespace

profile::Library library_162(std::uint32_t rows) {
  std::string text = profile_162, list = "1";
  for (std::uint32_t row = 2; row <= rows; ++row) list += ", " + std::to_string(row);
  text.replace(text.find("ROWS"), 4, list);
  ground::Problems problems;
  auto out = profile::Library::load({{"pdu-162.yaml", text}}, problems);
  if (!problems.ok()) throw std::logic_error{"the bench's profile is wrong"};
  return out;
}

HoldupPoller::HoldupPoller(const profile::Library& library, std::size_t devices, std::uint16_t port, const drivers::Access& access)
    : opener_{loop_, library, 1} {
  for (std::size_t d = 0; d < devices; ++d) {
    const auto host = asio::ip::address_v4{ntohl(address_of(d, port).sin_addr.s_addr)}.to_string();
    const drivers::Address address{.protocol = drivers::Address::Protocol::snmp, .host = host, .port = port};
    devices_.push_back(std::move(opener_.open({.address = address, .access = access}).value()));
  }
  for (std::size_t d = 0; d < devices; ++d) {
    asio::co_spawn(loop_, identify(d), [this](const std::exception_ptr& broken) {
      pass_on(broken);
      --under_way_;
    });
    ++under_way_;
    run();
  }
}

asio::awaitable<void> HoldupPoller::identify(std::size_t device) {
  const auto identified = co_await devices_[device]->identify(ground::clock::now() + 10s);
  if (!identified) throw std::runtime_error{"a device was not identified: " + identified.error().what};
  points_.resize(identified->points.size());
  std::iota(points_.begin(), points_.end(), 0u);
}

std::size_t HoldupPoller::poll() {
  begun_ = good_ = 0;
  while (begun_ < devices_.size() && begun_ < 256) begin();
  run();
  return good_;
}

void HoldupPoller::begin() {
  ++under_way_;
  asio::co_spawn(loop_, read(begun_++), [this](const std::exception_ptr& broken) {
    pass_on(broken);
    --under_way_;
    if (begun_ < devices_.size()) begin();
  });
}

asio::awaitable<void> HoldupPoller::read(std::size_t device) {
  const drivers::ReadRequest request{.points = points_, .deadline = ground::clock::now() + 5s};
  const auto readings = co_await devices_[device]->read(request);
  if (!readings) throw std::runtime_error{"a device was not read: " + readings.error().what};
  for (const auto& reading : *readings) good_ += reading.quality == ground::Quality::good ? 1 : 0;
}

/// The sockets listen on: the loop never runs dry.
void HoldupPoller::run() {
  while (under_way_ > 0) loop_.run_one();
}

}  // namespace holdup::bench
