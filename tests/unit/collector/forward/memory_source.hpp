#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "collector/forward/source.hpp"

// A store in memory for the tests of forwarding: a commit is what add() says at once.
namespace holdup::forward::test {

inline ground::Utc at_ms(std::int64_t ms) { return ground::Utc{std::chrono::milliseconds{ms}}; }
inline store::Point good(std::int64_t ms, double value) { return {.time = at_ms(ms), .value = value}; }
inline store::Point bad(std::int64_t ms, ground::Quality quality = ground::Quality::failed) {
  return {.time = at_ms(ms), .quality = quality};
}

class MemorySource final : public Source {
 public:
  using Commit = std::vector<store::Recorded>;

  std::int64_t name(record::Series series) {
    const std::lock_guard lock{mutex_};
    series_.push_back(std::move(series));
    return static_cast<std::int64_t>(series_.size());
  }
  std::int64_t name(const std::string& metric, const std::string& device = "pdu-a") {
    return name(record::Series{.name = metric, .labels = {{"device", device}, {"rack", "r12"}}});
  }
  void add(Commit commit) {
    const std::lock_guard lock{mutex_};
    commits_.push_back(std::move(commit));
  }
  void be_another_file() {
    const std::lock_guard lock{mutex_};
    ++file_, commits_.clear(), series_.clear(), cursors_.clear(), durable_.clear();
  }
  /// What was kept is on the disk now.
  void sync() {
    const std::lock_guard lock{mutex_};
    durable_ = cursors_;
  }
  /// … or is lost, as by a restart.
  void forget() {
    const std::lock_guard lock{mutex_};
    cursors_ = durable_;
  }
  std::int64_t kept(const std::string& target) {
    const std::lock_guard lock{mutex_};
    const auto found = cursors_.find("forward/" + target);
    return found == cursors_.end() ? -1 : found->second;
  }

  ground::Result<std::int64_t> last_recorded() override {
    const std::lock_guard lock{mutex_};
    if (broken) return ground::Failure{ground::FailureKind::machine, "no such disk"};
    return static_cast<std::int64_t>(commits_.size());
  }
  ground::Result<store::Slice> recorded(std::int64_t after_seq, std::size_t samples) override {
    const std::lock_guard lock{mutex_};
    ++reads;
    std::map<std::int64_t, std::vector<store::Point>> all;
    store::Slice slice{.to = std::max<std::int64_t>(after_seq, 0)};
    for (std::size_t count = 0; count < samples && slice.to < static_cast<std::int64_t>(commits_.size()); ++slice.to)
      for (const auto& one : commits_[static_cast<std::size_t>(slice.to)]) {
        count += one.points.size();
        auto& points = all[one.series];
        points.insert(points.end(), one.points.begin(), one.points.end());
      }
    for (auto& [row, points] : all) slice.recorded.push_back({.series = row, .points = std::move(points)});
    return slice;
  }
  ground::Result<record::Series> series_at(std::int64_t row) override {
    if (const auto once = std::exchange(before_naming, nullptr)) once();
    const std::lock_guard lock{mutex_};
    if (row < 1 || row > static_cast<std::int64_t>(series_.size())) return ground::Failure{ground::FailureKind::malformed, "no such row"};
    return series_[static_cast<std::size_t>(row - 1)];
  }
  ground::Result<std::vector<Lasting>> lasting(std::int64_t) override { return went_on; }
  ground::Result<std::optional<std::int64_t>> cursor(const std::string& name) override {
    const std::lock_guard lock{mutex_};
    const auto found = durable_.find(name);
    if (found == durable_.end()) return std::optional<std::int64_t>{};
    return std::optional{found->second};
  }
  void keep(const std::string& name, std::int64_t position) override {
    const std::lock_guard lock{mutex_};
    cursors_[name] = position;
    if (syncs) durable_[name] = position;
  }
  std::uint64_t file() override { return file_; }

  std::vector<Lasting> went_on;
  std::function<void()> before_naming;  // once
  bool syncs = true;                    // each cursor is durable at once
  std::atomic<bool> broken = false;
  std::atomic<int> reads = 0;

 private:
  std::mutex mutex_;
  std::vector<record::Series> series_;
  std::vector<Commit> commits_;
  std::map<std::string, std::int64_t> cursors_, durable_;
  std::atomic<std::uint64_t> file_ = 1;
};

}  // namespace holdup::forward::test
