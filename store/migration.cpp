#include "store/migration.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <string>
#include <string_view>
#include <vector>

#include "store/catalog.hpp"
#include "store/crc.hpp"
#include "store/record/series.hpp"
#include "store/schema.hpp"
#include "store/tables.hpp"

namespace holdup::store {
namespace {

void crc_of_argument(sqlite3_context* context, int, sqlite3_value** arguments) {
  const auto* bytes = static_cast<const char*>(sqlite3_value_blob(arguments[0]));
  sqlite3_result_int64(context, crc_of({bytes, static_cast<std::size_t>(sqlite3_value_bytes(arguments[0]))}));
}

// The old tables make room for the new ones of the same name; batch, shape and member keep theirs.
constexpr const char* step_aside_sql = R"sql(
DROP INDEX event_of_incident;
DROP INDEX series_by_name;
DROP INDEX label_by_value;
ALTER TABLE event RENAME TO old_event;
ALTER TABLE series RENAME TO old_series;
ALTER TABLE label RENAME TO old_label;
ALTER TABLE boot RENAME TO old_boot;
ALTER TABLE blob RENAME TO old_blob;
ALTER TABLE cursor RENAME TO old_cursor;
)sql";

constexpr const char* take_over_sql = R"sql(
INSERT INTO event(seq, id, boot, mono_ns, utc_ns, incident, json, crc)
  SELECT seq, id, boot, mono_ns, utc_ns, incident, json, crc32(json) FROM old_event ORDER BY seq;
INSERT INTO boot(row, id) SELECT row, id FROM old_boot;
INSERT INTO blob(row, kind, key, bytes, crc) SELECT row, kind, key, bytes, crc32(bytes) FROM old_blob;
INSERT INTO cursor(name, position) SELECT name, position FROM old_cursor;
)sql";

constexpr const char* clear_away_sql = R"sql(
DROP TABLE old_label;
DROP TABLE old_event;
DROP TABLE old_series;
DROP TABLE old_boot;
DROP TABLE old_blob;
DROP TABLE old_cursor;
)sql";

// Each series gets its pack, in order of birth, as if it had been born now.
void take_over_series(SQLite::Database& file) {
  Catalog catalog{""};
  SQLite::Statement find{
      file,
      "SELECT row, text, name, coalesce((SELECT value FROM old_label WHERE series = row AND old_label.name = 'device'), '') FROM "
      "old_series ORDER BY row"};
  SQLite::Statement add{file, "INSERT INTO series(row, text, name, pack) VALUES(?, ?, ?, ?)"};
  while (find.executeStep()) {
    add.bind(1, find.getColumn(0).getInt64());
    add.bind(2, find.getColumn(1).getString());
    add.bind(3, find.getColumn(2).getString());
    add.bind(4, catalog.pack_for(file, find.getColumn(3).getString()));
    add.exec();
    add.reset();
  }
  find.reset();
  file.exec("INSERT INTO label(series, name, value) SELECT series, name, value FROM old_label");
}

// Rows of the journal are of version 1 in format 2, and read as those that follow.
void from_format_2(SQLite::Database& file) { file.exec("PRAGMA user_version = " + std::to_string(format_version)); }

void from_format_1(SQLite::Database& file) {
  sqlite3_create_function_v2(file.getHandle(), "crc32", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr, &crc_of_argument, nullptr, nullptr,
                             nullptr);
  SQLite::Transaction transaction{file, SQLite::TransactionBehavior::IMMEDIATE};
  file.exec(step_aside_sql);
  file.exec(schema_sql);
  file.exec(take_over_sql);
  take_over_series(file);
  // A sample's seq is its row in `batch`; what is recorded from now on follows.
  file.exec("UPDATE pack SET sealed = coalesce((SELECT max(row) FROM batch), 0)");
  file.exec(clear_away_sql);
  file.exec("PRAGMA user_version = " + std::to_string(format_version));
  file.exec("INSERT INTO meta(key, value) VALUES('written_by', '" HOLDUP_VERSION "')");
  transaction.commit();
}

}  // namespace

void bring_forward(SQLite::Database& file) { has_format_2_tables(file) ? from_format_2(file) : from_format_1(file); }

bool has_format_2_tables(SQLite::Database& file) { return file.tableExists("journal"); }

bool has_old_samples(SQLite::Database& file) { return file.tableExists("batch"); }

}  // namespace holdup::store
