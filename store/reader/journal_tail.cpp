#include "store/reader/journal_tail.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "store/reader/chunks.hpp"
#include "store/reader/session.hpp"

namespace holdup::store {
namespace {

constexpr std::size_t most_kept_samples = 2'000'000;  // some 40 MB

std::size_t samples_in(const std::vector<codec::JournalBatch>& batches) {
  std::size_t count = 0;
  for (const auto& batch : batches) count += batch.values.size();
  return count;
}

/// A reader may begin at this row. Columns: seq, body.
bool begins(Use& row) {
  const auto key = codec::JournalReader::is_key(row.bytes(1));
  return key && *key && is_seq(row.integer(0));
}

}  // namespace

std::optional<std::int64_t> first_key_row(Session& session) {
  Use find{session, "SELECT seq, body FROM journal ORDER BY seq"};
  while (find.step())
    if (begins(find)) return find.integer(0);
  return std::nullopt;
}

std::int64_t key_row_before(Session& session, std::int64_t seq) {
  Use find{session, "SELECT seq, body FROM journal WHERE seq <= ? ORDER BY seq DESC", seq};
  while (find.step())
    if (begins(find)) return find.integer(0);
  return first_key_row(session).value_or(0);
}

bool read_journal(Session& session, JournalRun& run, JournalPart part, const EachRow& row) {
  Use find{session, "SELECT seq, body FROM journal WHERE seq >= ? ORDER BY seq", part.from};
  bool whole = true;
  while (find.step()) {
    const auto seq = find.integer(0);
    auto batches = run.read(seq, find.bytes(1));
    if (seq <= part.wanted_after) continue;
    if (batches) {
      if (!row(seq, std::move(*batches))) return whole;
    } else {
      session.note("journal " + std::to_string(seq), batches.error().what);
      whole = false;
    }
  }
  return whole;
}

void JournalTail::refresh(Session& session) {
  std::int64_t sealed = 0;
  {
    // A pack of which nothing comes any more keeps its `sealed`; what is gone from the journal is in chunks for all.
    Use least{session, "SELECT max(coalesce((SELECT min(sealed) FROM pack), 0), coalesce((SELECT min(seq) - 1 FROM journal), 0))"};
    if (least.step()) sealed = bounded_seq(least.integer(0));
  }
  for (; !rows_.empty() && rows_.front().seq <= sealed; rows_.pop_front()) samples_ -= samples_in(rows_.front().batches);
  if (last_ < sealed || !run_) {
    rows_.clear();
    samples_ = 0;
    last_ = key_row_before(session, sealed + 1) - 1;
    run_.emplace();
  }
  read_journal(session, *run_, {.from = last_ + 1, .wanted_after = sealed},
               [&](std::int64_t seq, std::vector<codec::JournalBatch> batches) {
                 last_ = seq;
                 samples_ += samples_in(batches);
                 Row row{.seq = seq, .batches = std::move(batches)};
                 for (const auto& batch : row.batches)
                   row.from_ms = std::min(row.from_ms, batch.utc_ms), row.to_ms = std::max(row.to_ms, batch.utc_ms);
                 rows_.push_back(std::move(row));
                 return samples_ <= most_kept_samples;
               });
  large_ = samples_ > most_kept_samples;
  if (large_) rows_.clear();
}

void JournalTail::stream(Session& session, std::int64_t after, const Visit& visit) {
  JournalRun run;
  const JournalPart part{.from = key_row_before(session, after + 1), .wanted_after = after};
  read_journal(session, run, part, [&](std::int64_t seq, const std::vector<codec::JournalBatch>& batches) {
    for (const auto& batch : batches) visit(seq, batch);
    return true;
  });
}

void JournalTail::visit(Session& session, std::int64_t sealed, Span span, const Visit& visit) {
  if (!large_) refresh(session);
  if (large_) return stream(session, bounded_seq(sealed), visit);
  for (const auto& row : rows_) {
    if (row.seq <= sealed || row.to_ms < span.from_ms || row.from_ms > span.to_ms) continue;
    for (const auto& batch : row.batches) visit(row.seq, batch);
  }
}

}  // namespace holdup::store
