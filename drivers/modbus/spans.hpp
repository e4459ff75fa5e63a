#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "drivers/modbus/mbap.hpp"

// Which registers one request fetches: neighbours are merged, so that a poll costs few round trips. Pure. Used by Device.
namespace holdup::modbus {

/// `count` registers (or bits) from `address` on, in the table that `function` reads.
struct Span {
  Function function = Function::holding_registers;
  std::uint16_t address = 0;
  std::uint16_t count = 0;
  auto operator<=>(const Span&) const = default;
  [[nodiscard]] std::uint32_t end() const { return std::uint32_t{address} + count; }
  [[nodiscard]] bool covers(const Span& inner) const {
    return function == inner.function && address <= inner.address && inner.end() <= end();
  }
};

/// The registers that may be read: what the profile names, joined where at most `gap` unnamed ones lie between. All others are out of
/// bounds.
[[nodiscard]] std::vector<Span> readable_ranges(std::vector<Span> named, std::uint16_t gap);

/// Covers each of `asked` by few spans, in order of table and address: a span stays within a readable range, is not longer than `limit`
/// registers (bits of tables 1 and 2: 16 × limit), and does not split one of `asked`.
[[nodiscard]] std::vector<Span> merged(std::vector<Span> asked, std::span<const Span> readable, std::uint16_t limit);

/// The readable ranges after the device refused `failed` as a whole, but told the `good` registers in it one by one.
[[nodiscard]] std::vector<Span> narrowed(const std::vector<Span>& readable, Span failed, std::vector<Span> good);

}  // namespace holdup::modbus
