#pragma once

#include <map>
#include <memory>
#include <string>

#include "drivers/address/address.hpp"
#include "drivers/modbus/asker.hpp"

namespace holdup::modbus {
class Hosts;
}
namespace holdup::rtu {
struct Figures;
}

// What units of one Modbus host, one serial line, or one serial device server, share. Used by Opener.
namespace holdup::drivers {

class Lines {
 public:
  explicit Lines(boost::asio::any_io_executor executor);
  ~Lines();

  /// To ask through.
  [[nodiscard]] std::shared_ptr<modbus::Asker> line(const Address& address);
  /// To listen by, where the line has another master; sends nothing.
  [[nodiscard]] std::shared_ptr<modbus::Asker> tap(const Address& address);
  /// Questions of this turn of the loop leave now.
  void flush();
  void add_dropped(std::map<std::string, std::uint64_t>& dropped) const;

 private:
  struct Shared {
    std::weak_ptr<modbus::Asker> asker;
    std::shared_ptr<rtu::Figures> figures;  // of all that were there
  };

  boost::asio::any_io_executor executor_;
  std::unique_ptr<modbus::Hosts> hosts_;
  std::map<std::string, Shared> shared_;  // of RTU, by path, or host and port
};

}  // namespace holdup::drivers
