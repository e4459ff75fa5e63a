#pragma once

#include <cstdint>
#include <span>
#include <vector>

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

 private:
  struct Name {  // where in the list its content stands
    std::uint16_t at, size;
  };
  std::vector<std::uint8_t> list_;
  std::vector<Name> names_;
};

class ReadPlan {
 public:
  using Points = std::span<const std::uint32_t>;  // into what was measured
  /// At most so many names a datagram, as few datagrams as can be.
  ReadPlan(Points points, std::span<const Measured> measured, std::size_t most_names);

  [[nodiscard]] bool is_for(Points points, std::size_t most_names) const;
  [[nodiscard]] const std::vector<Sheet>& sheets() const { return sheets_; }
  /// One reading a point. Replies that fit their sheets, in order; those of the last sheets may be missing: their points then failed.
  [[nodiscard]] std::vector<reading::Reading> readings(std::span<const Reply> replies, std::span<const Measured> measured) const;

  /// The device answers in another way than asked: its answers want a closer look from now on.
  void distrust() { trusted_ = false; }
  [[nodiscard]] bool trusted() const { return trusted_; }

 private:
  struct Place {
    static constexpr std::uint16_t nowhere = 0xFFFF;
    std::uint16_t sheet = nowhere, at = 0;
  };
  struct Cell {
    Place value, gate;
    std::uint32_t conversion = 0;
  };
  [[nodiscard]] std::uint32_t conversion(const profile::Conversion& wanted);
  [[nodiscard]] reading::Reading reading(const Cell& cell, std::span<const Reply> replies, const Measured& measured) const;

  std::vector<std::uint32_t> points_;
  std::size_t most_names_;
  std::vector<Sheet> sheets_;
  std::vector<Cell> cells_;                       // by point
  std::vector<profile::Conversion> conversions_;  // each kind once: a table's rows share theirs, and with them the processor's cache
  bool trusted_ = true;
};

}  // namespace holdup::snmp
