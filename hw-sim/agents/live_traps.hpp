#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ground/problem.hpp"
#include "hw-sim/agents/line.hpp"
#include "hw-sim/agents/live_values.hpp"
#include "hw-sim/agents/notification.hpp"

// What a simulated device says by itself: its model's trap rules, watched against what it measures. It speaks of changes only; how things
// stood when the simulator began is no news.
namespace hwsim::agents {

class LiveTraps {
 public:
  /// Rules about quantities that this device does not have are left out; a broken OID or text is a problem under `file`.
  LiveTraps(const DeviceTable& table, LiveDevice device, const std::string& file, ground::Problems& problems);

  /// What came to be said since the last call; nothing while the device is not up.
  [[nodiscard]] std::vector<Notification> due(const Moment& moment);

 private:
  struct Watched {
    Oid oid;
    bool at_boot = false;
    std::size_t place = 0;  // in the snapshot
    std::optional<double> below, above;
    std::vector<LiveObject> varbinds;
    bool held = false;

    [[nodiscard]] bool holds(const power::Snapshot& snapshot) const;
  };
  void add(const TrapRule& rule, const Row& row, const std::string& file, ground::Problems& problems);
  [[nodiscard]] Notification said(const Watched& watched) const;

  LiveDevice device_;
  std::vector<Watched> watched_;
  std::uint32_t restarts_ = 0;
};

}  // namespace hwsim::agents
