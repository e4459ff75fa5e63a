#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "drivers/address/address.hpp"
#include "drivers/modbus/rtu/frame.hpp"
#include "drivers/modbus/rtu/serial_settings.hpp"
#include "ground/instant.hpp"
#include "ground/result.hpp"

struct _modbus;

// An open serial line: libmodbus opens it, flushes it and sends; what is waited for and read is ours, for libmodbus waits by select(),
// which ends at descriptor 1023, checks no unit, and knows neither echoes nor a deadline for all of an answer. Blocking: used by
// LineWorker's thread alone.
namespace holdup::rtu {

class SerialPort {
 public:
  [[nodiscard]] static ground::Result<SerialPort> open(const drivers::SerialLine& line);
  SerialPort(SerialPort&&) noexcept = default;
  SerialPort& operator=(SerialPort&&) noexcept = default;

  /// The only place of this driver that sends: what does not read ends the program instead.
  [[nodiscard]] ground::Result<void> transmit(const Frame& frame);
  /// Forgets what came and was not read.
  void flush();
  /// What comes until then, at once when something does: how many bytes; 0 at the time, and when `wake` becomes readable. Fails when
  /// the line is gone.
  [[nodiscard]] ground::Result<std::size_t> receive(std::span<std::uint8_t> into, ground::Instant until, int wake);

 private:
  struct Close {
    void operator()(_modbus* context) const;
  };
  SerialPort(Claim claim, std::unique_ptr<_modbus, Close> context) : claim_{std::move(claim)}, context_{std::move(context)} {}
  [[nodiscard]] int descriptor() const;

  Claim claim_;
  std::unique_ptr<_modbus, Close> context_;
};

}  // namespace holdup::rtu
