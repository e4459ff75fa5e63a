#pragma once

#include <map>
#include <memory>

#include "drivers/modbus/connection.hpp"

// The Modbus connections of one loop: one a host and port, whatever number of units stands behind it. Used by drivers/open.
namespace holdup::modbus {

class Hosts {
 public:
  explicit Hosts(const Commons::Executor& executor) : commons_{std::make_shared<Commons>(executor)} {}

  [[nodiscard]] std::shared_ptr<Connection> to(const Connection::Endpoint& peer);
  /// Questions that were put in this turn of the loop leave now, not at its end.
  void flush() { commons_->flush(); }
  /// Of all that are and were.
  [[nodiscard]] Counters counters() const;

 private:
  std::shared_ptr<Commons> commons_;
  std::map<Connection::Endpoint, std::weak_ptr<Connection>> connections_;
};

}  // namespace holdup::modbus
