#include "store/tables.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>

#include "ground/clock/clock.hpp"
#include "store/opening.hpp"

namespace holdup::store {
namespace {

constexpr std::int64_t most_samples_a_merge = 900'000;
constexpr std::size_t most_pieces_a_merge = 1'024;
constexpr std::size_t rows_a_deletion = 8;

codec::Bytes body_of(SQLite::Database& file, std::int64_t row) {
  try {
    SQLite::Statement find{file, "SELECT body FROM chunk WHERE row = ?"};
    find.bind(1, row);
    if (!find.executeStep()) return {};
    const auto* body = static_cast<const std::uint8_t*>(find.getColumn(0).getBlob());
    return {body, body + find.getColumn(0).getBytes()};
  } catch (const SQLite::Exception& error) {
    if (failure_of(error).kind != ground::FailureKind::malformed) throw;
    return {};
  }
}

}  // namespace

void execute(SQLite::Database& file, const char* sql, std::initializer_list<std::int64_t> values) {
  SQLite::Statement statement{file, sql};
  int place = 0;
  for (const auto value : values) statement.bind(++place, value);
  statement.exec();
}

std::int64_t number(SQLite::Database& file, const char* sql) { return file.execAndGet(sql).getInt64(); }

void insert(SQLite::Database& file, const NewChunk& chunk) {
  SQLite::Statement add{file,
                        "INSERT INTO chunk(pack, level, from_ms, to_ms, from_seq, to_seq, samples, body) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"};
  add.bind(1, chunk.pack);
  add.bind(2, chunk.level);
  add.bind(3, chunk.extent.from_ms);
  add.bind(4, chunk.extent.to_ms);
  add.bind(5, chunk.extent.from_seq);
  add.bind(6, chunk.extent.to_seq);
  add.bind(7, chunk.extent.samples);
  add.bindNoCopy(8, static_cast<const void*>(chunk.body.data()), static_cast<int>(chunk.body.size()));
  add.exec();
}

void insert(SQLite::Database& file, std::int64_t pack, const Merged::Sums& sums) {
  SQLite::Statement add{file, "INSERT INTO summary(pack, span_ms, from_ms, to_ms, body) VALUES(?, ?, ?, ?, ?)"};
  add.bind(1, pack);
  add.bind(2, sums.span_ms);
  add.bind(3, sums.from_ms);
  add.bind(4, sums.to_ms);
  add.bindNoCopy(5, static_cast<const void*>(sums.body.data()), static_cast<int>(sums.body.size()));
  add.exec();
}

void delete_rows(SQLite::Database& file, const char* table, const std::vector<std::int64_t>& rows) {
  SQLite::Statement remove{file, std::string{"DELETE FROM "} + table + " WHERE row = ?"};
  for (const auto row : rows) {
    remove.bind(1, row);
    remove.exec();
    remove.reset();
  }
}

void insert(SQLite::Database& file, const Loss& loss) {
  SQLite::Statement add{file, "INSERT INTO loss(utc_ns, what, from_ms, to_ms, samples) VALUES(?, ?, ?, ?, ?)"};
  add.bind(1, std::int64_t{ground::utc(ground::clock::now(), ground::clock::utc_offset()).time_since_epoch().count()});
  add.bind(2, loss.what);
  add.bind(3, loss.from_ms);
  add.bind(4, loss.to_ms);
  add.bind(5, loss.samples);
  add.exec();
}

std::vector<Piece> pieces_of(SQLite::Database& file, std::int64_t pack, std::int64_t window, const RowSet& except) {
  SQLite::Statement find{file,
                         "SELECT row, from_ms, to_ms, from_seq, to_seq, samples FROM chunk WHERE pack = ? AND level = 0 AND to_ms "
                         "BETWEEN ? AND ? ORDER BY from_seq, row"};
  find.bind(1, pack);
  find.bind(2, window * window_ms);
  find.bind(3, (window + 1) * window_ms - 1);
  std::vector<Piece> out;
  for (std::int64_t samples = 0; out.size() < most_pieces_a_merge && find.executeStep();) {
    const auto row = find.getColumn(0).getInt64();
    if (except.contains(row)) continue;
    const Extent extent{find.getColumn(1).getInt64(), find.getColumn(2).getInt64(), find.getColumn(3).getInt64(),
                        find.getColumn(4).getInt64(), find.getColumn(5).getInt64()};
    samples += std::max<std::int64_t>(extent.samples, 0);
    if (!out.empty() && samples > most_samples_a_merge) break;
    out.push_back({.row = row, .extent = extent, .body = body_of(file, row)});
  }
  return out;
}

Old old_chunks(SQLite::Database& file, int level, std::int64_t before_ms, const RowSet& except) {
  SQLite::Statement find{file, "SELECT row, samples, from_ms, to_ms FROM chunk WHERE level = ? AND to_ms < ? ORDER BY to_ms"};
  find.bind(1, level);
  find.bind(2, before_ms);
  Old out;
  while (out.rows.size() < rows_a_deletion && find.executeStep()) {
    if (except.contains(find.getColumn(0).getInt64())) continue;
    out.from_ms = out.rows.empty() ? find.getColumn(2).getInt64() : std::min(out.from_ms, find.getColumn(2).getInt64());
    out.to_ms = find.getColumn(3).getInt64();
    out.samples += find.getColumn(1).getInt64();
    out.rows.push_back(find.getColumn(0).getInt64());
  }
  return out;
}

std::vector<std::int64_t> old_sums(SQLite::Database& file, std::int64_t span_ms, std::int64_t before_ms, const RowSet& except) {
  SQLite::Statement find{file, "SELECT row FROM summary WHERE span_ms = ? AND to_ms < ? ORDER BY to_ms"};
  find.bind(1, span_ms);
  find.bind(2, before_ms);
  std::vector<std::int64_t> out;
  while (out.size() < rows_a_deletion && find.executeStep())
    if (!except.contains(find.getColumn(0).getInt64())) out.push_back(find.getColumn(0).getInt64());
  return out;
}

}  // namespace holdup::store
