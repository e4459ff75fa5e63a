#pragma once

#include <optional>

#include "collector/derive/carried.hpp"

// How much longer a supply holds up than its transfer switch takes, after the worst loss of one partner: an estimate from data sheets,
// whose guarantees are of new supplies. Pure.
namespace holdup::derive {

class Margin {
 public:
  Margin(const site::Site& site, const Ways& ways, const Carried& carried) : site_{site}, ways_{ways}, carried_{carried} {}

  /// Seconds; nothing where its watts are not known or beyond what its sheet prints, or its transfer switch prints no time.
  [[nodiscard]] std::optional<double> of(Index supply) const;

 private:
  [[nodiscard]] std::optional<double> watts_after(Index supply) const;

  const site::Site& site_;
  const Ways& ways_;
  const Carried& carried_;
};

}  // namespace holdup::derive
