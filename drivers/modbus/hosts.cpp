#include "drivers/modbus/hosts.hpp"

namespace holdup::modbus {

std::shared_ptr<Connection> Hosts::to(const Connection::Endpoint& peer) {
  auto& known = connections_[peer];
  auto connection = known.lock();
  if (!connection) known = connection = std::make_shared<Connection>(commons_, peer);
  return connection;
}

Counters Hosts::counters() const {
  Counters all = commons_->past;
  for (const auto& [peer, known] : connections_)
    if (const auto connection = known.lock()) all.add(connection->counters());
  return all;
}

}  // namespace holdup::modbus
