#include "tests/differential/sample_log.hpp"

#include <limits>

namespace holdup::differential {
namespace {

/// One series through time.
class Signal {
 public:
  Signal(Choices& choices, bool counter, bool tame, std::size_t slots)
      : choices_{choices},
        counter_{counter},
        tame_{tame},
        period_{1 + choices.below(8)},
        phase_{choices.below(8)},
        born_{choices.in_hundred(25) ? choices.below(slots) : 0},
        dies_{choices.in_hundred(25) ? choices.below(slots) : slots} {}

  [[nodiscard]] bool speaks(std::size_t slot) {
    if (slot < born_ || slot >= dies_ || slot % period_ != phase_ % period_) return false;
    if (silent_ > 0) return --silent_, false;
    if (choices_.in_hundred(4)) silent_ = choices_.below(30);
    return true;
  }

  [[nodiscard]] std::optional<double> next() {
    if (choices_.in_hundred(5)) return std::nullopt;
    if (counter_) {
      value_ = choices_.in_hundred(6) ? lowest() : value_ + static_cast<double>(choices_.below(5));
      return value_;
    }
    if (choices_.in_hundred(6)) return rare();
    if (choices_.in_hundred(50)) return value_;
    value_ =
        static_cast<double>(choices_.below(6)) * (choices_.in_hundred(30) ? (tame_ ? 0.25 : 0.1) : 1) - (choices_.in_hundred(10) ? 3 : 0);
    return value_;
  }

 private:
  /// Near 0 a counter is drawn out otherwise since Prometheus 3.
  [[nodiscard]] double lowest() const { return counter_ && tame_ ? 500 : 0; }
  [[nodiscard]] double rare() {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    constexpr double values[] = {std::numeric_limits<double>::quiet_NaN(), infinity, -infinity, 1e308, -0.0, 1e-300, 12345678.9};
    return values[choices_.below(tame_ ? 3 : std::size(values))];
  }

  Choices& choices_;
  bool counter_, tame_;
  std::size_t period_, phase_, born_, dies_;
  std::size_t silent_ = 0;
  double value_ = lowest();
};

std::vector<rules::Labels> some_series(Choices& choices) {
  std::vector<rules::Labels> out{rules::Labels{{{"__name__", "one"}}}};
  for (const char* name : {"a", "b", "c_total"})
    for (const char* x : {"1", "2", "3"})
      for (const char* y : {"a", "b"})
        if (choices.in_hundred(45)) out.emplace_back(std::vector<rules::Label>{{"__name__", name}, {"x", x}, {"y", y}});
  if (choices.in_hundred(30)) out.emplace_back(std::vector<rules::Label>{{"__name__", "a"}, {"x", "1"}, {"z", "q"}});
  for (const char* x : {"1", "2"})
    for (const char* le : {"1", "2", "+Inf"})
      if (choices.in_hundred(60)) out.emplace_back(std::vector<rules::Label>{{"__name__", "h_bucket"}, {"x", x}, {"le", le}});
  for (std::size_t i = out.size(); i > 1; --i) std::swap(out[i - 1], out[choices.below(i)]);
  return out;
}

}  // namespace

SampleLog write_log(Choices& choices, std::size_t slots, bool tame) {
  SampleLog out{.series = some_series(choices), .slots = std::vector<Slot>(slots)};
  std::vector<Signal> signals;
  for (const auto& labels : out.series)
    signals.emplace_back(choices, labels.get("__name__").find('_') != std::string_view::npos, tame, slots);
  for (std::size_t slot = 0; slot < slots; ++slot) {
    for (std::size_t series = 0; series < signals.size(); ++series) {
      if (!signals[series].speaks(slot)) continue;
      const bool late = !tame && choices.in_hundred(4);
      (late ? out.slots[slot].late : out.slots[slot].on_time).push_back({series, signals[series].next()});
    }
    out.slots[slot].reloads = !tame && slot > 0 && choices.in_hundred(1);
    if (!tame && choices.in_hundred(1)) out.slots[slot].forgotten.push_back(choices.below(out.series.size()));
  }
  return out;
}

}  // namespace holdup::differential
