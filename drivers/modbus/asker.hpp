#pragma once

#include <boost/asio/awaitable.hpp>

#include "drivers/modbus/question.hpp"
#include "ground/result.hpp"

// What a Device asks through, whatever lies behind it: a TCP connection, or a recording.
namespace holdup::modbus {

class Asker {
 public:
  virtual ~Asker() = default;
  /// The answer (which may be an exception) or a Failure by the deadline.
  [[nodiscard]] virtual boost::asio::awaitable<ground::Result<Exchange>> ask(Question question, ground::Instant deadline) = 0;
};

}  // namespace holdup::modbus
