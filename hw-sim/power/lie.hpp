#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hw-sim/power/snapshot.hpp"

// What is wrong with single registers of a device while the rest of it is right. Agent applies it to what it measured.
namespace hwsim::power {

enum class LieKind : std::uint8_t {
  frozen,    // stays as it was last refreshed
  zeros,     // reads 0
  reversed,  // a current transformer the wrong way round: power below 0
  scaled,    // a meter's scale is wrong, or transformers are swapped: so many times what it is
};

struct Lie {
  LieKind kind = LieKind::frozen;
  std::optional<Quantity> quantity = {};  // nothing: each power, and for `scaled` each current too
  std::string index = {};                 // empty: each of that quantity
  double ratio = 1;                       // of `scaled`

  [[nodiscard]] bool concerns(const Measurement& measurement) const;
  /// What stands in the register, where `was` stood and `truth` would.
  [[nodiscard]] double told(double was, double truth) const;
};

}  // namespace hwsim::power
