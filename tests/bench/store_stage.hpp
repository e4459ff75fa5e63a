#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "folder.hpp"
#include "rack_feed.hpp"
#include "store/store.hpp"

// What the parts of bench-store share: a store that is written like the daemon's, and how to know when its housekeeping rests.
namespace holdup::bench {

using SteadyClock = std::chrono::steady_clock;

[[nodiscard]] inline double millis(SteadyClock::duration span) { return std::chrono::duration<double, std::milli>(span).count(); }

/// Seconds, of the program's own and of the kernel's work for it.
struct CpuTime {
  double user = 0, system = 0;
  [[nodiscard]] double all() const { return user + system; }
  CpuTime operator-(const CpuTime& other) const { return {user - other.user, system - other.system}; }
  CpuTime operator+(const CpuTime& other) const { return {user + other.user, system + other.system}; }
};
[[nodiscard]] CpuTime process_cpu();

/// Of so many, sorted here; `share` 0.5 is the median.
[[nodiscard]] double percentile(std::vector<double>& all, double share);

/// Hears what is durable, and when.
class StoreEar : public store::Listener {
 public:
  void durable(std::vector<record::Event> events) override;
  void degraded(bool is, const std::string& reason) override;
  void set_aside(const store::SetAside& damaged) override;
  /// Waits for the event; the moment it was told durable. Throws after a minute.
  [[nodiscard]] SteadyClock::time_point heard(const std::string& event_id);

 private:
  std::mutex mutex_;
  std::condition_variable told_;
  std::string newest_;
  SteadyClock::time_point at_{};
};

/// Keeps everything, unless told otherwise.
[[nodiscard]] store::Retention for_ever();

class BenchStore {
 public:
  explicit BenchStore(const std::string& path, const store::Retention& retention = for_ever());

  [[nodiscard]] store::Store& store() { return store_; }
  [[nodiscard]] StoreEar& ear() { return *ear_; }
  /// The next seconds of the feed, each durable before the next is appended; what making the samples took. In life a second
  /// lies between two commits, in which the store seals and merges; here a millisecond, unless told otherwise.
  CpuTime write(RackFeed& feed, int seconds, std::chrono::microseconds pause = std::chrono::milliseconds{1});

 private:
  std::unique_ptr<StoreEar> ear_;
  store::Store store_;
};

/// Waits until neither the file changes nor this process works: sealing, merging, retention are done.
void settle(const std::string& path);

/// A folder whose syncs cost nothing, for files that only have to be made.
[[nodiscard]] std::string memory_folder();

}  // namespace holdup::bench
