#pragma once

#include <optional>
#include <string>
#include <vector>

#include "collector/rules/labels.hpp"
#include "ground/instant.hpp"
#include "tests/differential/choices.hpp"

// Samples as no well-behaved device tells them: gaps, ends, counter resets, NaN and infinities, late ones, births, deaths and reloads; all
// on a grid of 100 ms.
namespace holdup::differential {

inline constexpr ground::Duration grid = std::chrono::milliseconds{100};

struct LoggedSample {
  std::size_t series = 0;
  std::optional<double> value;  // nothing: a stale marker
};
/// What arrives at one multiple of the grid.
struct Slot {
  std::vector<LoggedSample> on_time;
  std::vector<LoggedSample> late;  // of three grid steps ago, after those
  std::vector<std::size_t> forgotten;
  bool reloads = false;  // the rules are, just after the step before
};

struct SampleLog {
  std::vector<rules::Labels> series;
  std::vector<Slot> slots;
};

/// `tame`: nothing late, forgotten or reloaded, which promtool's files cannot say, and no values that make much of a rounding.
[[nodiscard]] SampleLog write_log(Choices& choices, std::size_t slots, bool tame);

}  // namespace holdup::differential
