#pragma once

#include <cstdint>

#include "collector/rules/stream/leaf.hpp"
#include "collector/rules/stream/timers.hpp"

// An instant selector: the newest value of each series until a stale marker ends it or the lookback is over. With a threshold, those that
// pass it: what a threshold holds back before and after costs a comparison where the sample arrives.
namespace holdup::rules::stream {

class Newest : public Leaf {
 public:
  enum class Yields : std::uint8_t { value, time };
  Newest(std::uint32_t rule, Yields yields) : Leaf{rule}, yields_{yields} {}

  void born(std::size_t slot, Series& series) override;
  void update(const Setting& setting) override;
  [[nodiscard]] ground::Instant due() const override { return timers_.due(); }

  /// The stage, where its elements may doze: it is of this kind, yields values, and holds none back.
  [[nodiscard]] static Newest* dozer(Stage& stage) {
    auto* const newest = dynamic_cast<Newest*>(&stage);
    return newest != nullptr && !newest->threshold() && newest->yields_ == Yields::value ? newest : nullptr;
  }
  /// Its reader does without the samples of that element that the guard, which watches `unless`, holds back: its value stays as it was,
  /// until another sample, its end, or its reader wakes it.
  void doze(std::uint32_t cell, const Guard& guard) { consumer(cell).guard = guard, some_doze_ = true; }
  /// Within the update of its reader, which finds it among the changed where it is another.
  void wake(std::uint32_t cell, const Setting& setting) {
    if (dozes(cell)) consumer(cell).guard = {}, refresh(cell, setting);
  }

 private:
  struct Bound {
    Series* series;
    std::uint32_t consumer;
  };
  void fetch(std::uint32_t cell) const override { fetch_line(&bound_[cell]), fetch_line(&cells()[cell]); }
  void refresh(std::uint32_t cell, const Setting& setting);
  [[nodiscard]] Consumer& consumer(std::uint32_t cell) { return bound_[cell].series->consumer(bound_[cell].consumer); }
  [[nodiscard]] bool dozes(std::uint32_t cell) { return some_doze_ && consumer(cell).guard.watches == Guard::Watches::unless; }
  [[nodiscard]] static bool lives(const Series& series, const Setting& setting) {
    return series.heard && !is_stale(series.last.value) && until(series, setting) > setting.at;
  }
  [[nodiscard]] static ground::Instant until(const Series& series, const Setting& setting) {
    return ground::shifted(series.last.at, setting.lookback);
  }
  /// Of those that yield nothing.
  [[nodiscard]] Guard guard() const {
    if (!threshold() || yields_ == Yields::time) return {};
    return {.bound = threshold()->bound, .op = threshold()->op, .watches = Guard::Watches::values};
  }

  Paged<Bound> bound_;  // by cell
  Yields yields_;
  Timers timers_;
  Paged<std::uint32_t> due_;  // cells, of this update
  bool some_doze_ = false;    // or did
};

}  // namespace holdup::rules::stream
