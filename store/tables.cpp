#include "store/tables.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <limits>
#include <sstream>

#include "ground/clock/clock.hpp"
#include "store/opening.hpp"
#include "store/retention.hpp"

namespace holdup::store {
namespace {

constexpr std::int64_t most_samples_a_merge = 900'000;
constexpr std::size_t most_pieces_a_merge = 1'024;
constexpr std::size_t rows_a_deletion = 8;

// `find` gives it for its row.
codec::Bytes body_of(SQLite::Statement& find, std::int64_t row) {
  (void)find.tryReset();  // what failed before says so once more
  try {
    find.bind(1, row);
    if (!find.executeStep()) return {};
    const auto* body = static_cast<const std::uint8_t*>(find.getColumn(0).getBlob());
    return {body, body + find.getColumn(0).getBytes()};
  } catch (const SQLite::Exception& error) {
    if (failure_of(error).kind != ground::FailureKind::malformed) throw;
    return {};
  }
}

constexpr auto least = std::numeric_limits<std::int64_t>::min(), greatest = std::numeric_limits<std::int64_t>::max();

std::int64_t begin_of(Dated dated) { return dated == Dated::only ? plausible_from_ms : least; }

}  // namespace

void execute(SQLite::Database& file, const char* sql, std::initializer_list<std::int64_t> values) {
  SQLite::Statement statement{file, sql};
  int place = 0;
  for (const auto value : values) statement.bind(++place, value);
  statement.exec();
}

std::int64_t number(SQLite::Database& file, const char* sql) { return file.execAndGet(sql).getInt64(); }

void insert(SQLite::Database& file, std::span<const NewChunk> chunks) {
  SQLite::Statement add{file,
                        "INSERT INTO chunk(pack, level, from_ms, to_ms, from_seq, to_seq, samples, body) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"};
  for (const auto& chunk : chunks) {
    add.bind(1, chunk.pack);
    add.bind(2, chunk.level);
    add.bind(3, chunk.extent.from_ms);
    add.bind(4, chunk.extent.to_ms);
    add.bind(5, chunk.extent.from_seq);
    add.bind(6, chunk.extent.to_seq);
    add.bind(7, chunk.extent.samples);
    add.bindNoCopy(8, static_cast<const void*>(chunk.body.data()), static_cast<int>(chunk.body.size()));
    add.exec();
    add.reset();
  }
}

void note_sealed(SQLite::Database& file, std::span<const SealedPack> packs) {
  SQLite::Statement note{file, "UPDATE pack SET sealed = ? WHERE row = ?"};
  for (const auto& [pack, seq] : packs) {
    note.bind(1, seq);
    note.bind(2, pack);
    note.exec();
    note.reset();
  }
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
  find.bind(2, window == window_of(least) ? least : window * window_ms);
  find.bind(3, window == window_of(greatest) ? greatest : (window + 1) * window_ms - 1);
  SQLite::Statement body{file, "SELECT body FROM chunk WHERE row = ?"};
  std::vector<Piece> out;
  for (std::int64_t samples = 0; out.size() < most_pieces_a_merge && find.executeStep();) {
    const auto row = find.getColumn(0).getInt64();
    if (except.contains(row)) continue;
    const Extent extent{bounded_ms(find.getColumn(1).getInt64()), bounded_ms(find.getColumn(2).getInt64()),
                        bounded_seq(find.getColumn(3).getInt64()), bounded_seq(find.getColumn(4).getInt64()),
                        bounded_seq(find.getColumn(5).getInt64())};
    samples += extent.samples;
    if (!out.empty() && samples > most_samples_a_merge) break;
    out.push_back({.row = row, .extent = extent, .body = body_of(body, row)});
  }
  return out;
}

Old old_chunks(SQLite::Database& file, int level, std::int64_t before_ms, const RowSet& except, Dated dated) {
  SQLite::Statement find{file,
                         "SELECT row, samples, from_ms, to_ms FROM chunk WHERE level = ? AND to_ms >= ? AND to_ms < ? ORDER BY to_ms"};
  find.bind(1, level);
  find.bind(2, begin_of(dated));
  find.bind(3, before_ms);
  Old out;
  while (out.rows.size() < rows_a_deletion && find.executeStep()) {
    if (except.contains(find.getColumn(0).getInt64())) continue;
    const auto from_ms = bounded_ms(find.getColumn(2).getInt64());
    out.from_ms = out.rows.empty() ? from_ms : std::min(out.from_ms, from_ms);
    out.to_ms = bounded_ms(find.getColumn(3).getInt64());
    out.samples += bounded_seq(find.getColumn(1).getInt64());
    out.rows.push_back(find.getColumn(0).getInt64());
  }
  return out;
}

std::vector<std::int64_t> old_sums(SQLite::Database& file, std::int64_t span_ms, std::int64_t before_ms, const RowSet& except,
                                   Dated dated) {
  SQLite::Statement find{file, "SELECT row FROM summary WHERE span_ms = ? AND to_ms >= ? AND to_ms < ? ORDER BY to_ms"};
  find.bind(1, span_ms);
  find.bind(2, begin_of(dated));
  find.bind(3, before_ms);
  std::vector<std::int64_t> out;
  while (out.size() < rows_a_deletion && find.executeStep())
    if (!except.contains(find.getColumn(0).getInt64())) out.push_back(find.getColumn(0).getInt64());
  return out;
}

std::vector<std::int64_t> undated_rows(SQLite::Database& file, const Undated& of, std::int64_t last, const RowSet& except) {
  SQLite::Statement find{file, of.span_ms == 0 ? "SELECT row FROM chunk WHERE level IN (-1, 0, 1) AND to_ms < ?1 AND to_seq <= ?2"
                                               : "SELECT row FROM summary WHERE span_ms = ?3 AND to_ms < ?1 AND row <= ?2"};
  find.bind(1, plausible_from_ms);
  find.bind(2, last);
  if (of.span_ms != 0) find.bind(3, of.span_ms);
  std::vector<std::int64_t> out;
  while (out.size() < rows_a_deletion && find.executeStep())
    if (!except.contains(find.getColumn(0).getInt64())) out.push_back(find.getColumn(0).getInt64());
  return out;
}

std::optional<Noted> noted(SQLite::Database& file, const Undated& of) {
  SQLite::Statement find{file, "SELECT value FROM meta WHERE key = ?"};
  find.bind(1, of.key);
  if (!find.executeStep()) return std::nullopt;
  std::istringstream text{find.getColumn(0).getString()};
  Noted out;
  if (!(text >> out.last >> out.at_ms) || !is_dated(out.at_ms)) return std::nullopt;  // damaged: to be noted anew
  return out;
}

void note(SQLite::Database& file, const Undated& of, std::optional<std::int64_t> at_ms) {
  SQLite::Statement forget{file, "DELETE FROM meta WHERE key = ?"};
  forget.bind(1, of.key);
  forget.exec();
  if (!at_ms) return;
  const auto last = number(file, of.span_ms == 0 ? "SELECT max(to_seq) FROM chunk" : "SELECT max(row) FROM summary");
  SQLite::Statement add{file, "INSERT INTO meta(key, value) VALUES(?, ?)"};
  add.bind(1, of.key);
  add.bind(2, std::to_string(last) + " " + std::to_string(*at_ms));
  add.exec();
}

}  // namespace holdup::store
