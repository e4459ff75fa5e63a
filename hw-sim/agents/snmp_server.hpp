#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <cstdint>
#include <string>

#include "hw-sim/agents/address.hpp"
#include "hw-sim/agents/deferred.hpp"
#include "hw-sim/agents/line.hpp"
#include "hw-sim/agents/snmp_agent.hpp"

// One SNMP device on one UDP port: takes datagrams, asks the agent, and sends what its line lets through.
namespace hwsim::agents {

class SnmpServer {
 public:
  /// Throws boost::system::system_error when the port cannot be bound. `line` outlives the server.
  SnmpServer(asio::io_context& io, const HostPort& listen, SnmpAgent agent, Line& line);

  [[nodiscard]] std::uint16_t port() const { return socket_.local_endpoint().port(); }
  [[nodiscard]] std::uint64_t writes() const { return agent_.writes(); }
  void close();

 private:
  using Endpoint = asio::ip::udp::endpoint;
  void receive();
  void take(std::size_t size);
  void send(const std::string& bytes, const Endpoint& to, scenario::Corruption corruption);

  asio::ip::udp::socket socket_;
  asio::ip::udp::socket stranger_;  // answers with the wrong source leave here; opened at need
  SnmpAgent agent_;
  Line& line_;
  Deferred deferred_;
  std::array<char, 65536> buffer_{};
  Endpoint peer_;
};

}  // namespace hwsim::agents
