#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "drivers/modbus/asker.hpp"
#include "drivers/modbus/rtu/figures.hpp"

// RTU frames over a TCP connection, as serial device servers pass them on: one question at a time, shared by the units behind it. Closing
// it clears nothing of the line behind: what a unit still owes is reckoned with as on a line of our own. Used by modbus::Device, on the
// loop.
namespace holdup::rtu {

class Stream final : public modbus::Asker, public std::enable_shared_from_this<Stream> {
 public:
  /// `host`: a numeric address.
  Stream(boost::asio::any_io_executor executor, const std::string& host, std::uint16_t port, std::shared_ptr<Figures> figures);
  ~Stream() override;

  [[nodiscard]] boost::asio::awaitable<ground::Result<modbus::Exchange>> ask(modbus::Question question, ground::Instant deadline) override;

 private:
  class Place;
  class Cutoff;
  struct Link;  // the socket, and who waits for it
  struct UnderWay;

  using Asked = boost::asio::awaitable<ground::Result<modbus::Exchange>>;

  Asked exchange(const Place& place);
  boost::asio::awaitable<ground::Result<void>> be_connected();
  Asked hear(UnderWay& one);
  modbus::Exchange take(UnderWay& one);
  void listen();
  void read_what_came_unasked();
  void call_next();
  void drop();
  ground::Failure lost(const std::string& why);
  ground::Failure give_up(const UnderWay& one);
  [[nodiscard]] bool set_aside(UnderWay& one);

  std::string name_;
  std::shared_ptr<Figures> figures_;
  std::unique_ptr<Link> link_;
};

}  // namespace holdup::rtu
