#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "collector/forward/figures.hpp"
#include "collector/forward/pump.hpp"
#include "collector/forward/source.hpp"
#include "collector/forward/target.hpp"

// The forward thread: reads what the store has recorded and sends it to every target by Prometheus' remote write. `run` makes one beside
// the store and asks it for its figures.
namespace holdup::forward {

/// On the forward thread, and while it is made on the caller's.
using Say = std::function<void(const Note&)>;

class Forwarder {
 public:
  /// Makes it before anything is recorded: a target that is new begins there.
  Forwarder(const std::vector<Target>& targets, std::unique_ptr<Source> source, Say say, Pump::Limits limits = {});
  /// Cuts off what is under way; it comes again with the next run.
  ~Forwarder();
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;

  /// From any thread.
  [[nodiscard]] std::vector<Figures> figures(ground::Utc now) const;

 private:
  class Running;
  std::unique_ptr<Running> running_;
};

}  // namespace holdup::forward
