#pragma once

#include <sys/epoll.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "block_60.hpp"

// The limit of polling Modbus TCP: one epoll, a question to every device, then whatever comes in, until all have answered; every register
// decoded. Nothing is scheduled, timed out or allocated.
namespace holdup::bench {

class ModbusEpoll {
 public:
  ModbusEpoll(std::size_t devices, std::uint16_t port) : units_(devices) {
    for (std::size_t d = 0; d < devices; ++d) {
      units_[d].socket = dial(d, port);
      epoll_event event{.events = EPOLLIN, .data = {.u64 = d}};
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, units_[d].socket, &event);
    }
  }
  ~ModbusEpoll() {
    for (const Unit& unit : units_) ::close(unit.socket);
    ::close(epoll_);
  }
  ModbusEpoll(const ModbusEpoll&) = delete;
  ModbusEpoll& operator=(const ModbusEpoll&) = delete;

  /// Every device once; the registers read.
  std::size_t poll() {
    for (Unit& unit : units_) {
      unit.filled = 0;
      if (::send(unit.socket, block_question.data(), block_question.size(), MSG_NOSIGNAL | MSG_DONTWAIT) != block_question.size())
        throw std::system_error{errno, std::generic_category(), "send"};
    }
    std::size_t registers = 0;
    for (std::size_t left = units_.size(); left > 0;) {
      const int count = ::epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), 5000);
      if (count <= 0) throw std::runtime_error{"the units do not answer"};
      for (int i = 0; i < count; ++i) {
        Unit& unit = units_[events_[static_cast<std::size_t>(i)].data.u64];
        if (!receive(unit)) continue;
        registers += decode(unit);
        --left;
      }
    }
    return registers;
  }
  [[nodiscard]] std::uint16_t value(std::size_t place) const { return values_[place]; }

 private:
  struct Unit {
    int socket = -1;
    std::size_t filled = 0;
    std::array<std::uint8_t, 260> bytes{};
  };

  /// Whether the answer is complete.
  static bool receive(Unit& unit) {
    const auto got = ::recv(unit.socket, unit.bytes.data() + unit.filled, unit.bytes.size() - unit.filled, MSG_DONTWAIT);
    if (got <= 0) throw std::system_error{got == 0 ? ECONNRESET : errno, std::generic_category(), "recv"};
    unit.filled += static_cast<std::size_t>(got);
    return unit.filled >= block_answer_bytes;
  }
  std::size_t decode(const Unit& unit) {
    const auto& b = unit.bytes;
    if (b[1] != 1 || b[7] != 3 || b[8] != 2 * registers_a_block) return 0;
    for (std::size_t r = 0; r < registers_a_block; ++r) values_[r] = static_cast<std::uint16_t>(b[9 + 2 * r] << 8 | b[10 + 2 * r]);
    return registers_a_block;
  }

  int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<Unit> units_;
  std::array<epoll_event, 256> events_{};
  std::array<std::uint16_t, registers_a_block> values_{};
};

}  // namespace holdup::bench
