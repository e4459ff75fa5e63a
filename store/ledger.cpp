#include "store/ledger.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "store/bounds.hpp"
#include "store/chain.hpp"
#include "store/crc.hpp"
#include "store/opening.hpp"
#include "store/readiness.hpp"
#include "store/replay.hpp"
#include "store/scrivener.hpp"
#include "store/sorter.hpp"
#include "store/tables.hpp"
#include "store/wear.hpp"

namespace holdup::store {
namespace {

constexpr int busy_timeout_ms = 2000;  // only readers' recovery and our own checkpoint ever wait
constexpr std::int64_t frame_header = 24;
constexpr int most_log_pages = 12'000;  // 48 MiB: beyond, the readers that hold the log are waited for, a second at most
constexpr int log_pages_of_rescued = 1000;

void bind_event(SQLite::Statement& add, const record::Event& event) {
  record::Event stored = event;
  stored.durable = true;
  const std::string json = record::to_json(stored);
  add.bind(1, event.id);
  add.bind(2, event.boot);
  add.bind(3, std::int64_t{event.at.time_since_epoch().count()});
  add.bind(4, std::int64_t{event.time.time_since_epoch().count()});
  add.bind(5, event.incident);
  add.bind(6, json);
  add.bind(7, crc_of(json));
}

void bind_audit(SQLite::Statement& add, std::int64_t seq, const record::Audit& record, std::span<const std::uint8_t> hash) {
  add.bind(1, seq);
  add.bind(2, std::int64_t{record.time.time_since_epoch().count()});
  add.bind(3, record.boot);
  add.bind(4, std::int64_t{record.at.time_since_epoch().count()});
  add.bind(5, record.actor);
  add.bind(6, record.action);
  add.bind(7, record.json);
  add.bind(8, static_cast<const void*>(hash.data()), static_cast<int>(hash.size()));
}

void bind_blob(SQLite::Statement& put, const Blob& blob) {
  const std::string_view bytes{reinterpret_cast<const char*>(blob.bytes.data()), blob.bytes.size()};
  put.bind(1, blob.kind);
  put.bind(2, blob.key);
  put.bind(3, bytes.empty() ? static_cast<const void*>("") : bytes.data(), static_cast<int>(bytes.size()));
  put.bind(4, crc_of(bytes));
}

void run(SQLite::Statement& statement) {
  statement.exec();
  statement.reset();
}

bool only_samples(const Work& work) {
  return work.events.empty() && work.audits.empty() && work.blobs.empty() && work.cursors.empty() && !work.batches.empty();
}

int note_log_size(void* pages, sqlite3*, const char*, int size) {
  *static_cast<int*>(pages) = size;
  return SQLITE_OK;
}

/// The end of the chain of audit records.
struct Link {
  std::int64_t seq = 0;
  Hash hash{};
};

Link last_link(SQLite::Database& file) {
  SQLite::Statement find{file, "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1"};
  Link out;
  if (!find.executeStep()) return out;
  out.seq = std::max<std::int64_t>(find.getColumn(0).getInt64(), 0);  // a damaged one: they count from 1
  const auto* hash = static_cast<const std::uint8_t*>(find.getColumn(1).getBlob());
  const auto size = std::min<std::size_t>(out.hash.size(), static_cast<std::size_t>(find.getColumn(1).getBytes()));
  std::copy_n(hash, size, out.hash.begin());
  return out;
}

}  // namespace

struct Ledger::Connection {
  // One thread at a time uses it: no lock is taken at each call.
  explicit Connection(const std::string& path)
      : file{path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX, busy_timeout_ms} {}

