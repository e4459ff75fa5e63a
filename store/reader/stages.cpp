#include "store/reader/stages.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#include "store/codec/frame.hpp"
#include "store/codec/journal.hpp"
#include "store/codec/summary.hpp"
#include "store/reader/chunks.hpp"

namespace holdup::store {
namespace {

constexpr std::chrono::milliseconds slice{100};
constexpr std::size_t most_flaws = 100'000;

/// Steps through a statement's rows until the slice is over; true when there may be more.
template <class Row>
bool for_a_slice(Use& find, const Row& row) {
  const auto end = ground::clock::now() + slice;
  while (find.step()) {
    row(find);
    if (ground::clock::now() > end) return true;
  }
  return false;
}

std::string time_text(std::int64_t ms) { return is_ms(ms) ? ground::iso8601(utc_of_ms(ms)) : std::to_string(ms) + " ms"; }

/// What a chunk's columns say of it, to hold against the row's own words.
struct Extent {
  Span span{.from_ms = std::numeric_limits<std::int64_t>::max(), .to_ms = std::numeric_limits<std::int64_t>::min()};
  std::int64_t from_seq = std::numeric_limits<std::int64_t>::max(), to_seq = std::numeric_limits<std::int64_t>::min();
  std::int64_t samples = 0;

  void add(const codec::Times& times, std::size_t columns) {
    for (std::size_t row = 0; row < times.rows(); ++row) {
      span = {std::min(span.from_ms, times.utc_ms[row]), std::max(span.to_ms, times.utc_ms[row])};
      from_seq = std::min(from_seq, times.seq[row]);
      to_seq = std::max(to_seq, times.seq[row]);
    }
    samples += static_cast<std::int64_t>(times.rows() * columns);
  }
};

}  // namespace

Verification::Stages::Stages(std::unique_ptr<SQLite::Database> file) : session_{std::move(file)} {
  SQLite::Statement tables{session_.file(), "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"};
  while (tables.executeStep()) {
    const auto name = tables.getColumn(0).getString();
    all_.push_back({"pages of " + name, &Stages::table, name});
  }
  all_.push_back({"references", &Stages::references});
  all_.push_back({"events", &Stages::events});
  all_.push_back({"audit records", &Stages::audit});
  all_.push_back({"series", &Stages::series});
  all_.push_back({"journal", &Stages::journal});
  all_.push_back({"chunks", &Stages::chunks});
  all_.push_back({"summaries", &Stages::summaries});
  all_.push_back({"blobs", &Stages::blobs});
}

bool Verification::Stages::step() {
  if (at_ == all_.size()) return false;
  bool more = false;
  try {
    more = (this->*all_[at_].look)();
  } catch (const std::exception& error) {
    flaw(all_[at_].name, std::string{error.what()} + (row_ > 0 ? ", after row " + std::to_string(row_) : ""));
  }
  if (more) return true;
  row_ = 0;
  ++at_;
  return at_ < all_.size();
}

void Verification::Stages::flaw(std::string where, std::string what) {
  if (flaws.size() < most_flaws) flaws.push_back({std::move(where), std::move(what)});
}

std::int64_t Verification::Stages::pack_of(std::int64_t series) {
  const auto known = pack_of_.find(series);
  if (known != pack_of_.end()) return known->second;
  Use find{session_, "SELECT pack FROM series WHERE row = ?", series};  // born since they were looked at, or nowhere
  return pack_of_[series] = find.step() ? find.integer(0) : 0;
}

// SQLite's check of this table's pages and indices, in one snapshot.
bool Verification::Stages::table() {
  const auto& name = all_[at_].table;
  SQLite::Statement check{session_.file(), "PRAGMA integrity_check('" + name + "')"};
  while (check.executeStep()) {
    const auto answer = check.getColumn(0).getString();
    if (answer != "ok") flaw("table " + name, answer);
  }
  return false;
}

bool Verification::Stages::references() {
  SQLite::Statement check{session_.file(), "PRAGMA foreign_key_check"};
  while (check.executeStep())
    flaw("table " + check.getColumn(0).getString(), "row " + std::to_string(check.getColumn(1).getInt64()) + " belongs to a row of " +
                                                        check.getColumn(2).getString() + " that is not there");
  return false;
}

bool Verification::Stages::events() {
  Use find{session_, "SELECT seq, json, crc FROM event WHERE seq > ? ORDER BY seq", row_};
  return for_a_slice(find, [&](Use& row) {
    row_ = row.integer(0);
    ++counts.events;
    const auto where = "event " + std::to_string(row_);
    const auto event = record::event_from_json(row.text(1));
    if (row.integer(2) != codec::crc32(row.bytes(1)))
      flaw(where, "its checksum does not fit");
    else if (!event)
      flaw(where, event.error().what);
  });
}

bool Verification::Stages::audit() {
  Use find{session_, audit_sql, row_, std::numeric_limits<std::int64_t>::max()};
  return for_a_slice(find, [&](Use& row) {
    ++counts.audit_records;
    if (auto broken = follows(row, row_, hash_)) flaws.push_back(std::move(*broken));
    row_ = row.integer(0);
  });
}

bool Verification::Stages::series() {
  Use find{session_, "SELECT row, text, name, pack FROM series WHERE row > ? ORDER BY row", row_};
  return for_a_slice(find, [&](Use& row) {
    row_ = row.integer(0);
    ++counts.series;
    pack_of_[row_] = row.integer(3);
    record::Series series{.name = row.text(2), .labels = {}};
    Use labels{session_, "SELECT name, value FROM label WHERE series = ? ORDER BY name", row_};
    while (labels.step()) series.labels.emplace_back(labels.text(0), labels.text(1));
    if (series.text() != row.text(1)) flaw("series " + std::to_string(row_), "its labels are not those of its text");
  });
}

// In one snapshot: its rows follow from one another, and it is short.
bool Verification::Stages::journal() {
  const Snapshot snapshot{session_};
  std::map<std::int64_t, std::int64_t> sealed;  // by pack
  Use packs{session_, "SELECT row, sealed FROM pack"};
  while (packs.step()) sealed[packs.integer(0)] = packs.integer(1);
  std::int64_t least = sealed.empty() ? 0 : std::numeric_limits<std::int64_t>::max();
  for (const auto& [pack, seq] : sealed) least = std::min(least, bounded_seq(seq));
  JournalRun run;
  const JournalPart part{.from = key_row_before(session_, least + 1), .wanted_after = least};
  const auto look = [&](std::int64_t seq, const std::vector<codec::JournalBatch>& batches) {
    ++counts.journal_rows;
    for (const auto& batch : batches)
      for (const auto series : batch.series) {
        const auto pack = pack_of(series);
        if (pack == 0) flaw("journal " + std::to_string(seq), "it names series " + std::to_string(series) + ", which is not there");
        if (seq > sealed[pack]) ++counts.samples;
      }
    return true;
  };
  read_journal(session_, run, part, look);
  Use before{session_, "SELECT seq FROM journal WHERE seq < 1"};
  while (before.step()) session_.note("journal " + std::to_string(before.integer(0)), "no row has such a number");
  for (auto& lost : session_.take_flaws()) flaws.push_back(std::move(lost));
  return false;
}

bool Verification::Stages::chunks() {
  Use find{session_, "SELECT row, pack, from_ms, to_ms, from_seq, to_seq, samples, body FROM chunk WHERE row > ? ORDER BY row", row_};
  return for_a_slice(find, [&](Use& row) {
    row_ = row.integer(0);
    look_at_chunk(row);
  });
}

void Verification::Stages::look_at_chunk(Use& row) {
  ++counts.chunks;
  counts.samples += static_cast<std::uint64_t>(row.integer(6));
  const auto where = "chunk " + std::to_string(row_) + ", pack " + std::to_string(row.integer(1)) + ", " + time_text(row.integer(2)) +
                     " to " + time_text(row.integer(3)) + ", " + std::to_string(row.integer(6)) + " samples";
  const auto chunk = codec::ChunkReader::open(row.bytes(7));
  if (!chunk) return flaw(where, chunk.error().what);
  Extent extent;
  for (std::size_t block = 0; block < chunk->blocks(); ++block) {
    const auto times = times_of(*chunk, block);
    if (!times) return flaw(where, times.error().what);
    extent.add(*times, chunk->series(block).size());
    for (std::size_t place = 0; place < chunk->series(block).size(); ++place) {
      const auto series = chunk->series(block)[place];
      if (pack_of(series) != row.integer(1)) return flaw(where, "series " + std::to_string(series) + " is not of its pack");
      if (const auto column = chunk->column(block, place); !column) return flaw(where, column.error().what);
    }
  }
  const bool as_said = extent.span.from_ms == row.integer(2) && extent.span.to_ms == row.integer(3) && extent.from_seq == row.integer(4) &&
                       extent.to_seq == row.integer(5) && extent.samples == row.integer(6);
  if (!as_said) flaw(where, "it holds other times, rows or samples than its row says");
}

bool Verification::Stages::summaries() {
  Use find{session_, "SELECT row, pack, span_ms, from_ms, to_ms, body FROM summary WHERE row > ? ORDER BY row", row_};
  return for_a_slice(find, [&](Use& row) {
    row_ = row.integer(0);
    look_at_summary(row);
  });
}

void Verification::Stages::look_at_summary(Use& row) {
  ++counts.summaries;
  const auto where = "summary " + std::to_string(row_) + ", pack " + std::to_string(row.integer(1)) + ", " + time_text(row.integer(3)) +
                     " to " + time_text(row.integer(4));
  const auto summary = codec::SummaryReader::open(row.bytes(5));
  if (!summary) return flaw(where, summary.error().what);
  if (summary->span_ms() != row.integer(2)) return flaw(where, "its span is another than its row says");
  for (std::size_t place = 0; place < summary->series().size(); ++place) {
    const auto series = summary->series()[place];
    if (pack_of(series) != row.integer(1)) return flaw(where, "series " + std::to_string(series) + " is not of its pack");
    if (const auto column = summary->read(place); !column) return flaw(where, column.error().what);
  }
}

bool Verification::Stages::blobs() {
  Use find{session_, "SELECT row, kind, key, bytes, crc FROM blob WHERE row > ? ORDER BY row", row_};
  return for_a_slice(find, [&](Use& row) {
    row_ = row.integer(0);
    ++counts.blobs;
    if (row.integer(4) != codec::crc32(row.bytes(3))) flaw("blob " + row.text(1) + "/" + row.text(2), "its checksum does not fit");
  });
}

}  // namespace holdup::store
