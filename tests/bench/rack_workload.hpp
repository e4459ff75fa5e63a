#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

// What a rack measures, second by second: the reference workload of bench-store, the same samples for every seed wherever it runs. By
// default 1000 series of 40 devices, each polled once a second; every value is a decimal that a device would report.
namespace holdup::bench {

struct RackOptions {
  std::size_t series = 1000;
  std::size_t devices = 40;  // series i is measured by device i % devices
  std::uint64_t seed = 42;
  std::int64_t begin_ms = 1'767'225'600'000;  // 2026-01-01T00:00:00Z
  bool irregular = false;                     // replies up to 5 ms early or late, one of 200 missed
  bool two_scales = false;                    // whole volts in the first hour, amperes from 3 up with a digit less
  bool finer_volts = false;                   // volts with a digit more from the second hour on, which holds more to tell
  bool wrapping = false;                      // counters of 16 and of 32 bits, near their end
  bool floats = false;                        // by way of a device's 32-bit floats
};

enum class RackKind : std::uint8_t { voltage, current, power, energy, temperature, state };

[[nodiscard]] constexpr std::string_view metric_of(RackKind kind) {
  constexpr std::string_view names[] = {"rack_voltage_volts",           "rack_current_amperes",     "rack_power_watts",
                                        "rack_energy_watt_hours_total", "rack_temperature_celsius", "rack_outlet_state"};
  return names[static_cast<std::size_t>(kind)];
}

/// SplitMix64, so that the numbers are the same with every standard library.
class RackChance {
 public:
  explicit RackChance(std::uint64_t state) : state_{state} {}
  std::uint64_t bits() {
    auto z = (state_ += 0x9E37'79B9'7F4A'7C15U);
    z = (z ^ (z >> 30U)) * 0xBF58'476D'1CE4'E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D0'49BB'1331'11EBU;
    return z ^ (z >> 31U);
  }
  double unit() { return static_cast<double>(bits() >> 11U) * 0x1p-53; }
  double normal() {
    const double radius = unit();
    const double angle = unit();
    return std::sqrt(-2 * std::log(radius + 1e-300)) * std::cos(6.283185307179586 * angle);
  }

 private:
  std::uint64_t state_;
};

/// One series: each next() is its value a second later, as an integer in units of 10^-decimals().
class RackSeries {
 public:
  RackSeries(const RackOptions& options, std::size_t index)
      : options_{options}, chance_{options.seed * 1'000'003 + index}, kind_{kind_of(index * slots / options.series)} {
    for (int i = 0; i < 4; ++i) chance_.bits();
    begin();
    bits_ = index % 2 == 0 ? 16 : 32;
    if (options.wrapping) start_ = static_cast<std::int64_t>(level_);
  }
  [[nodiscard]] RackKind kind() const { return kind_; }
  [[nodiscard]] int decimals() const {
    if (kind_ == RackKind::voltage) return options_.finer_volts ? 2 : 1;
    if (kind_ == RackKind::current) return 2;
    return kind_ == RackKind::temperature ? 1 : 0;
  }
  std::int64_t next() {
    auto value = step();
    ++second_;
    if (options_.finer_volts && kind_ == RackKind::voltage) return second_ > 3600 ? std::llround(100 * fine_) : 10 * value;
    if (options_.two_scales) value = in_two_scales(value);
    if (options_.wrapping && kind_ == RackKind::energy) return wrapped(value);
    return value;
  }

 private:
  static constexpr std::size_t slots = 20;  // a fifth volts, a quarter amperes, a fifth watts, 15 % energy, the rest in halves

  static RackKind kind_of(std::size_t slot) {
    constexpr std::size_t ends[] = {4, 9, 13, 16, 18, slots};
    return static_cast<RackKind>(std::ranges::upper_bound(ends, slot) - std::begin(ends));
  }

  void begin() {
    switch (kind_) {
      case RackKind::voltage:
        level_ = 230 + chance_.normal();
        break;
      case RackKind::current:
        load_ = 0.3 + 5.7 * chance_.unit();
        break;
      case RackKind::power:
        load_ = 60 + 1300 * chance_.unit();
        break;
      case RackKind::energy:
        load_ = 60 + 1300 * chance_.unit();
        level_ = 1e6 * chance_.unit() * 50;
        break;
      case RackKind::temperature:
        level_ = 24 + 6 * chance_.unit();
        break;
      case RackKind::state:
        level_ = chance_.unit() < 0.85 ? 1 : 0;
        break;
    }
  }

