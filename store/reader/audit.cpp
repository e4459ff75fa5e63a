#include <algorithm>

#include "store/reader/session.hpp"

// Reader: who did what, and whether the chain of it holds.
namespace holdup::store {

const char* const audit_sql = "SELECT seq, utc_ns, boot, mono_ns, actor, action, json, hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ?";

StoredAudit audit_of(Use& row) {
  return {.seq = row.integer(0),
          .record = {.time = ground::Utc{ground::Duration{row.integer(1)}},
                     .boot = row.text(2),
                     .at = ground::Instant{ground::Duration{row.integer(3)}},
                     .actor = row.text(4),
                     .action = row.text(5),
                     .json = row.text(6)}};
}

std::optional<Flaw> follows(Use& row, std::int64_t last, Hash& hash) {
  const auto stored = audit_of(row);
  const auto where = "audit record " + std::to_string(stored.seq);
  const auto wanted = chained(hash, stored.seq, stored.record);
  const auto said = row.bytes(7);
  const bool fits = std::equal(said.begin(), said.end(), wanted.begin(), wanted.end());
  if (said.size() == hash.size()) std::copy(said.begin(), said.end(), hash.begin());
  if (stored.seq != last + 1) return Flaw{where, "record " + std::to_string(last + 1) + ", which was before it, is missing"};
  if (!fits) return Flaw{where, "its hash does not follow from the record before it: one of the two was changed"};
  return std::nullopt;
}

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
    Hash hash{};
    for (std::int64_t last = 0, count = slice; count == slice;) {
      Use find{*session_, audit_sql, last, slice};
      for (count = 0; find.step(); ++count) {
        if (auto broken = follows(find, last, hash)) return broken;
        last = find.integer(0);
      }
    }
    return std::nullopt;
  });
}

}  // namespace holdup::store
