#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "drivers/address/address.hpp"
#include "drivers/modbus/rtu/figures.hpp"
#include "drivers/modbus/rtu/frame.hpp"
#include "drivers/modbus/rtu/serial_port.hpp"
#include "drivers/modbus/rtu/turns.hpp"
#include "drivers/modbus/rtu/unasked.hpp"
#include "ground/result.hpp"

// The thread of one serial line: one question at a time, its answer or why there is none handed to `deliver`, on this thread. Opens the
// device file when something is asked, and again after it was gone. Used by SerialLine.
namespace holdup::rtu {

class LineWorker {
 public:
  using Outcome = ground::Result<modbus::Exchange>;
  using Deliver = std::function<void(std::uint64_t ticket, Outcome outcome)>;

  /// Throws std::system_error where the machine has no descriptor or no thread left.
  LineWorker(drivers::SerialLine line, std::shared_ptr<Figures> figures, Deliver deliver);
  /// Breaks off what is under way, which is delivered to nobody then.
  ~LineWorker();
  LineWorker(const LineWorker&) = delete;
  LineWorker& operator=(const LineWorker&) = delete;

  /// False: too many wait.
  [[nodiscard]] bool put(const Waiting& waiting);
  void withdraw(std::uint64_t ticket);
  /// Nothing is delivered from now on. Also what the end of it does.
  void stop();

 private:
  /// A descriptor that other threads make readable.
  class Bell {
   public:
    Bell();
    ~Bell();
    Bell(const Bell&) = delete;
    Bell& operator=(const Bell&) = delete;
    void ring() const;
    void calm() const;
    [[nodiscard]] int descriptor() const { return descriptor_; }

   private:
    int descriptor_;
  };
  struct UnderWay {  // a question that has left
    Waiting asked;
    Frame frame;
    Instant sent{}, until{};
    std::vector<std::uint8_t> heard = {};
    Reply reply = {};
  };

  void work();
  std::optional<Waiting> await_turn();
  void idle(std::optional<Instant> until);
  Outcome perform(const Waiting& asked);
  ground::Result<void> be_open();
  ground::Result<void> keep_silence(Instant deadline);
  Outcome exchange(const Waiting& asked);
  /// The answer, or nothing when its time is over.
  ground::Result<std::optional<modbus::Exchange>> hear(UnderWay& one);
  [[nodiscard]] bool set_aside(UnderWay& one);
  modbus::Exchange take(UnderWay& one, Instant received);
  ground::Failure give_up(const UnderWay& one);
  void hear_unasked(Bytes bytes);
  ground::Failure lose(const ground::Failure& why);
  [[nodiscard]] ground::Failure cancelled() const;
  [[nodiscard]] bool stopping() const;

  const drivers::SerialLine line_;
  const Duration silence_;
  const std::shared_ptr<Figures> figures_;
  const Deliver deliver_;

  Bell questions_, stop_;
  mutable std::mutex mutex_;
  Turns turns_;  // by mutex_
  bool stopping_ = false;

  // The thread's own.
  std::optional<SerialPort> port_;
  std::string trouble_;  // why it could not be opened
  Instant not_before_{};
  Duration back_off_{};
  Instant active_until_{};  // the last bit on the line that is known of
  Echo echo_ = Echo::unknown;
  Unasked unasked_;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace holdup::rtu
