#pragma once

#include <optional>

#include "collector/rules/operate.hpp"

// A threshold behind arithmetic with a constant, as one before it: so a sample that cannot pass is held back where it arrives. Used by the
// builder.
namespace holdup::rules::stream {

/// Lets pass just those x for which `threshold` lets x op with pass, or with op x where the constant comes `first`: to the last bit.
/// Nothing where no single comparison does.
[[nodiscard]] std::optional<Threshold> threshold_before(Operator op, double with, bool first, const Threshold& threshold);

}  // namespace holdup::rules::stream
