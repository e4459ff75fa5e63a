#include <algorithm>

#include "store/chain.hpp"
#include "store/reader/session.hpp"

// Reader: who did what, and whether the chain of it holds.
namespace holdup::store {
namespace {

constexpr const char* audit_sql =
    "SELECT seq, utc_ns, boot, mono_ns, actor, action, json, hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ?";

StoredAudit audit_of(Use& row) {
  return {.seq = row.integer(0),
          .record = {.time = ground::Utc{ground::Duration{row.integer(1)}},
                     .boot = row.text(2),
                     .at = ground::Instant{ground::Duration{row.integer(3)}},
                     .actor = row.text(4),
                     .action = row.text(5),
                     .json = row.text(6)}};
}

}  // namespace

ground::Result<std::vector<StoredAudit>> Reader::audit(std::int64_t after_seq, std::size_t limit) {
  return guarded([&] {
    session_->expect_samples();
    Use find{*session_, audit_sql, after_seq, static_cast<std::int64_t>(limit)};
    std::vector<StoredAudit> out;
    while (find.step()) out.push_back(audit_of(find));
    return out;
  });
}

ground::Result<std::optional<Flaw>> Reader::verify_audit() {
  return guarded([&]() -> std::optional<Flaw> {
    session_->expect_samples();
    constexpr std::int64_t slice = 10'000;
    Hash before{};
    for (std::int64_t seq = 0;;) {
      Use find{*session_, audit_sql, seq, slice};
      std::int64_t count = 0;
      for (; find.step(); ++count) {
        const auto stored = audit_of(find);
        const auto where = "audit record " + std::to_string(stored.seq);
        if (stored.seq != seq + 1) return Flaw{where, "the record before it, " + std::to_string(seq + 1) + ", is missing"};
        before = chained(before, stored.seq, stored.record);
        const auto hash = find.bytes(7);
        if (!std::equal(hash.begin(), hash.end(), before.begin(), before.end()))
          return Flaw{where, "its hash does not follow from the record before it: one of them was changed"};
        seq = stored.seq;
      }
      if (count < slice) return std::nullopt;
    }
  });
}

}  // namespace holdup::store
