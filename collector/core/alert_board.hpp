#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ground/instant.hpp"

// What every receiver should be told now: the alerts that fire and those that ended a while ago, and per target what it has been told.
// Wire facts (resend, endsAt, batches) are Alertmanager's API v2. Pure; the core owns it, deliver performs its posts.
namespace holdup::core {

using ground::Duration;
using ground::Instant;

using Labels = std::vector<std::pair<std::string, std::string>>;

struct Alert {
  Labels labels;  // identity, sorted by name
  Labels annotations;
  ground::Utc starts{};
  std::string generator;  // URL of the page that shows it
};

/// One body for one target; the host answers with delivered() under the same token.
struct Post {
  std::size_t target = 0;
  std::uint64_t token = 0;
  std::string body;  // JSON array, as POST /api/v2/alerts takes it
};

class AlertBoard {
 public:
  explicit AlertBoard(std::size_t targets) : told_(targets) {}

  /// Fires, or renews the annotations of what fires under the same labels; nothing when it says the same. Dropped and counted above 10,000
  /// alerts.
  void fire(Alert alert);
  void resolve(const Labels& labels, Instant now, ground::Utc ends);
  /// Posts that are due; at most one under way a target.
  [[nodiscard]] std::vector<Post> due(Instant now, Duration utc_offset);
  void delivered(std::size_t target, std::uint64_t token, bool accepted, Instant now);
  [[nodiscard]] std::optional<Instant> next_due() const;
  /// The targets changed: all are told everything anew.
  void retarget(std::size_t targets) { told_.assign(targets, {}); }

  struct Entry {
    Alert alert;
    std::optional<ground::Utc> ends;  // set once resolved
    Instant resolved_at{};
    std::uint64_t version = 0;  // counts changes
  };
  [[nodiscard]] const std::map<std::string, Entry>& entries() const { return entries_; }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  struct Target {
    std::uint64_t told = 0, carried = 0;  // the newest version accepted, and of the post under way: whatever is older was, too
    std::uint64_t in_flight = 0;          // token; 0: none
    Instant not_before{};                 // back-off
    Instant resend_at{};
    unsigned failures = 0;
  };

  [[nodiscard]] bool has_news(const Target& target) const { return target.told < newest(); }
  [[nodiscard]] std::uint64_t newest() const { return by_version_.empty() ? 0 : by_version_.rbegin()->first; }
  void renew(Entry& entry);
  [[nodiscard]] std::string write_news(Target& target, ground::Utc now) const;
  void forget_old(Instant now);

  std::map<std::string, Entry> entries_;              // by labels text
  std::map<std::uint64_t, const Entry*> by_version_;  // oldest news first
  std::vector<Target> told_;
  std::vector<Alert> replaced_;  // freed when nobody waits
  std::uint64_t tokens_ = 0, versions_ = 0, dropped_ = 0;
};

}  // namespace holdup::core
