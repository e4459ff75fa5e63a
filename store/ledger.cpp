#include "store/ledger.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "store/opening.hpp"
#include "store/packing.hpp"
#include "store/schema.hpp"

namespace holdup::store {
namespace {

using ground::Failure;
using ground::FailureKind;

constexpr int busy_timeout_ms = 2000;  // only readers' recovery and our own checkpoint ever wait

ground::Result<void> prepare(SQLite::Database& file) {
  if (sqlite3_db_readonly(file.getHandle(), "main") != 0) return Failure{FailureKind::machine, file.getFilename() + " is read-only"};
  const auto owner = owner_of(file);
  if (!owner) return owner.error();
  if (file.execAndGet("PRAGMA journal_mode = WAL").getString() != "wal")
    return Failure{FailureKind::machine, file.getFilename() + ": no write-ahead log possible here"};
  file.exec("PRAGMA synchronous = FULL");  // every commit syncs the log: see FORMAT.md, Promises
  file.exec("PRAGMA wal_autocheckpoint = 0");
  if (*owner == Owner::holdup) return {};
  SQLite::Transaction transaction{file};
  file.exec(schema_sql);
  file.exec("PRAGMA application_id = " + std::to_string(application_id));
  file.exec("PRAGMA user_version = " + std::to_string(format_version));
  transaction.commit();
  return {};
}

// A sync that failed may have left pages that the kernel believes written. What the log holds is therefore written and synced
// anew, into the file itself, before anything is built on it.
ground::Result<void> rewrite_log(SQLite::Database& file) {
  if (file.execAndGet("PRAGMA wal_checkpoint(TRUNCATE)").getInt() == 0) return {};
  return Failure{FailureKind::machine, file.getFilename() + ": a reader holds its log"};
}

// Only the events: the check takes as long as what it reads, and they are what a start depends on.
ground::Result<void> check_events(SQLite::Database& file) {
  const std::string answer = file.execAndGet("PRAGMA quick_check(event)").getString();
  if (answer != "ok") return Failure{FailureKind::malformed, file.getFilename() + ": " + answer};
  return {};
}

ground::Result<void> make_ready(SQLite::Database& file) {
  if (auto prepared = prepare(file); !prepared) return prepared.error();
  if (auto rewritten = rewrite_log(file); !rewritten) return rewritten.error();
  return check_events(file);
}

void bind_event(SQLite::Statement& add, const record::Event& event) {
  record::Event stored = event;
  stored.durable = true;
  add.bind(1, event.id);
  add.bind(2, event.boot);
  add.bind(3, std::int64_t{event.at.time_since_epoch().count()});
  add.bind(4, std::int64_t{event.time.time_since_epoch().count()});
  add.bind(5, event.incident);
  add.bind(6, record::to_json(stored));
}

int note_log_size(void* pages, sqlite3*, const char*, int size) {
  *static_cast<int*>(pages) = size;
  return SQLITE_OK;
}

}  // namespace

struct Ledger::Connection {
  explicit Connection(const std::string& path) : file{path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, busy_timeout_ms} {}

  // Prepared once the tables are there.
  void prepare_statements() {
    add_event.emplace(file,
                      "INSERT INTO event(id, boot, mono_ns, utc_ns, incident, json) VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO NOTHING");
    add_batch.emplace(file, "INSERT INTO batch(shape, boot, mono_ns, utc_ns, samples) VALUES(?, ?, ?, ?, ?)");
    put_blob.emplace(file,
                     "INSERT INTO blob(kind, key, bytes) VALUES(?, ?, ?) ON CONFLICT(kind, key) DO UPDATE SET bytes = excluded.bytes");
    put_cursor.emplace(file,
                       "INSERT INTO cursor(name, position) VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET position = excluded.position");
    sqlite3_wal_hook(file.getHandle(), &note_log_size, &log_pages);
  }

  SQLite::Database file;
  std::optional<SQLite::Statement> add_event, add_batch, put_blob, put_cursor;
  int log_pages = 0;  // in the write-ahead log after the last commit
};

ground::Result<std::unique_ptr<Ledger>> Ledger::open(const std::string& path, Catalog& catalog) {
  try {
    auto connection = std::make_unique<Connection>(path);
    if (auto ready = make_ready(connection->file); !ready) return ready.error();
    connection->prepare_statements();
    catalog.forget_rows();
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
  try {
    SQLite::Transaction transaction{connection_->file, SQLite::TransactionBehavior::IMMEDIATE};
    write(work);
    transaction.commit();
    return {};
  } catch (const std::exception& error) {
    return failure_of(error);
  }
}

ground::Result<void> Ledger::tidy(int beyond_pages) {
  if (connection_->log_pages < beyond_pages) return {};
  try {
    connection_->file.execAndGet("PRAGMA wal_checkpoint(PASSIVE)");
    connection_->log_pages = 0;  // what a reader held back is seen again at the next commit
    return {};
  } catch (const std::exception& error) {
    return failure_of(error);
  }
}

void Ledger::write(const Work& work) {
  for (const record::Event& event : work.events) {
    bind_event(*connection_->add_event, event);
    connection_->add_event->exec();
    connection_->add_event->reset();
  }
  for (const record::Batch& batch : work.batches) write_batch(batch);
  for (const Blob& blob : work.blobs) {
    auto& put = *connection_->put_blob;
    put.bind(1, blob.kind);
    put.bind(2, blob.key);
    put.bind(3, blob.bytes.empty() ? static_cast<const void*>("") : blob.bytes.data(), static_cast<int>(blob.bytes.size()));
    put.exec();
    put.reset();
  }
  for (const Cursor& cursor : work.cursors) {
    connection_->put_cursor->bind(1, cursor.name);
    connection_->put_cursor->bind(2, cursor.position);
    connection_->put_cursor->exec();
    connection_->put_cursor->reset();
  }
}

void Ledger::write_batch(const record::Batch& batch) {
  if (batch.samples.empty()) return;
  std::map<std::int64_t, PackedSample> by_row;  // a series twice in one batch: the later one holds
  for (const record::Sample& sample : batch.samples)
    by_row.insert_or_assign(catalog_.series_row(connection_->file, sample.series), PackedSample{sample.value, sample.quality});
  std::vector<std::int64_t> members;
  std::vector<std::uint8_t> bytes;
  for (const auto& [row, sample] : by_row) {
    members.push_back(row);
    pack(sample, bytes);
  }
  auto& add = *connection_->add_batch;
  add.bind(1, catalog_.shape_row(connection_->file, members));
  add.bind(2, catalog_.boot_row(connection_->file));
  add.bind(3, std::int64_t{batch.at.time_since_epoch().count()});
  add.bind(4, std::int64_t{batch.time.time_since_epoch().count()});
  add.bind(5, static_cast<const void*>(bytes.data()), static_cast<int>(bytes.size()));
  add.exec();
  add.reset();
}

}  // namespace holdup::store
