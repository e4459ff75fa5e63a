#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "drivers/address/address.hpp"
#include "drivers/modbus/asker.hpp"
#include "drivers/modbus/rtu/figures.hpp"

// A serial line of this machine as the loop sees it, shared by the units on it: questions go to the line's thread, answers come back by
// the loop's executor. Used by modbus::Device; made by drivers/open.
namespace holdup::rtu {

class LineWorker;

class SerialLine final : public modbus::Asker, public std::enable_shared_from_this<SerialLine> {
 public:
  /// The executor's loop outlives the line. The device file need not be there yet.
  SerialLine(boost::asio::any_io_executor executor, drivers::SerialLine line, std::shared_ptr<Figures> figures);
  ~SerialLine() override;

  [[nodiscard]] boost::asio::awaitable<ground::Result<modbus::Exchange>> ask(modbus::Question question, ground::Instant deadline) override;
  [[nodiscard]] const Figures& figures() const { return *figures_; }

 private:
  class Place;
  class Lines;  // of a loop

  ground::Result<void> start();

  boost::asio::any_io_executor executor_;
  drivers::SerialLine line_;
  std::shared_ptr<Figures> figures_;
  std::map<std::uint64_t, Place*> places_;  // who waits for an answer, by ticket
  std::uint64_t tickets_ = 0;
  std::unique_ptr<LineWorker> worker_;  // from the first question on
};

}  // namespace holdup::rtu
