#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "collector/cli/stored_past.hpp"

// Reads the store for rules that wait for what they look back at, on a thread of its own, and has the loop take it in: one slice, then the
// next, so that little is held and no turn is long. Used by `run`.
namespace holdup::cli {

class RulePast {
 public:
  using Take = std::function<void(core::Past)>;

  /// `take` is called on the loop.
  RulePast(boost::asio::io_context& loop, std::string store, Take take);
  ~RulePast() { stop(); }
  RulePast(const RulePast&) = delete;
  RulePast& operator=(const RulePast&) = delete;

  /// For these of the rules, instead of what was asked before. They go on in any case, if the store cannot be read without their past.
  void begin(std::shared_ptr<const rules::RuleSet> rules, std::vector<std::size_t> waiting);
  void stop();

 private:
  void read(const StoredPast::Asked& asked);
  void await_recording(const StoredPast::Asked& asked, store::Reader& reader) const;
  [[nodiscard]] bool hand(core::Past past, const StoredPast::Asked& asked);

  boost::asio::io_context& loop_;
  std::string store_;
  Take take_;
  ground::Utc start_;
  std::atomic<std::uint64_t> asked_ = 0;  // how often: what was asked before is over
  boost::asio::thread_pool thread_{1};
};

}  // namespace holdup::cli
