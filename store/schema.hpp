#pragma once

#include <cstdint>

// The layout of the file in SQL; FORMAT.md says what each column means. For the rooms' own sources only.
namespace holdup::store {

inline constexpr std::int64_t application_id = 0x484C4450;  // "HLDP" in the SQLite header, bytes 68..71
inline constexpr std::int64_t format_version = 3;           // PRAGMA user_version

// Formats 2 and 3. PRAGMA auto_vacuum = INCREMENTAL stands before it in a new file.
inline constexpr const char* schema_sql = R"sql(
CREATE TABLE event(
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  boot TEXT NOT NULL,
  mono_ns INTEGER NOT NULL,
  utc_ns INTEGER NOT NULL,
  incident TEXT NOT NULL,
  json TEXT NOT NULL,
  crc INTEGER NOT NULL);
CREATE INDEX event_of_incident ON event(incident, seq);
CREATE TABLE audit(
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  utc_ns INTEGER NOT NULL,
  boot TEXT NOT NULL,
  mono_ns INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  json TEXT NOT NULL,
  hash BLOB NOT NULL);
CREATE TABLE series(
  row INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  pack INTEGER NOT NULL REFERENCES pack(row));
CREATE INDEX series_by_name ON series(name);
CREATE INDEX series_of_pack ON series(pack);
CREATE TABLE label(
  series INTEGER NOT NULL REFERENCES series(row),
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY(series, name)) WITHOUT ROWID;
CREATE INDEX label_by_value ON label(name, value, series);
CREATE TABLE pack(
  row INTEGER PRIMARY KEY,
  device TEXT NOT NULL,
  sealed INTEGER NOT NULL);
CREATE TABLE boot(
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE);
CREATE TABLE journal(
  seq INTEGER PRIMARY KEY,
  body BLOB NOT NULL);
CREATE TABLE chunk(
  row INTEGER PRIMARY KEY,
  pack INTEGER NOT NULL REFERENCES pack(row),
  level INTEGER NOT NULL,
  from_ms INTEGER NOT NULL,
  to_ms INTEGER NOT NULL,
  from_seq INTEGER NOT NULL,
  to_seq INTEGER NOT NULL,
  samples INTEGER NOT NULL,
  body BLOB NOT NULL);
CREATE INDEX chunk_of_pack ON chunk(pack, to_ms, from_ms);
CREATE INDEX chunk_by_age ON chunk(level, to_ms);
CREATE INDEX chunk_by_seq ON chunk(to_seq);
CREATE TABLE summary(
  row INTEGER PRIMARY KEY,
  pack INTEGER NOT NULL REFERENCES pack(row),
  span_ms INTEGER NOT NULL,
  from_ms INTEGER NOT NULL,
  to_ms INTEGER NOT NULL,
  body BLOB NOT NULL);
CREATE INDEX summary_of_pack ON summary(pack, span_ms, to_ms, from_ms);
CREATE INDEX summary_by_age ON summary(span_ms, to_ms);
CREATE TABLE loss(
  row INTEGER PRIMARY KEY,
  utc_ns INTEGER NOT NULL,
  what TEXT NOT NULL,
  from_ms INTEGER NOT NULL,
  to_ms INTEGER NOT NULL,
  samples INTEGER NOT NULL);
CREATE TABLE blob(
  row INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  bytes BLOB NOT NULL,
  crc INTEGER NOT NULL,
  UNIQUE(kind, key));
CREATE TABLE cursor(
  name TEXT PRIMARY KEY,
  position INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE meta(
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL) WITHOUT ROWID;
)sql";

}  // namespace holdup::store
