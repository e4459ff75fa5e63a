#pragma once

#include <array>

#include "collector/rules/function.hpp"
#include "collector/rules/stream/leaf.hpp"
#include "collector/rules/stream/rolling.hpp"
#include "collector/rules/stream/timers.hpp"
#include "collector/rules/stream/window_rest.hpp"

// A function of the samples in a window, `rate(x[5m])` or `max_over_time(x[1h] offset 1d)`, and an instant selector with an offset, which
// is the newest of a window as long as the lookback. A series is looked at again when a sample of it comes into its window or leaves it;
// where the function drifts, each tick those that do. What can be counted as samples come and go is; the rest is reckoned from the window
// anew.
namespace holdup::rules::stream {

class WindowOf : public Leaf {
 public:
  struct Reckoning {
    OverTime reckon = nullptr;  // nullptr: the newest, if that is no stale marker
    std::array<double, 2> parameters{};
    bool drifts = false;
    bool keeps_name = false;
  };
  /// A `length` of 0 is the lookback.
  WindowOf(std::uint32_t rule, ground::Duration length, ground::Duration offset, Reckoning reckoning)
      : Leaf{rule}, length_{length}, offset_{offset}, reckoning_{reckoning}, kept_{kept_for(reckoning.reckon, length)} {}

  void born(std::size_t slot, Series& series) override;
  void update(const Setting& setting) override;
  [[nodiscard]] ground::Instant due() const override { return std::min({timers_.due(), next_tick_, goes_on_}); }
  [[nodiscard]] bool is_ready() const override { return is_ready_; }
  [[nodiscard]] std::size_t coming_work(ground::Instant at) const override;

 private:
  void fetch(std::uint32_t cell) const override {
    fetch_line(&bound_[cell]), fetch_line(&cells()[cell]);
    if (Rolling::keeps_moments(kept_)) stream::fetch(&moments_[cell], sizeof(Moments));
  }
  void fetch_more(std::uint32_t cell) const override { bound_[cell].rolling.fetch_oldest(*bound_[cell].series->ring); }
  /// `window`: all but its samples.
  void refresh(std::uint32_t cell, const Window& window, ground::Duration length);
  [[nodiscard]] std::optional<double> counted(std::uint32_t cell, const Window& window);
  /// `same_until`: set where the value drifts from then on only.
  [[nodiscard]] std::optional<double> reckon(const Ring& ring, const Rolling& rolling, Window window, ground::Instant& same_until);
  [[nodiscard]] std::optional<double> extrapolated(const Rolling& rolling, const Window& window, ground::Instant& same_until) const;
  void drift(std::uint32_t cell, ground::Instant from);
  [[nodiscard]] ground::Instant next_drift() const;
  [[nodiscard]] static Rolling::Kept kept_for(OverTime reckon, ground::Duration length);

  struct alignas(64) Bound {
    [[no_unique_address]] Rolling rolling;
    std::uint32_t consumer;
    Series* series;
  };
  static_assert(sizeof(Bound) == 64, "what a sample needs of it lies in one line of the processor's caches");
  Paged<Bound> bound_;      // by cell
  Paged<Moments> moments_;  // by cell, where they are kept
  ground::Duration length_, offset_;
  Reckoning reckoning_;
  Rolling::Kept kept_;
  Rolling::Advance advance_ = Rolling::advance_for(kept_);
  WindowRest rest_;
  Paged<ground::Instant> drifts_from_;  // by cell, where anything drifts; max(): it has no value
  std::size_t drifting_ = 0;            // that have one
  std::vector<Point> scratch_;
  std::size_t swept_ = 0;  // cells that this tick has looked at
  bool is_sweeping_ = false;
  bool is_ready_ = false;
  ground::Instant goes_on_ = ground::Instant::max();
  ground::Instant next_tick_ = ground::Instant::max();
  Timers timers_;
};

}  // namespace holdup::rules::stream
