#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

// When the polls of each device arrived; what follows another question within half a period belongs to the same poll. How late they came is
// judged against each device's own grid.
namespace holdup::bench {

class Arrivals {
 public:
  using Clock = std::chrono::steady_clock;

  Arrivals(std::size_t devices, Clock::duration period) : period_{period}, of_(devices) {}

  void note(std::size_t device, Clock::time_point at) {
    const std::lock_guard lock{guard_};
    auto& mine = of_[device];
    if (mine.empty() || at - mine.back() > period_ / 2) mine.push_back(at);
  }
  /// Milliseconds behind each device's grid, of those that arrived in between; the grid lies where the earliest of all arrivals puts it.
  [[nodiscard]] std::vector<double> lateness(std::size_t first, Clock::time_point from, Clock::time_point until) {
    const std::lock_guard lock{guard_};
    std::vector<double> out;
    for (std::size_t d = first; d < of_.size(); ++d) {
      std::vector<Clock::duration> all;
      for (const auto at : of_[d])
        if (at >= from) all.push_back(at - from);
      if (all.empty()) continue;
      const Clock::duration usual = usual_phase(all);
      Clock::duration earliest = period_;
      for (const auto at : all) earliest = std::min(earliest, behind(at, usual));
      for (const auto at : all)
        if (from + at < until) out.push_back(std::chrono::duration<double, std::milli>(behind(at, usual) - earliest).count());
    }
    return out;
  }

 private:
  /// Where between two slots of any grid most of them lie; a late one, also the first or the last, does not move it.
  [[nodiscard]] Clock::duration usual_phase(const std::vector<Clock::duration>& all) const {
    std::vector<Clock::duration> about;
    for (const auto at : all) about.push_back(behind(at, all[all.size() / 2]));
    const auto middle = about.begin() + static_cast<std::ptrdiff_t>(about.size() / 2);
    std::ranges::nth_element(about, middle);
    return all[all.size() / 2] + *middle;
  }
  /// Against the grid through `anchor`: what lies more than a quarter of a period before a slot is late for the one before.
  [[nodiscard]] Clock::duration behind(Clock::duration at, Clock::duration anchor) const {
    const auto slots = std::floor(static_cast<double>((at - anchor).count()) / static_cast<double>(period_.count()) + 0.25);
    return at - anchor - static_cast<std::int64_t>(slots) * period_;
  }

  Clock::duration period_;
  std::vector<std::vector<Clock::time_point>> of_;
  std::mutex guard_;
};

}  // namespace holdup::bench
