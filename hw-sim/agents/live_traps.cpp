#include "hw-sim/agents/live_traps.hpp"

#include <utility>

namespace hwsim::agents {

LiveTraps::LiveTraps(const DeviceTable& table, LiveDevice device, const std::string& file, ground::Problems& problems)
    : device_{std::move(device)} {
  for (const TrapRule& rule : table.traps)
    for (const auto& row : rows_of(device_.read(), rule.each)) add(rule, row, file, problems);
}

std::vector<Notification> LiveTraps::due(const Moment& moment) {
  std::vector<Notification> out;
  if (!moment.up) return out;
  const bool started = std::exchange(restarts_, moment.restarts) != moment.restarts;
  for (auto& watched : watched_) {
    const bool holds = watched.holds(device_.read());
    const bool begins = watched.at_boot ? started : holds && !watched.held;
    watched.held = holds;
    if (begins) out.push_back(said(watched));
  }
  return out;
}

bool LiveTraps::Watched::holds(const power::Snapshot& snapshot) const {
  if (at_boot) return false;
  const double value = snapshot.values[place].value;
  return below ? value < *below : value >= *above;
}

void LiveTraps::add(const TrapRule& rule, const Row& row, const std::string& file, ground::Problems& problems) {
  const auto wrong = [&](const std::string& oid) {
    problems.add({.file = file, .key = "traps", .what = oid + ": its OID or text does not fit its type", .mend = "mend the rule"});
  };
  const auto oid = parse_oid(rule.oid);
  if (!oid) return wrong(rule.oid);
  Watched watched{.oid = *oid, .at_boot = rule.at_boot, .below = rule.below, .above = rule.above};
  if (rule.measure) {
    const auto place = place_of(device_.read(), *rule.measure, row);
    if (!place) return;
    watched.place = *place;
  }
  for (const auto& varbind : rule.varbinds) {
    if (varbind.measure && !place_of(device_.read(), *varbind.measure, row)) continue;
    auto object = bound(varbind, device_, row);
    if (!object) return wrong(varbind.oid);
    watched.varbinds.push_back(*std::move(object));
  }
  watched.held = watched.holds(device_.read());
  watched_.push_back(std::move(watched));
}

Notification LiveTraps::said(const Watched& watched) const {
  Notification out{.oid = watched.oid};
  for (const auto& varbind : watched.varbinds) out.varbinds.push_back({varbind.oid, varbind.value(device_.read())});
  return out;
}

}  // namespace hwsim::agents
