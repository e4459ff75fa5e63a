#pragma once

#include <cstdint>

// The layout of the file in SQL; FORMAT.md says what each column means. For the rooms' own sources only.
namespace holdup::store {

inline constexpr std::int64_t application_id = 0x484C4450;  // "HLDP" in the SQLite header, bytes 68..71
inline constexpr std::int64_t format_version = 1;           // PRAGMA user_version

inline constexpr const char* schema_sql = R"sql(
CREATE TABLE event(
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  boot TEXT NOT NULL,
  mono_ns INTEGER NOT NULL,
  utc_ns INTEGER NOT NULL,
  incident TEXT NOT NULL,
  json TEXT NOT NULL);
CREATE INDEX event_of_incident ON event(incident, seq);
CREATE TABLE series(
  row INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL);
CREATE INDEX series_by_name ON series(name);
CREATE TABLE label(
  series INTEGER NOT NULL REFERENCES series(row),
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY(series, name)) WITHOUT ROWID;
CREATE INDEX label_by_value ON label(name, value, series);
CREATE TABLE shape(
  row INTEGER PRIMARY KEY,
  members TEXT NOT NULL UNIQUE);
CREATE TABLE member(
  series INTEGER NOT NULL REFERENCES series(row),
  shape INTEGER NOT NULL REFERENCES shape(row),
  position INTEGER NOT NULL,
  PRIMARY KEY(series, shape)) WITHOUT ROWID;
CREATE TABLE boot(
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE);
CREATE TABLE batch(
  row INTEGER PRIMARY KEY,
  shape INTEGER NOT NULL REFERENCES shape(row),
  boot INTEGER NOT NULL REFERENCES boot(row),
  mono_ns INTEGER NOT NULL,
  utc_ns INTEGER NOT NULL,
  samples BLOB NOT NULL);
CREATE INDEX batch_by_time ON batch(shape, utc_ns, row);
CREATE TABLE blob(
  row INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  bytes BLOB NOT NULL,
  UNIQUE(kind, key));
CREATE TABLE cursor(
  name TEXT PRIMARY KEY,
  position INTEGER NOT NULL) WITHOUT ROWID;
)sql";

}  // namespace holdup::store