  // Prepared once the tables are there.
  void prepare_statements() {
    add_event.emplace(
        file, "INSERT INTO event(id, boot, mono_ns, utc_ns, incident, json, crc) VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO NOTHING");
    add_audit.emplace(file, "INSERT INTO audit(seq, utc_ns, boot, mono_ns, actor, action, json, hash) VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
    add_row.emplace(file, "INSERT INTO journal(seq, body) VALUES(?, ?)");
    put_blob.emplace(
        file,
        "INSERT INTO blob(kind, key, bytes, crc) VALUES(?, ?, ?, ?) ON CONFLICT(kind, key) DO UPDATE SET bytes = excluded.bytes, "
        "crc = excluded.crc");
    begin.emplace(file, "BEGIN IMMEDIATE");
    end.emplace(file, "COMMIT");
    undo.emplace(file, "ROLLBACK");
    put_cursor.emplace(file,
                       "INSERT INTO cursor(name, position) VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET position = excluded.position");
    sqlite3_wal_hook(file.getHandle(), &note_log_size, &log_pages);
    page_size = number(file, "PRAGMA page_size");
    link = last_link(file);
  }

  // After a failure, of whatever: SQLite may have done it already.
  void roll_back() {
    for (auto* statement : {&begin, &end, &undo, &add_event, &add_audit, &add_row, &put_blob, &put_cursor}) (*statement)->tryReset();
    if (sqlite3_get_autocommit(file.getHandle()) == 0) undo->tryExecuteStep();
    undo->tryReset();
  }

  SQLite::Database file;
  std::optional<SQLite::Statement> begin, end, undo;
  std::optional<SQLite::Statement> add_event, add_audit, add_row, put_blob, put_cursor;
  int log_pages = 0;  // in the write-ahead log after the last commit
  int untidy_pages = 0;
  std::int64_t page_size = 0;
  Link link, next_link;  // committed; within the transaction
  Tail tail;
  std::optional<Sorter> sorter;
  std::optional<Housekeeper> keeper;
  std::optional<Scrivener> scrivener;
  std::optional<Wear> wear;
};

ground::Result<std::unique_ptr<Ledger>> Ledger::open(const std::string& path, Catalog& catalog, const Rules& rules, Log log) {
  try {
    auto connection = std::make_unique<Connection>(path);
    auto& of = *connection;
    if (auto ready = make_ready(of.file, log); !ready) return ready.error();
    of.prepare_statements();
    catalog.forget_rows();
    of.sorter.emplace(of.file, catalog, of.tail);
    of.keeper.emplace(of.file, of.tail, *of.sorter, rules);
    const auto last_row = replay(of.file, *of.sorter, *of.keeper);
    if (std::max(last_row, of.link.seq) >= implausible_seq)
      return ground::Failure{ground::FailureKind::malformed, path + ": a row has an implausible number"};
    of.scrivener.emplace(of.file, catalog, of.tail, last_row);
    of.wear.emplace(of.file.getHandle(), path + "-wal", of.page_size);
    return std::unique_ptr<Ledger>{new Ledger{std::move(connection), catalog}};
  } catch (const std::exception& error) {
    auto failure = failure_of(error);
    failure.what = path + ": " + failure.what;
    return failure;
  }
}

Ledger::Ledger(std::unique_ptr<Connection> connection, Catalog& catalog) : connection_{std::move(connection)}, catalog_{catalog} {}

Ledger::~Ledger() = default;

ground::Result<void> Ledger::commit(const Work& work) {
  for (const record::Batch& batch : work.batches)
    for (const auto& [id, series] : batch.born) catalog_.declare(id, series);
  return attempt(work, chore_waits() && !work.batches.empty());
}

ground::Result<void> Ledger::commit_chore() { return attempt({}, chore_waits()); }

// Damage that a chore meets is the chore's: the work is then committed without it.
ground::Result<void> Ledger::attempt(const Work& work, bool with_chore) {
  bool in_chore = false;
  try {
    const bool one_row = !with_chore && only_samples(work) && Scrivener::is_one_row(work.batches);  // that is a transaction by itself
    if (!one_row) run(*connection_->begin);
    write(work);
    in_chore = with_chore;
    if (with_chore) connection_->keeper->write_chore();
    in_chore = false;
    if (sqlite3_get_autocommit(connection_->file.getHandle()) == 0) run(*connection_->end);
    committed(with_chore);
    return {};
  } catch (const std::exception& error) {
    auto failure = failure_of(error);
    connection_->roll_back();
    if (!in_chore || failure.kind != ground::FailureKind::malformed || !connection_->keeper->chore_failed(failure.what)) return failure;
  }
  connection_->scrivener->forget();
  catalog_.forget_rows();  // those born in this transaction are gone with it
  return attempt(work, false);
}

void Ledger::committed(bool with_chore) {
  connection_->link = connection_->next_link;
  for (const auto& row : connection_->scrivener->committed()) connection_->keeper->note_row(row.seq, row.key, row.newest_ms);
  if (with_chore) connection_->keeper->chore_done();
  connection_->wear->note_frames();
}

Ledger::Position Ledger::position() const { return {connection_->scrivener->last_seq(), connection_->link.seq}; }

ground::Result<void> Ledger::tidy(int beyond_pages) {
  auto& of = *connection_;
  if (of.log_pages - of.untidy_pages < beyond_pages) return {};
  int in_log = 0, moved = 0;
  const int mode = of.log_pages > most_log_pages ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
  const int code = sqlite3_wal_checkpoint_v2(of.file.getHandle(), nullptr, mode, &in_log, &moved);
  if (code != SQLITE_OK && code != SQLITE_BUSY) return failure_of(SQLite::Exception{of.file.getHandle(), code});
  of.untidy_pages = moved < in_log ? in_log : 0;  // what a reader holds back is tried again when as much has come
  if (moved == in_log) of.log_pages = 0;
  of.wear->note_checkpoint(in_log, moved);
  return {};
}

ground::Result<bool> Ledger::keep_house() {
  try {
    return connection_->keeper->step();
  } catch (const std::exception& error) {
    return failure_of(error);
  }
}

bool Ledger::chore_waits() const { return connection_->keeper->chore_waits(); }

bool Ledger::behind() const { return connection_->keeper->behind(); }

std::vector<Loss> Ledger::take_losses() { return connection_->keeper->take_losses(); }

Ledger::Figures Ledger::figures() const {
  const auto& of = *connection_;
  return {.bytes_written = of.wear->bytes(),
          .file_bytes = of.keeper->file_bytes(),
          .log_bytes = static_cast<std::uint64_t>(of.log_pages * (of.page_size + frame_header)),
          .lost_samples = of.keeper->lost_samples()};
}

void Ledger::write(const Work& work) {
  auto& of = *connection_;
  for (const record::Event& event : work.events) {
    bind_event(*of.add_event, event);
    run(*of.add_event);
  }
  write_audits(work.audits);
  of.scrivener->write(work.batches, *of.add_row);
  for (const Blob& blob : work.blobs) {
    bind_blob(*of.put_blob, blob);
    run(*of.put_blob);
  }
  for (const Cursor& cursor : work.cursors) {
    of.put_cursor->bind(1, cursor.name);
    of.put_cursor->bind(2, cursor.position);
    run(*of.put_cursor);
  }
}

void Ledger::write_audits(const std::vector<record::Audit>& audits) {
  auto& of = *connection_;
  of.next_link = of.link;
  for (const record::Audit& record : audits) {
    auto& [seq, hash] = of.next_link;
    hash = chained(hash, ++seq, record);
    bind_audit(*of.add_audit, seq, record, hash);
    run(*of.add_audit);
  }
}

// Each row may be there already, from an attempt that did not come to its end.
bool Ledger::write_rescued(const Rescued& rescued) {
  auto& of = *connection_;
  for (const record::Event& event : rescued.events) {
    bind_event(*of.add_event, event);
    run(*of.add_event);
  }
  SQLite::Statement keep_audit{of.file,
                               "INSERT INTO audit(seq, utc_ns, boot, mono_ns, actor, action, json, hash) VALUES(?, ?, ?, ?, ?, ?, ?, ?) ON "
                               "CONFLICT(seq) DO NOTHING"};
  SQLite::Statement same{of.file, "SELECT 1 FROM audit WHERE seq = ? AND hash = ?"};
  for (const auto& [seq, record, hash] : rescued.audits) {
    if (seq >= implausible_seq) return false;
    bind_audit(keep_audit, seq, record, hash);
    run(keep_audit);
    same.bind(1, seq);
    same.bind(2, static_cast<const void*>(hash.data()), static_cast<int>(hash.size()));
    if (!same.executeStep()) return false;
    same.reset();
  }
  SQLite::Statement keep_blob{of.file, "INSERT INTO blob(kind, key, bytes, crc) VALUES(?, ?, ?, ?) ON CONFLICT(kind, key) DO NOTHING"};
  for (const Blob& blob : rescued.blobs) {
    bind_blob(keep_blob, blob);
    run(keep_blob);
  }
  if (rescued.loss) insert(of.file, *rescued.loss);
  return true;
}

ground::Result<void> Ledger::take_over(const Rescued& rescued) {
  auto& of = *connection_;
  try {
    run(*of.begin);
    if (!write_rescued(rescued)) {
      of.roll_back();
      return ground::Failure{ground::FailureKind::refused, of.file.getFilename() + ": the chain of audit records is another"};
    }
    run(*of.end);
    of.link = last_link(of.file);
    of.wear->note_frames();
    if (rescued.loss) of.keeper->tell_loss(*rescued.loss);
  } catch (const std::exception& error) {
    auto failure = failure_of(error);
    of.roll_back();
    return failure;
  }
  return tidy(log_pages_of_rescued);
}

ground::Result<bool> Ledger::knows_loss(const std::string& what) {
  try {
    SQLite::Statement find{connection_->file, "SELECT 1 FROM loss WHERE what = ?"};
    find.bind(1, what);
    return find.executeStep();
  } catch (const std::exception& error) {
    return failure_of(error);
  }
}

}  // namespace holdup::store
