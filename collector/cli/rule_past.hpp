#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "collector/cli/stored_past.hpp"

// Reads the store for rules that wait for what they look back at, on a thread of its own, and has the loop take it in: one slice, then the
// next, so that little is held and no turn is long. Used by `run`.
namespace holdup::cli {

class RulePast {
 public:
  using Take = std::function<void(core::Past)>;
  using Post = std::function<void(std::function<void()>)>;

  /// `post` has the loop call something, `take` is called there.
  RulePast(std::string store, Post post, Take take);
  ~RulePast() { stop(); }
  RulePast(const RulePast&) = delete;
  RulePast& operator=(const RulePast&) = delete;

  /// For these of the rules, instead of what was asked before. They go on in any case, if the store cannot be read without their past.
  void begin(std::shared_ptr<const rules::RuleSet> rules, std::vector<std::size_t> waiting);
  void stop();

 private:
  void work();
  void read(const StoredPast::Asked& asked);
  void await_recording(const StoredPast::Asked& asked, store::Reader& reader) const;
  [[nodiscard]] bool hand(core::Past past, const StoredPast::Asked& asked);

  std::string store_;
  Post post_;
  Take take_;
  ground::Utc start_;
  std::atomic<std::uint64_t> asked_ = 0;  // how often: what was asked before is over
  std::mutex mutex_;                      // of the next two
  std::optional<StoredPast::Asked> next_;
  bool stopping_ = false;
  std::condition_variable changed_;
  std::thread thread_;
};

}  // namespace holdup::cli
