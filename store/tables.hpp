#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "store/loss.hpp"
#include "store/merging.hpp"
#include "store/sealing.hpp"

namespace SQLite {
class Database;
}

// The SQL of housekeeping: what it reads of the tables of samples and writes to them. Used by Housekeeper. All throw SQLite::Exception.
namespace holdup::store {

struct NewChunk {
  std::int64_t pack = 0;
  int level = 0;
  Extent extent;
  codec::Bytes body;
};

struct SealedPack {
  std::int64_t pack = 0;
  std::int64_t seq = 0;  // up to which all of its samples are in chunks
};

struct Old {  // rows that go
  std::vector<std::int64_t> rows;
  std::int64_t samples = 0, from_ms = 0, to_ms = 0;
};

using RowSet = std::set<std::int64_t>;

/// The one value of a query.
[[nodiscard]] std::int64_t number(SQLite::Database& file, const char* sql);
void execute(SQLite::Database& file, const char* sql, std::initializer_list<std::int64_t> values);

void insert(SQLite::Database& file, std::span<const NewChunk> chunks);
void insert(SQLite::Database& file, std::int64_t pack, const Merged::Sums& sums);
void insert(SQLite::Database& file, const Loss& loss);
void note_sealed(SQLite::Database& file, std::span<const SealedPack> packs);
void delete_rows(SQLite::Database& file, const char* table, const std::vector<std::int64_t>& rows);

/// The small chunks that end in a window, in order of recording, as many as one merge takes; without those in `except`. A body that does
/// not read is empty.
[[nodiscard]] std::vector<Piece> pieces_of(SQLite::Database& file, std::int64_t pack, std::int64_t window, const RowSet& except);
/// Of a table, or of one span of it, what was measured while the clock stood before any holdup: its time says nothing of its age.
struct Undated {
  const char* table = "";
  std::int64_t span_ms = 0;  // 0: of chunks
  std::string key;           // in `meta`: Noted
};
/// Those up to `last`, some.
[[nodiscard]] std::vector<std::int64_t> undated_rows(SQLite::Database& file, const Undated& of, std::int64_t last, const RowSet& except);
/// The last that was there when this was noted, by `to_seq` of chunks or row of summaries; and when that was.
struct Noted {
  std::int64_t last = 0, at_ms = 0;
};
[[nodiscard]] std::optional<Noted> noted(SQLite::Database& file, const Undated& of);
/// Nothing: what was noted is over.
void note(SQLite::Database& file, const Undated& of, std::optional<std::int64_t> at_ms);

/// The oldest that end before, some; with `dated` only those whose time tells their age.
enum class Dated : std::uint8_t { only, or_not };
[[nodiscard]] Old old_chunks(SQLite::Database& file, int level, std::int64_t before_ms, const RowSet& except, Dated dated);
[[nodiscard]] std::vector<std::int64_t> old_sums(SQLite::Database& file, std::int64_t span_ms, std::int64_t before_ms, const RowSet& except,
                                                 Dated dated);

}  // namespace holdup::store
