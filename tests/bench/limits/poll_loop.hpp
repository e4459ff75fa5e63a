#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

// The bare limit that `bench-detect` holds holdup up to: one thread, blocking sockets, one register, one word compared, one write of a
// fixed body. What any poller of this period must spend, and nothing else. Loopback only.
namespace holdup::bench {

/// A connected TCP socket; every failure throws.
class Wire {
 public:
  explicit Wire(std::uint16_t port) : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_port = htons(port);
    peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int yes = 1;
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0) fail("connect");
  }
  ~Wire() { ::close(socket_); }
  Wire(Wire&& other) noexcept : socket_{std::exchange(other.socket_, -1)} {}
  Wire& operator=(Wire&&) = delete;

  /// Short enough for one write.
  void send(const void* bytes, std::size_t size) const {
    if (::send(socket_, bytes, size, MSG_NOSIGNAL) != static_cast<ssize_t>(size)) fail("send");
  }
  std::size_t receive(void* bytes, std::size_t most) const {
    const auto size = ::recv(socket_, bytes, most, 0);
    if (size <= 0) fail("receive");
    return static_cast<std::size_t>(size);
  }

 private:
  [[noreturn]] static void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

  int socket_;
};

class PollLoop {
 public:
  using Clock = std::chrono::steady_clock;

  struct Unit {
    std::uint16_t port;  // Modbus TCP, unit 1
    std::string name;    // what the posted body says
  };
  struct Plan {
    std::vector<Unit> units;
    std::uint16_t listener;  // posts go to /limit
    Clock::duration period;
  };

  explicit PollLoop(const Plan& plan) : period_{plan.period}, listener_{plan.listener} {
    for (const Unit& unit : plan.units) {
      units_.emplace_back(unit.port);
      posts_.push_back(post_of(R"({"lost":")" + unit.name + R"("})"));
    }
    thread_ = std::thread{[this] { run(); }};
  }
  ~PollLoop() {
    {
      const std::lock_guard lock{mutex_};
      ending_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  PollLoop(const PollLoop&) = delete;
  PollLoop& operator=(const PollLoop&) = delete;

  /// From now on this unit alone is polled, `phase` after every period begins, until its input is lost; that is posted once.
  void watch(std::size_t unit, Clock::duration phase) {
    const std::lock_guard lock{mutex_};
    if (broken_) std::rethrow_exception(broken_);
    watched_ = {.unit = unit, .phase = phase};
    changed_.notify_one();
  }

 private:
  struct Watched {
    std::size_t unit;
    Clock::duration phase;
  };

  static constexpr std::array<std::uint8_t, 12> question{0, 1, 0, 0, 0, 6, 1, 3, 0, 61, 0, 1};  // FC3, PFC_Alarm_Status_Register
  static constexpr std::size_t answer_bytes = 11;
  static constexpr std::uint8_t ac_not_ok = 0x01;  // bit 8 of the word: bit 0 of its first byte

  static std::string post_of(const std::string& body) {
    return "POST /limit HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }

  void run() {
    try {
      std::unique_lock lock{mutex_};
      while (!ending_) {
        if (!watched_) {
          changed_.wait(lock);
        } else if (const Watched mine = *watched_;
                   !changed_.wait_until(lock, next_slot(mine.phase), [&] { return ending_ || differs(mine); })) {
          if (is_lost(units_[mine.unit])) {
            post(posts_[mine.unit]);
            watched_.reset();
          }
        }
      }
    } catch (const std::exception&) {
      broken_ = std::current_exception();
    }
  }

  [[nodiscard]] bool differs(const Watched& other) const {
    return !watched_ || watched_->unit != other.unit || watched_->phase != other.phase;
  }

  [[nodiscard]] Clock::time_point next_slot(Clock::duration phase) const {
    const auto since = Clock::now().time_since_epoch() - phase;
    return Clock::time_point{phase + (since / period_ + 1) * period_};
  }

  static bool is_lost(const Wire& unit) {
    unit.send(question.data(), question.size());
    std::array<std::uint8_t, answer_bytes> answer{};
    for (std::size_t got = 0; got < answer.size();) got += unit.receive(answer.data() + got, answer.size() - got);
    return answer[7] == 3 && (answer[9] & ac_not_ok) != 0;
  }

  void post(const std::string& text) const {
    listener_.send(text.data(), text.size());
    std::string answer;
    std::array<char, 512> piece{};
    while (!answer.ends_with("\r\n\r\n")) answer.append(piece.data(), listener_.receive(piece.data(), piece.size()));
  }

  Clock::duration period_;
  Wire listener_;
  std::vector<Wire> units_;
  std::vector<std::string> posts_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Watched> watched_;
  std::exception_ptr broken_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace holdup::bench
