#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collector/core/effects.hpp"
#include "collector/serve/update.hpp"
#include "collector/site/site.hpp"
#include "store/record/event.hpp"
#include "store/record/series.hpp"

// The bounded queue between the loop (and the store thread) and the serve thread. Putting never waits longer than a copy; when the serve
// thread lags, the oldest samples go and are counted, events never. Used by Server.
namespace holdup::serve {

/// All that was put since the last take(), in the order in which the mirror applies it.
struct News {
  std::optional<site::Site> site;
  std::vector<core::Known> known;
  std::vector<core::Rhythm> rhythms;
  std::vector<std::pair<record::SeriesId, record::Series>> born;  // by batches whose samples were dropped
  std::deque<record::Batch> former_batches;                       // of before the site
  std::deque<record::Batch> batches;
  std::vector<record::Event> restored;  // the past, from the store
  bool restored_all = false;            // the last slice was among them
  std::vector<record::Event> events;    // as said, and again with `durable` once committed
  std::vector<core::Warning> warnings;
  std::shared_ptr<const rules::RuleSet> rules;  // the newest; of alerts that stood before nothing is told any more
  std::vector<core::RuleAlert> rule_alerts;
  std::optional<OwnFigures> figures;
  std::optional<std::string> store_trouble;  // empty: none any more
  std::uint64_t dropped_samples = 0;         // since the last take()
};

class Inbox {
 public:
  static constexpr std::size_t most_samples = 400'000;  // waiting; two full polls of the largest site
  static constexpr std::size_t few_samples = 4096;

  explicit Inbox(std::size_t samples_bound = most_samples) : bound_{samples_bound} {}

  // Each is true when the receiver must be woken and was not since its last take(). A few samples and rhythms can wait until it is asked
  // for them, or until the loop's figures come: to wake it at each device's answer takes as long as the rest of the answer's way.
  [[nodiscard]] bool put(Update update);
  [[nodiscard]] bool put_acknowledged(std::vector<record::Event> events);
  [[nodiscard]] bool put(core::Restored slice);
  [[nodiscard]] bool put(site::Site site);
  [[nodiscard]] bool put_store_trouble(std::string reason);

  [[nodiscard]] News take();

 private:
  void drop_oldest();
  [[nodiscard]] bool wakes() { return !std::exchange(woken_, true); }

  std::mutex mutex_;
  std::size_t bound_;
  News news_;
  std::size_t waiting_samples_ = 0;
  bool woken_ = false;
};

}  // namespace holdup::serve
