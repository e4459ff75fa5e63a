#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "drivers/kinds.hpp"
#include "drivers/modbus/registers.hpp"
#include "drivers/modbus/spans.hpp"
#include "drivers/modbus/sweep.hpp"
#include "drivers/profile/conversion.hpp"
#include "drivers/reading/reading.hpp"

// The points that a unit is asked for together, made ready once: which spans are asked, and where in their answers each value stands. What
// is polled a hundred times a second needs no span merged and no register looked up. Device uses it; whatever an answer holds but the
// registers asked for is Sweep's. Pure.
namespace holdup::modbus {

/// Which registers may be read of a unit, and how many at once.
struct Reach {
  std::vector<Span> readable;  // neighbours joined; narrowed by refusals
  std::uint16_t max_registers = modbus::max_registers;
};

/// Never changes: units of one kind share theirs.
class ReadPlan {
 public:
  using Points = std::span<const std::uint32_t>;  // into the sources
  ReadPlan(Points points, std::span<const Source> sources, const Reach& reach);

  [[nodiscard]] bool is_for(Points points) const;
  bool operator==(const ReadPlan& other) const;
  [[nodiscard]] std::size_t hash() const;
  /// What is asked, a request each, in this order.
  [[nodiscard]] const std::vector<Span>& spans() const { return spans_; }
  /// How many of the spans hold all that goes first.
  [[nodiscard]] std::size_t first_spans() const { return first_spans_; }
  /// Whether these are the answers to all of the spans, and each tells its registers.
  [[nodiscard]] bool fits(std::span<const Heard> heard) const { return heard.size() == spans_.size() && begins_with(heard); }
  /// … to as many of the spans as there are.
  [[nodiscard]] bool begins_with(std::span<const Heard> heard) const;
  /// A reading a point. Requires that they fit.
  [[nodiscard]] std::vector<reading::Reading> readings(std::span<const Heard> heard, std::span<const Source> sources) const;
  /// Of what goes first, by the answers to the first spans.
  [[nodiscard]] std::vector<reading::Reading> first_readings(std::span<const Heard> heard, std::span<const Source> sources) const;

 private:
  struct Place {  // in the answer to a span
    std::uint16_t span, at;
    bool operator==(const Place&) const = default;
  };
  struct Cell {
    std::uint32_t point;
    Place value, exponent;
    std::uint16_t count, conversion;
    Layout layout;
    bool scaled;  // by the register at `exponent`
    bool plain;   // one word, times a factor
    bool operator==(const Cell&) const = default;
  };
  [[nodiscard]] Place place(const Span& part) const;
  [[nodiscard]] std::uint16_t conversion(const profile::Conversion& wanted);
  void read(const Cell& cell, std::span<const Heard> heard, std::span<const Source> sources, reading::Reading& out) const;
  void read_plain(const Cell& cell, const Exchange& told, reading::Reading& out) const;
  [[nodiscard]] reading::Reading reading(const Cell& cell, std::span<const Heard> heard, const Source& source) const;

  std::vector<std::uint32_t> points_;
  std::vector<Span> spans_;
  std::size_t first_spans_ = 0;
  std::vector<Cell> cells_;                             // by place in points_
  std::vector<profile::Conversion> conversions_;        // each kind once …
  std::vector<std::optional<profile::Linear>> linear_;  // … and beside it, where it is but this
};

/// The plans of a loop's units.
class ReadPlans : public drivers::Kinds<ReadPlan> {};

}  // namespace holdup::modbus
