#pragma once

#include <cstdint>
#include <vector>

#include "drivers/modbus/rtu/frame.hpp"
#include "drivers/modbus/rtu/turns.hpp"

// What comes on a line while nothing is asked, in whatever pieces it comes: an answer that a unit still owed is known, the rest is noise.
// Pure. Used by LineWorker and Stream.
namespace holdup::rtu {

class Unasked {
 public:
  struct Tally {
    std::uint64_t late = 0, strays = 0;  // answers; bytes
  };
  /// Tells `turns` of the answers that became whole by these bytes.
  [[nodiscard]] Tally hear(Bytes bytes, Turns& turns, Instant now);
  /// What was begun goes on no more: how many bytes.
  std::uint64_t forget();

 private:
  std::vector<std::uint8_t> begun_;
  Instant last_{};
};

}  // namespace holdup::rtu
