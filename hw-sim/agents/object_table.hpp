#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "hw-sim/agents/oid.hpp"

// What an SNMP agent serves: sorted OIDs, each with a value in its encoded form (ber_value.hpp). A recording serves what was recorded, a
// live device asks its world.
namespace hwsim::agents {

struct RecordedObject {
  Oid oid;
  std::string value;  // tag, length, content
};

class ObjectTable {
 public:
  virtual ~ObjectTable() = default;
  [[nodiscard]] virtual std::size_t size() const = 0;
  [[nodiscard]] virtual const Oid& oid(std::size_t index) const = 0;
  [[nodiscard]] virtual std::string value(std::size_t index) const = 0;

  /// Index of the first OID not before `oid`; size() when there is none.
  [[nodiscard]] std::size_t lower_bound(const Oid& oid) const;
  /// Index of `oid` itself; size() when it is not there.
  [[nodiscard]] std::size_t find(const Oid& oid) const;
};

class RecordedTable final : public ObjectTable {
 public:
  /// Sorted by OID, each OID once.
  explicit RecordedTable(std::vector<RecordedObject> objects) : objects_{std::move(objects)} {}
  [[nodiscard]] std::size_t size() const override { return objects_.size(); }
  [[nodiscard]] const Oid& oid(std::size_t index) const override { return objects_[index].oid; }
  [[nodiscard]] std::string value(std::size_t index) const override { return objects_[index].value; }

 private:
  std::vector<RecordedObject> objects_;
};

}  // namespace hwsim::agents
