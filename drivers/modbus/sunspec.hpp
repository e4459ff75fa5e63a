#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "drivers/modbus/spans.hpp"
#include "drivers/profile/profile.hpp"

// The chain of models by which a SunSpec device says what it has and where: walked once, when the device is identified. Pure. Used by
// Device. Source: SunSpec Device Information Model Specification 1.2, 6.
namespace holdup::modbus {

/// The two registers at which a chain begins: "SunS".
[[nodiscard]] bool is_marker(std::span<const std::uint16_t> words);

/// One model in a chain: `length` registers behind those of its number and its length.
struct Model {
  std::uint16_t number = 0;
  std::uint16_t address = 0;  // of its number
  std::uint16_t length = 0;
  auto operator<=>(const Model&) const = default;
};

/// The walk: which two registers to read next, until the device names the end, cannot be read any further or says what cannot be.
class Chain {
 public:
  /// `marker`: the address of "SunS".
  explicit Chain(std::uint16_t marker) : at_{marker + 2u} {}
  /// Nothing when the walk is over.
  [[nodiscard]] std::optional<Span> next() const;
  /// What next() said to read; empty where the device refused.
  void take(std::span<const std::uint16_t> words);
  [[nodiscard]] const std::vector<Model>& models() const { return models_; }

 private:
  std::uint32_t at_;
  bool over_ = false;
  bool nudged_ = false;  // a register further than the last length says
  std::vector<Model> models_;
};

/// The profile with what it says of models turned into registers of its own, where the chain has them. A point that a model is too short
/// for is left out; of a second model of one kind the points' indices begin with "2-".
[[nodiscard]] profile::Profile laid_out(profile::Profile profile, std::span<const Model> chain);

}  // namespace holdup::modbus
