#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "rack_workload.hpp"
#include "store/record/series.hpp"

// The reference workload as poll replies, the way the daemon appends them: a batch a device and second, each series declared before its
// first sample.
namespace holdup::bench {

class RackFeed {
 public:
  explicit RackFeed(const RackOptions& options = {}) : rack_{options}, declared_(options.devices), time_{options.begin_ms} {}

  [[nodiscard]] static std::string device_name(std::size_t device) { return "pdu-" + std::to_string(100 + device).substr(1); }
  [[nodiscard]] record::Series identity(std::size_t series) const {
    return {std::string{metric_of(rack_.kind(series))},
            {{"device", device_name(rack_.device_of(series))}, {"index", std::to_string(series / rack_.devices())}}};
  }

  /// The replies of the next second.
  [[nodiscard]] std::vector<record::Batch> second() {
    rack_.step();
    std::vector<record::Batch> out;
    for (std::size_t device = 0; device < rack_.devices(); ++device) {
      const auto reply = rack_.reply_ms(device);
      if (!reply) continue;
      const std::chrono::milliseconds at{*reply};
      record::Batch batch{.at = ground::Instant{at - started}, .time = ground::Utc{at}};
      for (std::size_t series = device; series < rack_.series(); series += rack_.devices()) {
        const auto id = static_cast<record::SeriesId>(series);
        if (!declared_[device]) batch.born.emplace_back(id, identity(series));
        batch.samples.push_back({id, rack_.value(series), ground::Quality::good});
      }
      declared_[device] = true;
      samples_ += batch.samples.size();
      out.push_back(std::move(batch));
    }
    time_ += 1000;
    return out;
  }

  /// For another run of the store, which knows no series yet.
  void declare_again() { declared_.assign(declared_.size(), false); }

  [[nodiscard]] const RackWorkload& rack() const { return rack_; }
  [[nodiscard]] std::uint64_t samples() const { return samples_; }
  /// Where the next second begins.
  [[nodiscard]] std::int64_t time_ms() const { return time_; }

 private:
  static constexpr std::chrono::milliseconds started{1'767'000'000'000};  // UTC of the boot

  RackWorkload rack_;
  std::vector<bool> declared_;
  std::int64_t time_;
  std::uint64_t samples_ = 0;
};

}  // namespace holdup::bench
