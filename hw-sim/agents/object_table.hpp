#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hw-sim/agents/oid.hpp"
#include "hw-sim/agents/variation.hpp"

// What an SNMP agent serves: sorted OIDs, each with a value in its encoded form (ber_value.hpp). A recording serves what was recorded, a
// live device asks its world.
namespace hwsim::agents {

/// What asking for an object brings beside its value.
struct Effect {
  ground::Duration delay{};
  bool dropped = false;     // no answer at all
  std::int32_t status = 0;  // error-status of the whole answer
  const Notification* notification = nullptr;
};

class ObjectTable {
 public:
  virtual ~ObjectTable() = default;
  [[nodiscard]] virtual std::size_t size() const = 0;
  [[nodiscard]] virtual const Oid& oid(std::size_t index) const = 0;
  [[nodiscard]] virtual std::string value(std::size_t index) const = 0;

  /// Whether the object is there right now; size() and oid() count it all the same.
  [[nodiscard]] virtual bool stands(std::size_t index) const { return (void)index, true; }
  /// Tells the time before a request is answered.
  virtual void follow(const AskedAt& now) { (void)now; }
  /// Of being asked for by this PDU; `asked` is the value that a SET brings, encoded.
  [[nodiscard]] virtual Effect effect(std::size_t index, Pdu pdu, std::string_view asked) const {
    return (void)index, (void)pdu, (void)asked, Effect{};
  }
  /// Never changes and has no effects: whole answers may be remembered.
  [[nodiscard]] virtual bool constant() const { return false; }

  /// Index of the first OID not before `oid`; size() when there is none.
  [[nodiscard]] std::size_t lower_bound(const Oid& oid) const;
  /// Index of `oid` itself; size() when it is not there.
  [[nodiscard]] std::size_t find(const Oid& oid) const;
};

struct RecordedObject {
  static constexpr auto plain = std::numeric_limits<std::size_t>::max();
  Oid oid;
  std::string value;              // tag, length, content
  std::size_t variation = plain;  // index among the recording's
};

class RecordedTable final : public ObjectTable {
 public:
  /// Sorted by OID, each OID once. A table with variations has a state of its own: give each agent one.
  explicit RecordedTable(std::vector<RecordedObject> objects, std::vector<Variation> variations = {})
      : objects_{std::move(objects)}, variations_{std::move(variations)}, last_(variations_.size()) {}
  [[nodiscard]] std::size_t size() const override { return objects_.size(); }
  [[nodiscard]] const Oid& oid(std::size_t index) const override { return objects_[index].oid; }
  [[nodiscard]] std::string value(std::size_t index) const override;
  void follow(const AskedAt& now) override { now_ = now; }
  [[nodiscard]] Effect effect(std::size_t index, Pdu pdu, std::string_view asked = {}) const override;
  [[nodiscard]] bool constant() const override { return variations_.empty(); }

 private:
  std::vector<RecordedObject> objects_;
  std::vector<Variation> variations_;
  AskedAt now_;
  mutable std::vector<std::optional<double>> last_;  // of the numeric ones: reading moves them on
  mutable std::uint64_t draws_ = 0;
};

}  // namespace hwsim::agents
