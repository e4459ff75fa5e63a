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
#include "hw-sim/agents/line.hpp"
#include "hw-sim/agents/modbus_frame.hpp"

// One Modbus TCP port with the units behind it. Requests on one connection are answered one by one, each under its unit's line.
namespace hwsim::agents {

struct ModbusUnit {
  std::optional<std::uint8_t> number;  // nothing: answers under any number
  const RegisterTable* registers;      // not null, outlives the server
  Line* line;                          // not null, outlives the server
};

class ModbusServer {
 public:
  /// Throws boost::system::system_error when the port cannot be bound.
  ModbusServer(asio::io_context& io, const HostPort& listen, std::vector<ModbusUnit> units);
  ~ModbusServer();

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] std::uint64_t writes() const { return writes_; }
  void close();

 private:
  class Connection;
  void accept();
  [[nodiscard]] bool powered() const;
  [[nodiscard]] const ModbusUnit* find(std::uint8_t number) const;
  void answer(const ModbusFrame& request, Connection& connection);

  asio::ip::tcp::acceptor acceptor_;
  std::vector<ModbusUnit> units_;
  std::vector<std::weak_ptr<Connection>> connections_;  // each is kept alive by its own reads and writes
  Deferred deferred_;
  std::uint64_t writes_ = 0;
};

}  // namespace hwsim::agents
