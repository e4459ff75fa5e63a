#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

// The other end of the RTU wire tests: units on a pty line, each in its manner, and libmodbus' server on one. The line lies at a path that
// stays when it is unplugged.
namespace holdup::rtu::test {

using Raw = std::vector<std::uint8_t>;

/// With the CRC of Modbus behind it, by the definition, bit for bit.
[[nodiscard]] Raw closed(Raw bytes);

/// What a unit does with each question; register n of unit u holds 256 u + n.
enum class Manner : std::uint8_t {
  good,
  wrong_unit,
  wrong_function,
  bad_crc,
  drip,     // a byte every 50 ms
  gaps,     // 30 ms in the middle of the answer
  garbage,  // stray bytes ahead of it
  too_long,
  too_short,
  mute,
  exception,  // code 2
  late,       // the first answer after 400 ms, byte by byte as it passes, the following ones at once
  twice,
  false_start,  // each answer after 100 ms; ahead of the first what noise left of another frame
};

/// A pty pair whose slave is linked to at path(); raw, as the adapter of a real line.
class Pty {
 public:
  Pty();
  ~Pty();
  Pty(const Pty&) = delete;
  Pty& operator=(const Pty&) = delete;

  [[nodiscard]] std::string path() const { return (folder_ / "line").string(); }
  [[nodiscard]] int master() const { return master_; }
  void plug();
  void unplug();

 private:
  std::filesystem::path folder_;
  int master_ = -1, slave_ = -1;
};

class Bus {
 public:
  explicit Bus(std::map<std::uint8_t, Manner> units);
  ~Bus();
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  [[nodiscard]] std::string path() const { return pty_.path(); }
  void plug();
  void unplug();
  /// The line's transceiver hears what is sent.
  void echo();
  /// A master's question and its answer, as a listener hears them.
  void say(std::span<const std::uint8_t> bytes);
  /// Every byte that came in is written down.
  [[nodiscard]] Raw came_in() const;
  [[nodiscard]] int asked(std::uint8_t unit) const;
  /// From an answer to the question after it.
  [[nodiscard]] std::chrono::nanoseconds shortest_silence() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Output {
    Clock::time_point at;
    Raw bytes;
  };

  void serve();
  void take(std::span<const std::uint8_t> bytes);
  void answer(std::span<const std::uint8_t> question);
  [[nodiscard]] int wait_time() const;
  void send_due();
  void ring() const;

  Pty pty_;
  int wake_;
  mutable std::mutex mutex_;
  bool stop_ = false, plugged_ = true, echo_ = false;
  std::map<std::uint8_t, Manner> units_;
  std::map<std::uint8_t, int> asked_;
  Raw came_, begun_;
  std::vector<Output> outputs_;
  std::optional<Clock::time_point> spoke_;
  std::chrono::nanoseconds shortest_silence_ = std::chrono::nanoseconds::max();
  std::thread thread_;
};

/// libmodbus' RTU server as unit 1, on a thread; it counts what it is asked.
class StockUnit {
 public:
  explicit StockUnit(std::vector<std::uint16_t> registers);
  ~StockUnit();
  StockUnit(const StockUnit&) = delete;
  StockUnit& operator=(const StockUnit&) = delete;

  [[nodiscard]] std::string path() const { return pty_.path(); }
  [[nodiscard]] int reads() const { return reads_; }
  [[nodiscard]] int writes() const { return writes_; }

 private:
  void serve();

  Pty pty_;
  std::vector<std::uint16_t> registers_;
  int stop_;
  std::atomic<int> reads_{0}, writes_{0};
  std::thread thread_;
};

}  // namespace holdup::rtu::test
