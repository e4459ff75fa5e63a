#include "collector/detect/refresh.hpp"

#include <algorithm>

namespace holdup::detect {
namespace {

using ground::Duration;

using namespace std::chrono_literals;

constexpr int coarser = 8;          // times the gap of the polls: on a finer grid too much would lie by chance
constexpr Duration longest = 2min;  // no card is known that caches longer: what changes so seldom is the load itself

/// True when the spacing is a whole number of periods, give or take what the polls could not see.
bool on_grid(Duration spacing, Duration period, Duration blind) {
  const auto rest = spacing % period;
  return std::min(rest, period - rest) <= blind;
}

}  // namespace

void Refresh::saw(double value, ground::Instant asked) {
  const auto step = asked - asked_;
  if (value_) gap_ = std::max(gap_, step);
  if (value_ && *value_ != value) {
    if (timed_) {
      spacings_[count_++ % enough] = {asked - changed_, gap_};
      at_most_ = std::min(at_most_, asked - changed_ + 2 * gap_);
      if (count_ >= enough) learn();
    }
    timed_ = true;
    changed_ = asked;
    gap_ = step;
  }
  value_ = value;
  asked_ = asked;
}

// The shortest spacing is the period, or a multiple of it that is longer than the truth and therefore safe.
void Refresh::learn() {
  const auto keeps_up = [](const Spacing& s) { return 2 * s.length <= 3 * s.gap; };
  if (std::all_of(spacings_.begin(), spacings_.end(), keeps_up)) return learned_.reset();  // another value at every poll
  Duration shortest = Duration::max(), blind{};
  for (const Spacing& spacing : spacings_) shortest = std::min(shortest, spacing.length), blind = std::max(blind, spacing.gap);
  if (shortest < coarser * blind || shortest > longest) return;
  const auto on_its_grid = [&](const Spacing& s) { return on_grid(s.length, shortest, blind); };
  if (std::all_of(spacings_.begin(), spacings_.end(), on_its_grid)) learned_ = shortest;
}

}  // namespace holdup::detect
