#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "drivers/address/address.hpp"
#include "ground/instant.hpp"
#include "ground/result.hpp"

// What a serial device file is set to, and times that follow from it. Used by SerialPort and Tap.
namespace holdup::rtu {

/// Bytes as they are, at the line's baud, parity and stop bits; fails where the device cannot do the baud. A pty takes any.
[[nodiscard]] ground::Result<void> set(int descriptor, const drivers::SerialLine& line);
/// Keeps other programs off a line, which has one master, while it lives.
class Claim {
 public:
  /// Fails where another has it, whose settings and bytes are not touched.
  [[nodiscard]] static ground::Result<Claim> on(const std::string& path);
  ~Claim();
  Claim(Claim&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
  Claim& operator=(Claim&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

 private:
  explicit Claim(int descriptor) : descriptor_{descriptor} {}

  int descriptor_;
};
/// From whoever opens it later.
void keep_out(int descriptor);
/// What an adapter holds back is told at once, where its driver can do that.
void hurry(int descriptor);
/// Our transmitter stays off, on adapters that switch it by RTS.
void hush(int descriptor);

[[nodiscard]] ground::Duration time_of(const drivers::SerialLine& line, std::size_t bytes);
/// Between two frames: 3.5 characters, above 19200 bits a second 1.75 ms (MODBUS over Serial Line V1.02, 2.5.1.1).
[[nodiscard]] ground::Duration silence_of(const drivers::SerialLine& line);

}  // namespace holdup::rtu
