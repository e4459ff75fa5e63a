#pragma once

#include "drivers/device.hpp"
#include "drivers/modbus/manners.hpp"
#include "drivers/modbus/question.hpp"
#include "ground/result.hpp"

// What a Device asks through, whatever lies behind it: a TCP connection, or a recording.
namespace holdup::modbus {

class Asker {
 public:
  virtual ~Asker() = default;
  /// The answer (which may be an exception) or a Failure by the deadline.
  [[nodiscard]] virtual boost::asio::awaitable<ground::Result<Exchange>> ask(Question question, ground::Instant deadline) = 0;
  /// How this unit wants what it shares with others to be treated.
  virtual void suit(std::uint8_t, const Manners&) {}
};

}  // namespace holdup::modbus
