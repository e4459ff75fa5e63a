#pragma once

#include <memory>

#include "drivers/address/address.hpp"
#include "drivers/modbus/asker.hpp"
#include "drivers/modbus/rtu/figures.hpp"

// Listens on a serial line that has a master of its own, and answers out of what it heard; the device file is opened for reading only.
// The line comes back by itself. Used by modbus::Device; made by drivers/open.
namespace holdup::rtu {

class Tap final : public modbus::Asker, public std::enable_shared_from_this<Tap> {
 public:
  Tap(boost::asio::any_io_executor executor, drivers::SerialLine line, std::shared_ptr<Figures> figures);
  ~Tap() override;

  /// Asks nobody. Unsupported: the unit is heard, and its master does not ask it for this; a time-out: the unit is not heard.
  [[nodiscard]] boost::asio::awaitable<ground::Result<modbus::Exchange>> ask(modbus::Question question, ground::Instant deadline) override;

 private:
  struct Ear;  // the descriptor, what was heard, and who waits

  void be_open();
  void listen();
  void hear(std::size_t bytes);
  void lose(const std::string& why);
  void try_again();

  drivers::SerialLine line_;
  std::shared_ptr<Figures> figures_;
  std::unique_ptr<Ear> ear_;
};

}  // namespace holdup::rtu
