#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "drivers/kinds.hpp"
#include "drivers/profile/conversion.hpp"
#include "drivers/reading/reading.hpp"
#include "drivers/snmp/asker.hpp"
#include "drivers/snmp/expand.hpp"

// The points that a device is asked for together, made ready once: the names as they go into its datagrams, and how each value becomes a
// reading. What is polled a thousand times a second needs no name encoded, decoded or looked up. Device uses it. Pure.
namespace holdup::snmp {

/// What one GET asks: some names, and the answer is to bear the same in the same order.
class Sheet {
 public:
  explicit Sheet(std::span<const Oid> names);
  /// The content of the VarBindList.
  [[nodiscard]] Bytes list() const { return list_; }
  /// True when every name is answered, byte for byte, in its place.
  [[nodiscard]] bool fits(const Response& response) const;
  [[nodiscard]] bool operator==(const Sheet& other) const { return list_ == other.list_; }

 private:
  struct Name {  // where in the list its content stands
    std::uint16_t at, size;
  };
  std::vector<std::uint8_t> list_;
  std::vector<Name> names_;
};

/// Never changes: devices of one kind share theirs, and with it the processor's cache.
class ReadPlan {
 public:
  using Points = std::span<const std::uint32_t>;  // into what was measured
  /// At most so many names a datagram, as few datagrams as can be.
  ReadPlan(Points points, std::span<const Measured> measured, std::size_t most_names);

  [[nodiscard]] bool is_for(Points points, std::size_t most_names) const;
  /// Asks for the same and makes the same of it.
  [[nodiscard]] bool operator==(const ReadPlan& other) const;
  /// Equal plans have equal ones.
  [[nodiscard]] std::size_t hash() const;
  [[nodiscard]] const std::vector<Sheet>& sheets() const { return sheets_; }
  /// What is asked, a datagram each, in this order.
  [[nodiscard]] std::vector<Bytes> lists() const;

 private:
  friend class Harvest;
  struct Cell {  // of a sheet: what stands at `at` is the reading at `place`
    std::uint32_t place, point, conversion;
    std::uint16_t at;
    bool operator==(const Cell&) const = default;
  };
  struct Gate {  // what stands there says whether there is a reading
    std::uint32_t place;
    std::uint16_t value_sheet, sheet, at;
    bool operator==(const Gate&) const = default;
  };
  [[nodiscard]] std::uint32_t conversion(const profile::Conversion& wanted);

  std::vector<std::uint32_t> points_;
  std::size_t most_names_;
  std::vector<Sheet> sheets_;
  std::vector<std::vector<Cell>> cells_;  // by sheet
  std::vector<Gate> gates_;
  std::vector<profile::Conversion> conversions_;  // each kind once
};

class ReadPlans : public drivers::Kinds<ReadPlan> {};

/// The readings of one poll, made of the answers as they come; the points of answers that do not come have failed.
class Harvest final : public Taker {
 public:
  /// From this sheet on; the points of those before it have failed.
  Harvest(const ReadPlan& plan, std::span<const Measured> measured, std::size_t first = 0)
      : plan_{plan}, measured_{measured}, first_{first} {}
  /// False, and fits() no more, when an answer bears other names than its sheet.
  bool take(std::size_t which, const Heard& heard) override;
  [[nodiscard]] bool fits() const { return fits_; }
  /// One a point. Once.
  [[nodiscard]] std::vector<reading::Reading> readings();
  /// Of those points alone that this sheet tells by itself. Once, instead.
  [[nodiscard]] std::vector<reading::Reading> readings_of(std::size_t sheet);

 private:
  void reap(const ReadPlan::Cell& cell, const Element& element);

  const ReadPlan& plan_;
  std::span<const Measured> measured_;
  std::size_t first_;
  std::vector<reading::Reading> readings_;  // as far as answered
  std::vector<Value> gates_;                // by gate of the plan, once one is answered
  std::size_t answered_ = 0;
  bool fits_ = true;
};

}  // namespace holdup::snmp
