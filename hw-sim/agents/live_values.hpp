#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ground/problem.hpp"
#include "hw-sim/agents/device_table.hpp"
#include "hw-sim/agents/object_table.hpp"
#include "hw-sim/agents/register_table.hpp"
#include "hw-sim/power/snapshot.hpp"

// A simulated device behind the look of a real model: a device table bound to the registers of one device of the world. What is served is
// computed at each request from what the device last measured.
namespace hwsim::agents {

/// The device as its agents see it.
struct LiveDevice {
  std::string name;
  std::string serial;
  /// What the device last measured: always the same quantities in the same order.
  std::function<const power::Snapshot&()> read;
};

/// One quantity at its place in the snapshot, and how it is shown.
struct BoundMeasure {
  std::size_t at;
  Scale scale;
  [[nodiscard]] double shown(const power::Snapshot& snapshot) const { return scale.shown(snapshot.values[at].value); }
};

/// One object of a device, at its OID.
struct LiveObject {
  struct Measured {
    BoundMeasure measure;
    ber::Tag type;
  };
  Oid oid;
  std::variant<std::string, Measured> content;  // encoded already, or to be measured
  std::optional<std::size_t> only_while = {};   // place in the snapshot of a flag: not there while it is 0

  [[nodiscard]] bool stands(const power::Snapshot& snapshot) const { return !only_while || snapshot.values[*only_while].value >= 0.5; }

  [[nodiscard]] std::string value(const power::Snapshot& snapshot) const;
};

/// Where a rule stands for one of its rows, of `rows` in all.
struct Row {
  std::string index;
  std::size_t rows = 1;
};
/// The rows that a rule with this `each` has; one without an index when it has none.
[[nodiscard]] std::vector<Row> rows_of(const power::Snapshot& snapshot, const std::optional<power::Quantity>& each);
/// The place of the rule's quantity in the snapshot; nothing when the device does not have it.
[[nodiscard]] std::optional<std::size_t> place_of(const power::Snapshot& snapshot, const Measure& measure, const Row& row);
/// Nothing when its OID or text does not fit, or the device does not have the quantity.
[[nodiscard]] std::optional<LiveObject> bound(const ObjectRule& rule, const LiveDevice& device, const Row& row);

class LiveObjects final : public ObjectTable {
 public:
  /// Rules about quantities that this device does not have are left out; a broken OID or text is a problem under `file`.
  LiveObjects(const DeviceTable& table, LiveDevice device, const std::string& file, ground::Problems& problems);
  [[nodiscard]] std::size_t size() const override { return objects_.size(); }
  [[nodiscard]] const Oid& oid(std::size_t index) const override { return objects_[index].oid; }
  [[nodiscard]] std::string value(std::size_t index) const override;
  [[nodiscard]] bool stands(std::size_t index) const override { return objects_[index].stands(device_.read()); }

 private:
  LiveDevice device_;
  std::vector<LiveObject> objects_;
};

class LiveRegisters final : public RegisterTable {
 public:
  LiveRegisters(const DeviceTable& table, LiveDevice device);
  [[nodiscard]] bool has(Bank bank) const override { return !parts_[index(bank)].empty(); }
  [[nodiscard]] std::optional<std::uint16_t> read(Bank bank, std::uint16_t address) const override;
  [[nodiscard]] const Identification& identification() const override { return identification_; }

 private:
  struct Part {
    std::variant<std::uint16_t, BoundMeasure> value;
    unsigned shift = 0;                     // of the word within a longer number
    std::optional<std::size_t> only_while;  // place in the snapshot of a flag
  };
  void bind(const RegisterRule& rule, Bank bank, const power::Snapshot& snapshot);

  LiveDevice device_;
  Identification identification_;
  std::array<std::map<std::uint16_t, std::vector<Part>>, banks.size()> parts_;
};

}  // namespace hwsim::agents
