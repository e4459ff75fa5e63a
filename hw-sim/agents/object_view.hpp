#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "hw-sim/agents/line.hpp"
#include "hw-sim/agents/object_table.hpp"
#include "hw-sim/agents/snmp_message.hpp"

// A device's objects as one request sees them: through whatever lies on them at that moment, from a stale cache to a table without end.
// Made anew for each request.
namespace hwsim::agents {

/// Values that a device remembers instead of looking them up, each since when (the simulator's uptime).
struct RememberedValues {
  struct Value {
    ground::Duration since{};
    std::string bytes;
  };
  std::map<std::size_t, Value> by_index;
};

class ObjectView {
 public:
  ObjectView(ObjectTable& objects, const Moment& moment, RememberedValues& remembered)
      : objects_{objects}, moment_{moment}, remembered_{remembered} {}

  /// Nothing when there is no such object.
  [[nodiscard]] std::optional<std::string> value(const Oid& oid) const;
  /// What a walk meets behind `oid`; in v1 without Counter64, which it does not know.
  [[nodiscard]] std::optional<Varbind> next(const Oid& oid, Version version) const;
  /// noSuchObject or noSuchInstance: whether others stand in that object's column.
  [[nodiscard]] ber::Tag absence(const Oid& oid) const;
  /// Whether requests of this kind are taken.
  [[nodiscard]] bool takes(Pdu pdu) const { return pdu != Pdu::get_bulk || !moment_.of(scenario::FaultKind::no_bulk); }
  /// Of asking for the object at this OID; none where nothing stands.
  [[nodiscard]] Effect effect(const Oid& oid, Pdu pdu, std::string_view asked) const;

 private:
  [[nodiscard]] std::string value_at(std::size_t index) const;
  [[nodiscard]] std::string looked_up(std::size_t index) const;
  [[nodiscard]] bool is_hidden(std::size_t index) const;
  [[nodiscard]] bool reads_zeros() const;
  [[nodiscard]] std::optional<Varbind> one_more_row(const Oid& oid, std::size_t after) const;

  ObjectTable& objects_;
  const Moment& moment_;
  RememberedValues& remembered_;
};

}  // namespace hwsim::agents
