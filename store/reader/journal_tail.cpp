#include "store/reader/journal_tail.hpp"

#include <string>
#include <utility>

#include "store/reader/session.hpp"

namespace holdup::store {
namespace {

constexpr std::size_t most_kept_samples = 2'000'000;  // some 40 MB

std::size_t samples_in(const std::vector<codec::JournalBatch>& batches) {
  std::size_t count = 0;
  for (const auto& batch : batches) count += batch.values.size();
  return count;
}

}  // namespace

std::optional<std::int64_t> first_key_row(Session& session) {
  Use find{session, "SELECT seq, body FROM journal ORDER BY seq"};
  while (find.step()) {
    const auto key = codec::JournalReader::is_key(find.bytes(1));
    if (key && *key) return find.integer(0);
  }
  return std::nullopt;
}

std::int64_t key_row_before(Session& session, std::int64_t seq) {
  Use find{session, "SELECT seq, body FROM journal WHERE seq <= ? ORDER BY seq DESC", seq};
  while (find.step()) {
    const auto key = codec::JournalReader::is_key(find.bytes(1));
    if (key && *key) return find.integer(0);
  }
  return first_key_row(session).value_or(0);
}

bool read_journal(Session& session, codec::JournalReader& reader, JournalPart part, const EachRow& row) {
  Use find{session, "SELECT seq, body FROM journal WHERE seq >= ? ORDER BY seq", part.from};
  bool whole = true;
  const auto lose = [&](std::int64_t seq, const std::string& why) {
    if (seq <= part.wanted_after) return;
    session.note("journal " + std::to_string(seq), why);
    whole = false;
  };
  bool lost = false;  // rows follow from one that could not be read
  while (find.step()) {
    const auto seq = find.integer(0);
    const auto key = codec::JournalReader::is_key(find.bytes(1));
    if (key && *key) lost = false;
    if (lost) {
      lose(seq, "it follows from a row that cannot be read");
      continue;
    }
    auto batches = reader.read(find.bytes(1));
    lost = !batches;
    if (lost)
      lose(seq, batches.error().what);
    else if (seq > part.wanted_after && !row(seq, std::move(*batches)))
      return whole;
  }
  return whole;
}

void JournalTail::refresh(Session& session) {
  std::int64_t sealed = 0;
  {
    // A pack of which nothing comes any more keeps its `sealed`; what is gone from the journal is in chunks for all.
    Use least{session, "SELECT max(coalesce((SELECT min(sealed) FROM pack), 0), coalesce((SELECT min(seq) - 1 FROM journal), 0))"};
    if (least.step()) sealed = least.integer(0);
  }
  for (; !rows_.empty() && rows_.front().seq <= sealed; rows_.pop_front()) samples_ -= samples_in(rows_.front().batches);
  if (last_ < sealed || !reader_) {
    rows_.clear();
    samples_ = 0;
    last_ = key_row_before(session, sealed + 1) - 1;
    reader_ = std::make_unique<codec::JournalReader>();
  }
  read_journal(session, *reader_, {.from = last_ + 1, .wanted_after = sealed},
               [&](std::int64_t seq, std::vector<codec::JournalBatch> batches) {
                 last_ = seq;
                 samples_ += samples_in(batches);
                 rows_.push_back({seq, std::move(batches)});
                 return samples_ <= most_kept_samples;
               });
  large_ = samples_ > most_kept_samples;
  if (large_) rows_.clear();
}

void JournalTail::stream(Session& session, std::int64_t after, const Visit& visit) {
  codec::JournalReader reader;
  const JournalPart part{.from = key_row_before(session, after + 1), .wanted_after = after};
  read_journal(session, reader, part, [&](std::int64_t seq, const std::vector<codec::JournalBatch>& batches) {
    for (const auto& batch : batches) visit(seq, batch);
    return true;
  });
}

void JournalTail::visit(Session& session, std::int64_t sealed, const Visit& visit) {
  if (!large_) refresh(session);
  if (large_) return stream(session, sealed, visit);
  for (const auto& row : rows_) {
    if (row.seq <= sealed) continue;
    for (const auto& batch : row.batches) visit(row.seq, batch);
  }
}

}  // namespace holdup::store
