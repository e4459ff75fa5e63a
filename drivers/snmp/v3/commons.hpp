#pragma once

#include <map>
#include <set>

#include "drivers/snmp/trap_port.hpp"
#include "drivers/snmp/v3/engine.hpp"
#include "drivers/snmp/v3/turns.hpp"

// What all who speak SNMPv3 on one loop share: the turns at making keys, and which engine polling has met at which address. The client of
// the sessions fills the book, the reader of traps believes it; both keep it.
namespace holdup::v3 {

/// A session that had an answer to its own question knows the engine and its clock better than any datagram that comes unasked.
class EngineBook {
 public:
  void met(const snmp::TrapSource& place, const Engine& engine);
  /// Forgets all other places.
  void keep(const std::set<snmp::TrapSource>& places);
  /// nullptr: nobody was met there yet.
  [[nodiscard]] const Engine* at(const snmp::TrapSource& place) const;
  /// True when this engine was met, and not there.
  [[nodiscard]] bool is_elsewhere(const EngineId& id, const snmp::TrapSource& place) const;

 private:
  std::map<snmp::TrapSource, Engine> by_place_;
  std::map<EngineId, snmp::TrapSource> by_id_;
};

struct Commons {
  explicit Commons(const boost::asio::any_io_executor& executor) : turns{executor} {}

  Turns turns;
  EngineBook engines;
};

}  // namespace holdup::v3
