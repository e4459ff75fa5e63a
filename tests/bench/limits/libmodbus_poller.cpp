#include "libmodbus_poller.hpp"

#include <modbus/modbus.h>
#include <sys/epoll.h>

#include <stdexcept>
#include <string>

#include "block_60.hpp"

namespace holdup::bench {
namespace {

[[noreturn]] void fail(const char* what) { throw std::runtime_error{std::string{"libmodbus, "} + what + ": " + modbus_strerror(errno)}; }

}  // namespace

struct LibmodbusPoller::Units {
  int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<modbus_t*> all;
  std::array<epoll_event, 256> events{};
  std::array<std::uint16_t, registers_a_block> values{};
};

LibmodbusPoller::LibmodbusPoller(std::size_t devices, std::uint16_t port) : units_{std::make_unique<Units>()} {
  for (std::size_t d = 0; d < devices; ++d) {
    modbus_t* const unit = units_->all.emplace_back(modbus_new_tcp(unit_host(d).c_str(), port));
    if (modbus_connect(unit) != 0) fail("connect");
    modbus_set_slave(unit, 1);
    epoll_event event{.events = EPOLLIN, .data = {.u64 = d}};
    ::epoll_ctl(units_->epoll, EPOLL_CTL_ADD, modbus_get_socket(unit), &event);
  }
}

LibmodbusPoller::~LibmodbusPoller() {
  for (modbus_t* unit : units_->all) modbus_close(unit), modbus_free(unit);
  ::close(units_->epoll);
}

std::size_t LibmodbusPoller::poll_one_by_one() {
  std::size_t registers = 0;
  for (modbus_t* unit : units_->all) {
    const int told = modbus_read_registers(unit, 0, registers_a_block, units_->values.data());
    if (told < 0) fail("read");
    registers += static_cast<std::size_t>(told);
  }
  return registers;
}

std::size_t LibmodbusPoller::poll_raw() {
  const std::array<std::uint8_t, 6> question{1, 3, 0, 0, 0, registers_a_block};  // libmodbus puts the header before it
  for (modbus_t* unit : units_->all)
    if (modbus_send_raw_request(unit, question.data(), question.size()) < 0) fail("send");
  std::array<std::uint8_t, MODBUS_TCP_MAX_ADU_LENGTH> answer{};
  std::size_t registers = 0;
  for (std::size_t left = units_->all.size(); left > 0;) {
    const int count = ::epoll_wait(units_->epoll, units_->events.data(), static_cast<int>(units_->events.size()), 5000);
    if (count <= 0) throw std::runtime_error{"libmodbus: the units do not answer"};
    for (int i = 0; i < count; ++i, --left) {
      modbus_t* const unit = units_->all[units_->events[static_cast<std::size_t>(i)].data.u64];
      if (modbus_receive_confirmation(unit, answer.data()) < 0) fail("receive");
      for (std::size_t r = 0; r < registers_a_block; ++r)
        units_->values[r] = static_cast<std::uint16_t>(answer[9 + 2 * r] << 8 | answer[10 + 2 * r]);
      registers += registers_a_block;
    }
  }
  return registers;
}

}  // namespace holdup::bench
