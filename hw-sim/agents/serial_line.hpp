#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hw-sim/agents/modbus_units.hpp"
#include "hw-sim/agents/rtu_frame.hpp"

namespace boost::asio {
class io_context;
}

// A serial line with Modbus RTU units on it: a pseudo terminal whose bytes take as long as on a wire, in both directions. What the line
// has no unit for is met with silence.
namespace hwsim::agents {

struct SerialSetup {
  LineSettings settings;
  std::string link = {};  // a symbolic link to the pseudo terminal; empty: none
  std::vector<ModbusUnit> units;
  std::optional<ground::Duration> master = {};  // the line has a master already, which asks so often; whoever else is there may only listen
};

class SerialLine {
 public:
  /// Throws std::exception when there is no pseudo terminal to be had, or no link.
  SerialLine(boost::asio::io_context& io, SerialSetup setup);
  ~SerialLine();

  /// Where programs find it: the link, else what the kernel called it.
  [[nodiscard]] std::string path() const;
  [[nodiscard]] std::uint64_t writes() const;
  /// Bytes that came in. On a line with a master of its own there should be none.
  [[nodiscard]] std::uint64_t bytes_heard() const;
  /// So long it was taken, from the first bits of questions to their answers' last.
  [[nodiscard]] ground::Duration busy() const;
  /// Does what the faults that lie on its units now mean for the line; to be called when they change.
  void heed();
  void close();

 private:
  class Port;
  std::unique_ptr<Port> port_;
};

}  // namespace hwsim::agents