  /// A load that is switched every five minutes or so, and wanders a little between.
  double load(double least, double most) {
    if (chance_.unit() < 1.0 / 300) load_ = std::min(most, std::max(least, load_ * (1 + 0.2 * chance_.normal())));
    wander_ = 0.9 * wander_ + 0.004 * load_ * chance_.normal();
    return load_ + wander_;
  }

  std::int64_t step() {
    fine_ = 0;
    switch (kind_) {
      case RackKind::voltage:
        level_ += 0.01 * (230 - level_) + 0.12 * chance_.normal();
        fine_ = level_ + 0.03 * chance_.normal();
        return std::llround(10 * fine_);
      case RackKind::current:
        return std::llround(100 * load(0.1, 12));
      case RackKind::power:
        return std::llround(load(20, 2500));
      case RackKind::energy:
        level_ += load_ * (1 + 0.02 * chance_.normal()) / 3600;
        return static_cast<std::int64_t>(level_);
      case RackKind::temperature:
        level_ += 0.001 * (25 - level_) + 0.01 * chance_.normal();
        return std::llround(10 * (level_ + 0.015 * chance_.normal()));
      case RackKind::state:
        if (chance_.unit() < 1e-5) level_ = 1 - level_;
        return std::llround(level_);
    }
    return 0;
  }

  [[nodiscard]] std::int64_t in_two_scales(std::int64_t value) const {
    if (kind_ == RackKind::voltage && second_ <= 3600) return (value + 5) / 10 * 10;
    if (kind_ == RackKind::current && value >= 300) return (value + 5) / 10 * 10;
    return value;
  }
  [[nodiscard]] std::int64_t wrapped(std::int64_t value) const {
    const std::int64_t end = std::int64_t{1} << bits_;
    return (end - 1000 + (value - start_)) % end;  // full within hours
  }

  RackOptions options_;
  RackChance chance_;
  RackKind kind_;
  double level_ = 0, load_ = 0, wander_ = 0, fine_ = 0;
  std::int64_t start_ = 0, second_ = 0;
  int bits_ = 32;
};

class RackWorkload {
 public:
  explicit RackWorkload(const RackOptions& options = {}) : options_{options}, polls_{options.seed ^ 0x9011U} {
    series_.reserve(options.series);
    for (std::size_t i = 0; i < options.series; ++i) series_.emplace_back(options, i);
    integers_.resize(options.series);
    replies_.resize(options.devices);
  }
  [[nodiscard]] std::size_t series() const { return series_.size(); }
  [[nodiscard]] std::size_t devices() const { return options_.devices; }
  [[nodiscard]] std::size_t device_of(std::size_t series) const { return series % options_.devices; }
  [[nodiscard]] RackKind kind(std::size_t series) const { return series_[series].kind(); }

  /// The next second.
  void step() {
    for (std::size_t i = 0; i < series_.size(); ++i) integers_[i] = series_[i].next();
    const auto second = options_.begin_ms + 1000 * seconds_++;
    for (auto& reply : replies_) {
      reply = second;
      if (!options_.irregular) continue;
      if (polls_.unit() < 0.005)
        reply.reset();
      else
        *reply += static_cast<std::int64_t>(polls_.unit() * 11) - 5;
    }
  }
  /// Of the second just made: the value in units of 10^-decimals, and as the device reports it.
  [[nodiscard]] std::int64_t integer(std::size_t series) const { return integers_[series]; }
  [[nodiscard]] double value(std::size_t series) const {
    constexpr double scales[] = {1, 10, 100};
    const double value = static_cast<double>(integers_[series]) / scales[series_[series].decimals()];
    return options_.floats ? static_cast<double>(static_cast<float>(value)) : value;
  }
  /// When the device answered, UTC; nothing where the poll was missed.
  [[nodiscard]] std::optional<std::int64_t> reply_ms(std::size_t device) const { return replies_[device]; }

 private:
  RackOptions options_;
  RackChance polls_;
  std::vector<RackSeries> series_;
  std::vector<std::int64_t> integers_;
  std::vector<std::optional<std::int64_t>> replies_;
  std::int64_t seconds_ = 0;
};

}  // namespace holdup::bench
