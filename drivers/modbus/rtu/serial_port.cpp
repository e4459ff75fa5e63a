#include "drivers/modbus/rtu/serial_port.hpp"

#include <modbus/modbus.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>

#include "ground/clock/clock.hpp"
#include "ground/expect.hpp"

namespace holdup::rtu {
namespace {

using ground::Failure;
using ground::FailureKind;
using ground::Instant;
using ground::Result;

constexpr std::array<char, 3> parity_letters{'N', 'E', 'O'};
constexpr short gone = POLLHUP | POLLERR | POLLNVAL;

timespec time_to(Instant until) {
  const auto left = std::max(until - ground::clock::now(), ground::Duration{});
  const auto whole = std::chrono::floor<std::chrono::seconds>(left);
  return {.tv_sec = whole.count(), .tv_nsec = (left - whole).count()};
}

Failure lost(const std::string& why) { return {FailureKind::refused, "the line is gone: " + why}; }

}  // namespace

void SerialPort::Close::operator()(_modbus* context) const {
  (void)modbus_flush(context);  // what could not leave must not hold up the close
  modbus_close(context);
  modbus_free(context);
}

Result<SerialPort> SerialPort::open(const drivers::SerialLine& line) {
  std::unique_ptr<_modbus, Close> context{modbus_new_rtu(line.path.c_str(), static_cast<int>(line.baud),
                                                         parity_letters[static_cast<std::size_t>(line.parity)], 8, line.stop_bits)};
  if (!context) return Failure{FailureKind::machine, modbus_strerror(errno)};
  auto claim = Claim::on(line.path);
  if (!claim) return claim.error();
  if (modbus_connect(context.get()) != 0) return Failure{FailureKind::machine, std::strerror(errno)};
  SerialPort port{*std::move(claim), std::move(context)};
  keep_out(port.descriptor());
  const Result<void> ready = set(port.descriptor(), line);
  if (!ready) return ready.error();
  hurry(port.descriptor());
  return port;
}

int SerialPort::descriptor() const { return modbus_get_socket(context_.get()); }

Result<void> SerialPort::transmit(const Frame& frame) {
  HOLDUP_EXPECT(may_leave(frame.bytes()));
  const int without_crc = static_cast<int>(frame.bytes().size()) - 2;  // it adds the CRC
  const int sent = modbus_send_raw_request(context_.get(), const_cast<std::uint8_t*>(frame.bytes().data()), without_crc);
  if (sent == static_cast<int>(frame.bytes().size())) return {};
  return lost(sent < 0 ? std::strerror(errno) : "it took half a request");
}

void SerialPort::flush() { (void)modbus_flush(context_.get()); }

Result<std::size_t> SerialPort::receive(std::span<std::uint8_t> into, Instant until, int wake) {
  std::array<pollfd, 2> watched{pollfd{.fd = descriptor(), .events = POLLIN, .revents = 0},
                                pollfd{.fd = wake, .events = POLLIN, .revents = 0}};
  const timespec left = time_to(until);
  if (::ppoll(watched.data(), watched.size(), &left, nullptr) <= 0) return std::size_t{0};
  const short events = watched[0].revents;
  if (events & POLLIN) {
    const auto bytes = ::read(descriptor(), into.data(), into.size());
    if (bytes > 0) return static_cast<std::size_t>(bytes);
    if (bytes == 0) return lost("hung up");
    if (errno != EAGAIN && errno != EINTR) return lost(std::strerror(errno));
  }
  if (events & gone) return lost("hung up");
  return std::size_t{0};
}

}  // namespace holdup::rtu
