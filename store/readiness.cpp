#include "store/readiness.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <charconv>
#include <string>
#include <string_view>

#include "store/bounds.hpp"
#include "store/migration.hpp"
#include "store/opening.hpp"
#include "store/schema.hpp"

namespace holdup::store {
namespace {

using ground::Failure;
using ground::FailureKind;

constexpr std::int64_t most_events_checked = 20'000;  // all pages of as many; of more, only the newest are looked at

void lay_out(SQLite::Database& file) {
  SQLite::Transaction transaction{file};
  file.exec(schema_sql);
  file.exec("PRAGMA application_id = " + std::to_string(application_id));
  file.exec("PRAGMA user_version = " + std::to_string(format_version));
  file.exec("INSERT INTO meta(key, value) VALUES('written_by', '" HOLDUP_VERSION "')");
  transaction.commit();
}

ground::Result<void> prepare(SQLite::Database& file) {
  if (sqlite3_db_readonly(file.getHandle(), "main") != 0) return Failure{FailureKind::machine, file.getFilename() + " is read-only"};
  const auto owner = owner_of(file);
  if (!owner) return owner.error();
  allow_all_pages(file);
  if (*owner == Owner::nobody) file.exec("PRAGMA auto_vacuum = INCREMENTAL");  // only as long as there is no page
  if (file.execAndGet("PRAGMA journal_mode = WAL").getString() != "wal")
    return Failure{FailureKind::machine, file.getFilename() + ": no write-ahead log possible here"};
  file.exec("PRAGMA synchronous = FULL");  // every commit syncs the log: see FORMAT.md, Promises
  file.exec("PRAGMA wal_autocheckpoint = 0");
  if (*owner == Owner::nobody) lay_out(file);
  return {};
}

// The check does not fail where the disk does not read: it says so among the damage that it found, as "error code=266".
bool tells_io_error(std::string_view answer) {
  static constexpr std::string_view mark = "error code=";
  for (auto at = answer.find(mark); at != std::string_view::npos; at = answer.find(mark, at + 1)) {
    int code = 0;
    std::from_chars(answer.data() + at + mark.size(), answer.data() + answer.size(), code);
    if ((code & 0xFF) != SQLITE_CORRUPT && (code & 0xFF) != SQLITE_NOTADB) return true;
  }
  return false;
}

// Only the events: the check takes as long as what it reads, and they are what a start depends on.
ground::Result<void> check_events(SQLite::Database& file) {
  const auto newest = file.execAndGet("SELECT coalesce(max(seq), 0) FROM event").getInt64();
  if (newest >= implausible_seq)
    return Failure{FailureKind::malformed, file.getFilename() + ": an event has number " + std::to_string(newest)};
  if (newest <= most_events_checked) {
    const std::string answer = file.execAndGet("PRAGMA quick_check(event)").getString();
    if (answer == "ok") return {};
    return Failure{tells_io_error(answer) ? FailureKind::machine : FailureKind::malformed, file.getFilename() + ": " + answer};
  }
  SQLite::Statement find{file, "SELECT json FROM event WHERE seq > ?"};
  find.bind(1, newest - most_events_checked / 10);
  while (find.executeStep()) (void)find.getColumn(0).getBytes();  // throws where a page is damaged
  return {};
}

// The number of the newest event, from which SQLite counts on: beside a damaged one there would be none for the next.
void mend_counter(SQLite::Database& file) {
  SQLite::Statement find{file, "SELECT 1 FROM sqlite_sequence WHERE name = 'event' AND NOT (typeof(seq) = 'integer' AND seq < ?)"};
  find.bind(1, implausible_seq);
  if (!find.executeStep()) return;
  find.reset();
  file.exec("UPDATE sqlite_sequence SET seq = (SELECT max(seq) FROM event) WHERE name = 'event'");
}

}  // namespace

ground::Result<void> make_ready(SQLite::Database& file, Log log) {
  distrust_log(file);
  if (auto prepared = prepare(file); !prepared) return prepared.error();
  if (auto emptied = empty_log(file, log); !emptied) return emptied.error();
  if (*owner_of(file) == Owner::older) bring_forward(file);
  auto checked = check_events(file);
  if (checked) mend_counter(file);
  return checked;
}

}  // namespace holdup::store
