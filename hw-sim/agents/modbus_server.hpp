#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hw-sim/agents/address.hpp"
#include "hw-sim/agents/deferred.hpp"
#include "hw-sim/agents/modbus_departure.hpp"
#include "hw-sim/agents/modbus_units.hpp"

// One TCP port with Modbus units behind it: Modbus TCP, or RTU frames as a serial device server passes them. Requests on one connection are
// answered one by one, each under its unit's line.
namespace hwsim::agents {

class ModbusServer {
 public:
  /// Throws boost::system::system_error when the port cannot be bound.
  ModbusServer(asio::io_context& io, const HostPort& listen, std::vector<ModbusUnit> units, Framing framing = Framing::mbap);
  ~ModbusServer();

  [[nodiscard]] std::uint16_t port() const { return endpoint_.port(); }
  [[nodiscard]] std::uint64_t writes() const { return units_.writes(); }
  /// Does what the faults that lie on its units now mean for its connections; to be called when they change.
  void heed();
  void close();

 private:
  class Connection;
  void accept();
  void accept_or_turn_away(asio::ip::tcp::socket socket);
  void refuse();
  void drop_idle();
  void close_connections();
  void answer(std::uint8_t unit, std::string_view pdu, const Asked& asked, Connection& connection);
  void send(const Asked& asked, ModbusUnits::Answer answer, Connection& connection);

  asio::ip::tcp::endpoint endpoint_;
  asio::ip::tcp::acceptor acceptor_;
  ModbusUnits units_;
  Framing framing_;
  std::vector<std::weak_ptr<Connection>> connections_;  // each is kept alive by its own reads and writes
  Deferred deferred_;
  bool refuses_ = false;
  bool watches_idle_ = false;
};

}  // namespace hwsim::agents
