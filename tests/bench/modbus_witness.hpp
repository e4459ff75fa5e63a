#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "limits/alert_post.hpp"
#include "signs.hpp"

// Stands between pollers and status units over Modbus TCP, in a thread of its own: passes everything on, and notes when an answer that
// shows AC_Not_OK was. Of whoever asks: what was asked for is known by the transaction. Loopback segments hold whole messages.
namespace holdup::bench {

class ModbusWitness {
 public:
  explicit ModbusWitness(const std::vector<std::uint16_t>& units) : units_{units}, asked_(units.size()), signs_{units.size()} {
    for (std::size_t unit = 0; unit < units.size(); ++unit) {
      const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      auto here = loopback(0);
      socklen_t size = sizeof here;
      if (::bind(socket, reinterpret_cast<sockaddr*>(&here), size) != 0 || ::listen(socket, 8) != 0)
        throw std::system_error{errno, std::generic_category(), "a witness's socket"};
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&here), &size);
      ports_.push_back(ntohs(here.sin_port));
      doors_[socket] = unit;
      await(socket);
    }
    thread_ = std::jthread{[this](const std::stop_token& stop) { serve(stop); }};
  }
  ~ModbusWitness() {
    thread_.request_stop();
    thread_.join();
    for (const auto& [socket, unit] : doors_) ::close(socket);
    for (const auto& [socket, way] : ways_) ::close(socket);
    ::close(epoll_);
  }
  ModbusWitness(const ModbusWitness&) = delete;
  ModbusWitness& operator=(const ModbusWitness&) = delete;

  [[nodiscard]] std::uint16_t port(std::size_t unit) const { return ports_[unit]; }
  [[nodiscard]] Signs& signs() { return signs_; }

 private:
  struct Way {
    int to;
    std::size_t unit;
    bool answers;  // else questions
  };

  static constexpr std::uint16_t alarms = 61;  // PFC_Alarm_Status_Register
  static constexpr std::uint16_t ac_not_ok = 1 << 8;

  static std::uint16_t word(std::string_view bytes, std::size_t at) {
    return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) << 8 | static_cast<unsigned char>(bytes[at + 1]));
  }

  void await(int socket) const {
    epoll_event event{.events = EPOLLIN, .data = {.fd = socket}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
  }

  void serve(const std::stop_token& stop) {
    std::array<epoll_event, 64> events;
    while (!stop.stop_requested()) {
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 100);
      for (int i = 0; i < count; ++i) {
        const int socket = events[static_cast<std::size_t>(i)].data.fd;
        if (const auto door = doors_.find(socket); door != doors_.end()) open(socket, door->second);
        if (const auto way = ways_.find(socket); way != ways_.end()) pass(socket, way->second);
      }
    }
  }

  void open(int door, std::size_t unit) {
    const int front = ::accept4(door, nullptr, nullptr, SOCK_CLOEXEC), back = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto peer = loopback(units_[unit]);
    (void)::connect(back, reinterpret_cast<const sockaddr*>(&peer), sizeof peer);
    for (const auto& [from, to] : {std::pair{front, back}, std::pair{back, front}}) {
      const int yes = 1;
      ::setsockopt(from, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      ways_[from] = {.to = to, .unit = unit, .answers = from == back};
      await(from);
    }
  }

  void pass(int from, const Way way) {
    const auto got = ::recv(from, segment_.data(), segment_.size(), MSG_DONTWAIT);
    if (got <= 0) {
      for (const int socket : {from, way.to}) ways_.erase(socket), ::close(socket);
      return;
    }
    const std::string_view bytes{segment_.data(), static_cast<std::size_t>(got)};
    read(bytes, way);
    (void)::send(way.to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

  /// Each message: transaction, protocol, length, unit, function, and of a question the first register.
  void read(std::string_view bytes, const Way& way) {
    for (std::size_t size; bytes.size() >= 12 || (way.answers && bytes.size() >= 11); bytes.remove_prefix(std::min(size, bytes.size()))) {
      size = std::size_t{6} + word(bytes, 4);
      auto& asked = asked_[way.unit];
      if (!way.answers)
        asked[word(bytes, 0)] = word(bytes, 8);
      else if (shows_loss(bytes.substr(0, size), asked[word(bytes, 0)]))
        signs_.passed(way.unit);
    }
  }
  static bool shows_loss(std::string_view answer, std::uint16_t first) {
    const std::size_t at = std::size_t{9} + 2 * std::size_t(alarms - first);
    return answer[7] == 3 && first <= alarms && at + 1 < answer.size() && (word(answer, at) & ac_not_ok) != 0;
  }

  std::vector<std::uint16_t> units_, ports_;
  std::vector<std::map<std::uint16_t, std::uint16_t>> asked_;  // first register by transaction
  Signs signs_;
  std::map<int, std::size_t> doors_;
  std::map<int, Way> ways_;
  std::array<char, 4096> segment_;
  int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  std::jthread thread_;
};

}  // namespace holdup::bench
