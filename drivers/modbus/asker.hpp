#pragma once

#include <vector>

#include "drivers/device.hpp"
#include "drivers/modbus/manners.hpp"
#include "drivers/modbus/question.hpp"
#include "ground/result.hpp"

// What a Device asks through, whatever lies behind it: a TCP connection, a serial line, a tap, or a recording.
namespace holdup::modbus {

class Asker {
 public:
  virtual ~Asker() = default;
  /// The answer (which may be an exception) or a Failure by the deadline. Unsupported, of an asker that only listens: the unit lives, and
  /// this of it was not heard.
  [[nodiscard]] virtual boost::asio::awaitable<ground::Result<Exchange>> ask(Question question, ground::Instant deadline) = 0;
  /// Several of them, answered in their order; where they go one by one, none is asked after one that failed.
  [[nodiscard]] virtual boost::asio::awaitable<std::vector<ground::Result<Exchange>>> ask_all(std::vector<Question> questions,
                                                                                              ground::Instant deadline);
  /// How this unit wants what it shares with others to be treated.
  virtual void suit(std::uint8_t, const Manners&) {}
};

}  // namespace holdup::modbus
