#include "hw-sim/agents/snmp_server.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <utility>

#include "hw-sim/agents/corruption.hpp"

namespace hwsim::agents {

SnmpServer::SnmpServer(asio::io_context& io, const HostPort& listen, SnmpAgent agent, Line& line)
    : socket_{io, Endpoint{asio::ip::make_address(listen.host), listen.port}},
      stranger_{io},
      agent_{std::move(agent)},
      line_{line},
      deferred_{io.get_executor()} {
  socket_.non_blocking(true);
  receive();
}

void SnmpServer::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  stranger_.close(ignored);
  deferred_.cancel();
}

void SnmpServer::receive() {
  socket_.async_receive_from(asio::buffer(buffer_), peer_, [this](const boost::system::error_code& error, std::size_t size) {
    if (!socket_.is_open()) return;
    if (!error) take(size);
    receive();  // after an error too: a peer's ICMP message is reported here
  });
}

void SnmpServer::take(std::size_t size) {
  const auto fate = line_.next();
  const auto answer = agent_.answer({buffer_.data(), size});
  if (!answer || !fate.answered) return;
  auto leave = [this, bytes = corrupted_snmp(*answer, fate), to = peer_, corruption = fate.corruption] { send(bytes, to, corruption); };
  for (int copy = 0; copy < fate.copies; ++copy) deferred_.after(fate.delay, leave);
}

void SnmpServer::send(const std::string& bytes, const Endpoint& to, scenario::Corruption corruption) {
  boost::system::error_code lost;  // a datagram that cannot be sent is lost, as on any wire
  if (corruption != scenario::Corruption::wrong_source) {
    socket_.send_to(asio::buffer(bytes), to, 0, lost);
    return;
  }
  if (!stranger_.is_open()) {
    stranger_.open(to.protocol(), lost);
    stranger_.bind({socket_.local_endpoint().address(), 0}, lost);
  }
  stranger_.send_to(asio::buffer(bytes), to, 0, lost);
}

}  // namespace hwsim::agents
