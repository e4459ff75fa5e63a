#pragma once

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

class LiveObjects final : public ObjectTable {
 public:
  /// Rules about quantities that this device does not have are left out; a broken OID or text is a problem under `file`.
  LiveObjects(const DeviceTable& table, LiveDevice device, const std::string& file, ground::Problems& problems);
  [[nodiscard]] std::size_t size() const override { return objects_.size(); }
  [[nodiscard]] const Oid& oid(std::size_t index) const override { return objects_[index].oid; }
  [[nodiscard]] std::string value(std::size_t index) const override;

 private:
  struct Measured {
    BoundMeasure measure;
    ber::Tag type;
  };
  struct Object {
    Oid oid;
    std::variant<std::string, Measured> value;  // encoded already, or to be measured
  };
  [[nodiscard]] std::optional<Object> bind(const ObjectRule& rule, const std::string& index, std::size_t rows) const;

  LiveDevice device_;
  std::vector<Object> objects_;
};

class LiveRegisters final : public RegisterTable {
 public:
  LiveRegisters(const DeviceTable& table, LiveDevice device);
  [[nodiscard]] std::optional<std::uint16_t> read(std::uint16_t address) const override;

 private:
  struct Part {
    std::variant<std::uint16_t, BoundMeasure> value;
    unsigned shift = 0;                     // of the word within a longer number
    std::optional<std::size_t> only_while;  // place in the snapshot of a flag
  };
  void bind(const RegisterRule& rule, const power::Snapshot& snapshot);

  LiveDevice device_;
  std::map<std::uint16_t, std::vector<Part>> parts_;
};

}  // namespace hwsim::agents
