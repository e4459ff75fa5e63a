#include "store/salvage.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <functional>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "store/ledger.hpp"
#include "store/opening.hpp"

namespace holdup::store {
namespace {

constexpr std::size_t rows_a_commit = 100;
constexpr std::size_t most_rows_backwards = 100'000;
constexpr int busy_timeout_ms = 2000;

/// Reads one table by its key, forwards and then backwards, each time up to where a page is damaged, and hands on what it read.
template <class Row>
class Gleaner {
 public:
  using Read = std::optional<Row> (*)(SQLite::Statement&);
  using Hand = std::function<bool(std::vector<Row>)>;
  Gleaner(SQLite::Database& file, std::string table, std::string key, std::string columns, Read read, Hand hand)
      : file_{file}, table_{std::move(table)}, key_{std::move(key)}, columns_{std::move(columns)}, read_{read}, hand_{std::move(hand)} {}

  void run() {
    if (forwards()) return;
    std::vector<Row> rows;
    try {
      auto find = query(" DESC");
      while (rows.size() < most_rows_backwards && find.executeStep())
        if (auto row = read_(find)) rows.push_back(std::move(*row));
    } catch (const SQLite::Exception&) {  // back at the damage
    }
    hand_({std::make_move_iterator(rows.rbegin()), std::make_move_iterator(rows.rend())});
  }

 private:
  SQLite::Statement query(const std::string& order) {
    SQLite::Statement find{file_,
                           "SELECT " + key_ + ", " + columns_ + " FROM " + table_ + " WHERE " + key_ + " > ? ORDER BY " + key_ + order};
    find.bind(1, last_);
    return find;
  }

  bool forwards() {
    std::vector<Row> rows;
    bool whole = true;
    try {
      auto find = query("");
      while (find.executeStep()) {
        last_ = find.getColumn(0).getInt64();
        if (auto row = read_(find)) rows.push_back(std::move(*row));
        if (rows.size() >= rows_a_commit && !hand_(std::exchange(rows, {}))) return true;
      }
    } catch (const SQLite::Exception&) {
      whole = false;
    }
    return !hand_(std::move(rows)) || whole;
  }

  SQLite::Database& file_;
  std::string table_, key_, columns_;
  Read read_;
  Hand hand_;
  std::int64_t last_ = 0;
};

std::optional<record::Event> event_of(SQLite::Statement& row) {
  auto event = record::event_from_json(row.getColumn(1).getString());
  if (!event) return std::nullopt;
  event->time = ground::Utc{ground::Duration{row.getColumn(2).getInt64()}};  // the JSON has milliseconds only
  return std::move(*event);
}

std::optional<Blob> blob_of(SQLite::Statement& row) {
  const auto bytes = row.getColumn(3);
  const auto* begin = static_cast<const std::uint8_t*>(bytes.getBlob());
  return Blob{row.getColumn(1).getString(), row.getColumn(2).getString(), {begin, begin + bytes.getBytes()}};
}

struct OldAudit {
  std::int64_t seq = 0;
  record::Audit record;
  std::vector<std::uint8_t> hash;
};

std::optional<OldAudit> audit_of(SQLite::Statement& row) {
  const auto hash = row.getColumn(7);
  const auto* begin = static_cast<const std::uint8_t*>(hash.getBlob());
  return OldAudit{row.getColumn(0).getInt64(),
                  {ground::Utc{ground::Duration{row.getColumn(1).getInt64()}}, row.getColumn(2).getString(),
                   ground::Instant{ground::Duration{row.getColumn(3).getInt64()}}, row.getColumn(4).getString(),
                   row.getColumn(5).getString(), row.getColumn(6).getString()},
                  {begin, begin + hash.getBytes()}};
}

// What stays in the damaged file, as far as it can be told.
Loss samples_left(SQLite::Database& file, const std::string& damaged) {
  Loss out{.what = "set aside: " + damaged, .why = "the file is damaged"};
  try {
    SQLite::Statement find{file, "SELECT min(from_ms), max(to_ms), sum(samples) FROM chunk WHERE level >= 0"};
    if (find.executeStep())
      out = {out.what, find.getColumn(0).getInt64(), find.getColumn(1).getInt64(), find.getColumn(2).getInt64(), out.why};
  } catch (const SQLite::Exception&) {  // nobody knows then
  }
  return out;
}

}  // namespace

Salvaged salvage(const std::string& damaged, Ledger& into) {
  Salvaged out;
  const auto hand_events = [&](std::vector<record::Event> events) {
    const auto count = events.size();
    const bool saved = count == 0 || into.commit({.events = std::move(events)});
    return saved && (out.events += count, true);
  };
  const auto hand_blobs = [&](std::vector<Blob> blobs) {
    const auto count = blobs.size();
    const bool saved = count == 0 || into.commit({.blobs = std::move(blobs)});
    return saved && (out.blobs += count, true);
  };
  const auto hand_audits = [&](const std::vector<OldAudit>& audits) {
    for (const auto& [seq, record, hash] : audits) {
      if (!into.restore(seq, record, hash)) return false;
      ++out.audits;
    }
    return true;
  };
  Loss left{.what = "set aside: " + damaged, .why = "the file is damaged"};
  try {
    SQLite::Database file{damaged, SQLite::OPEN_READONLY, busy_timeout_ms};
    file.exec("PRAGMA writable_schema = ON");  // SQLite then opens a file that is shorter than its header says; nothing is written
    Gleaner<record::Event>{file, "event", "seq", "json, utc_ns", event_of, hand_events}.run();
    Gleaner<OldAudit>{file, "audit", "seq", "utc_ns, boot, mono_ns, actor, action, json, hash", audit_of, hand_audits}.run();
    Gleaner<Blob>{file, "blob", "row", "kind, key, bytes", blob_of, hand_blobs}.run();
    left = samples_left(file, damaged);
  } catch (const std::exception&) {  // not even its tables read
  }
  into.note_loss(std::move(left));
  return out;
}

}  // namespace holdup::store
