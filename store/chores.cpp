#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "store/codec/chunk.hpp"
#include "store/conversion.hpp"
#include "store/housekeeper.hpp"

// What Housekeeper does, each as one coroutine: it yields after each slice, and after it has proposed a chore goes on when that is durable.
namespace holdup::store {
namespace {

constexpr std::size_t sealed_bytes_a_chore = 65'536;
constexpr std::size_t values_a_slice = 4'096;
constexpr std::int64_t rows_a_trim = 512;
constexpr std::size_t old_samples_a_chore = 50'000;
constexpr int old_rows_a_slice = 64;

std::int64_t ms(ground::Duration duration) { return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count(); }

std::vector<std::int64_t> rows_of(const std::vector<Piece>& pieces) {
  std::vector<std::int64_t> out;
  for (const auto& piece : pieces) out.push_back(piece.row);
  return out;
}

std::size_t bytes_of(const std::vector<NewChunk>& chunks) {
  std::size_t out = 0;
  for (const auto& chunk : chunks) out += chunk.body.size();
  return out;
}

}  // namespace

// Rows of one pack as chunks of level 0, a window each.
Slices Housekeeper::encode(std::int64_t pack, Tail::Lanes lanes, std::vector<NewChunk>& into) {
  const auto blocks_of_chunks = chunks_of(std::move(lanes));
  co_yield Pause{};
  for (const auto& blocks : blocks_of_chunks) {
    codec::ChunkWriter writer{codec::Care::quick};
    std::size_t values = 0;
    for (const auto& block : blocks) {
      writer.begin(block.times);
      for (const auto& column : block.columns) {
        writer.add(column);
        values += column.qualities.size();
        if (values < values_a_slice) continue;
        values = 0;
        co_yield Pause{};
      }
    }
    into.push_back({pack, 0, extent_of(blocks), writer.finish()});
    co_yield Pause{};
  }
}

Slices Housekeeper::seal() {
  while (sorter_.step()) co_yield Pause{};
  std::vector<NewChunk> chunks;
  std::vector<SealedPack> sealed;
  while (bytes_of(chunks) < sealed_bytes_a_chore) {
    const auto pack = tail_.due(last_seq_ - rules_.seal_after, most_samples_a_pack);
    if (!pack) break;
    sealed.push_back({*pack, tail_.sorted_until()});
    for (auto job = encode(*pack, tail_.take(*pack), chunks); job.under_way();) {
      job.next();
      co_yield Pause{};
    }
  }
  if (sealed.empty()) co_return;
  propose([&] {
    insert(file_, chunks);
    note_sealed(file_, sealed);
  });
  co_yield Pause{};
  for (const auto& [pack, seq] : sealed) tail_.sealed(pack);
  level0_ += static_cast<std::int64_t>(chunks.size());
}

// Some of the samples of format 1; the same again until there are none.
Slices Housekeeper::convert() {
  OldSamples old{file_};
  Tail tail;
  while (tail.samples() < old_samples_a_chore && old.read(old_rows_a_slice, tail)) co_yield Pause{};
  if (old.last() == 0) {
    propose([&] { OldSamples::drop_tables(file_); });
    co_yield Pause{};
    converting_ = false;
    OldSamples::compact(file_);
    co_return;
  }
  for (const auto& loss : old.losses()) note_loss(loss);
  std::vector<NewChunk> chunks;
  for (const auto pack : tail.packs())
    for (auto job = encode(pack, tail.take(pack), chunks); job.under_way();) {
      job.next();
      co_yield Pause{};
    }
  propose([&] {
    insert(file_, chunks);
    old.remove();
  });
  co_yield Pause{};
  level0_ += static_cast<std::int64_t>(chunks.size());
}

Slices Housekeeper::trim(std::int64_t before) {
  for (auto from = keys_.front(); from < before; from += rows_a_trim) {
    const auto to = std::min(before, from + rows_a_trim);
    propose([this, to] { execute(file_, "DELETE FROM journal WHERE seq < ?", {to}); });
    co_yield Pause{};
  }
  while (!keys_.empty() && keys_.front() < before) keys_.pop_front();
}

Slices Housekeeper::note() {
  propose([] {});
  co_yield Pause{};
}

void Housekeeper::put_aside(const std::vector<Piece>& pieces, const std::string& why) {
  for (const auto& piece : pieces)
    note_loss({.what = "chunk " + std::to_string(piece.row),
               .from_ms = piece.extent.from_ms,
               .to_ms = piece.extent.to_ms,
               .samples = piece.extent.samples,
               .why = why});
}

Slices Housekeeper::merge_window(Ripe of) {
  auto pieces = pieces_of(file_, of.pack, of.window, unreadable_["chunk"]);
  std::vector<Piece> lost;  // pages of them do not read: nothing is written there
  for (auto& piece : pieces)
    if (piece.body.empty()) lost.push_back(std::move(piece));
  std::erase_if(pieces, [](const Piece& piece) { return piece.body.empty(); });
  put_aside(lost, "its pages do not read");
  for (const auto& piece : lost) unreadable_["chunk"].insert(piece.row);
  if (pieces.empty()) co_return;
  co_yield Pause{};
  std::vector<std::int64_t> rows = rows_of(pieces);
  Merged merged;
  for (auto job = merge(std::move(pieces), merged); job.under_way();) {
    job.next();
    co_yield Pause{};
  }
  const auto count = static_cast<std::int64_t>(rows.size());
  const auto touching = rows;
  for (const auto& piece : merged.damaged) std::erase(rows, piece.row);
  put_aside(merged.damaged, "its bytes are damaged");
  const NewChunk chunk{of.pack, 1, merged.extent, std::move(merged.chunk)};
  propose(
      [&] {
        for (const auto& piece : merged.damaged) execute(file_, "UPDATE chunk SET level = -1 WHERE row = ?", {piece.row});
        delete_rows(file_, "chunk", rows);
        if (chunk.extent.samples == 0) return;
        insert(file_, std::span{&chunk, 1});
        for (const auto& sums : merged.sums) insert(file_, of.pack, sums);
      },
      {"chunk", touching});
  co_yield Pause{};
  level0_ -= count;
}

bool Housekeeper::has_old(std::int64_t now_ms) {
  has_old_->reset();  // it may have failed
  has_old_->bind(1, now_ms - ms(rules_.retention.raw));
  has_old_->bind(2, now_ms - ms(rules_.retention.minute));
  has_old_->bind(3, now_ms - ms(rules_.retention.hour));
  const bool found = has_old_->executeStep() && has_old_->getColumn(0).getInt() != 0;
  has_old_->reset();
  return found;
}

Slices Housekeeper::expire(std::int64_t now_ms) {
  if (!has_old(now_ms)) co_return;
  for (const int level : {-1, 0, 1})
    for (;;) {
      const auto old = old_chunks(file_, level, now_ms - ms(rules_.retention.raw), unreadable_["chunk"], Dated::only);
      if (old.rows.empty()) break;
      propose([&] { delete_rows(file_, "chunk", old.rows); }, {"chunk", old.rows});
      co_yield Pause{};
      if (level == 0) level0_ -= static_cast<std::int64_t>(old.rows.size());
    }
  co_yield Pause{};
  for (const auto& [span, keep] : {std::pair{minute_ms, rules_.retention.minute}, {hour_ms, rules_.retention.hour}})
    for (;;) {
      const auto rows = old_sums(file_, span, now_ms - ms(keep), unreadable_["summary"], Dated::only);
      if (rows.empty()) break;
      propose([&] { delete_rows(file_, "summary", rows); }, {"summary", rows});
      co_yield Pause{};
    }
  co_yield Pause{};
  for (auto job = expire_undated(now_ms); job.under_way();) {
    job.next();
    co_yield Pause{};
  }
}

// What a clock in 1970 left grows old from the moment on at which it was first seen here with a clock that is right.
Slices Housekeeper::expire_undated(std::int64_t now_ms) {
  const auto& keep = rules_.retention;
  for (const auto& [of, age] : {std::pair{Undated{"chunk", 0, "undated"}, keep.raw},
                                {Undated{"summary", minute_ms, "undated minutes"}, keep.minute},
                                {Undated{"summary", hour_ms, "undated hours"}, keep.hour}}) {
    const auto since = noted(file_, of);
    if (!since && undated_rows(file_, of, std::numeric_limits<std::int64_t>::max(), unreadable_[of.table]).empty()) continue;
    if (since && now_ms - since->at_ms < ms(age)) continue;
    while (since) {
      const auto rows = undated_rows(file_, of, since->last, unreadable_[of.table]);
      if (rows.empty()) break;
      propose([&] { delete_rows(file_, of.table, rows); }, {of.table, rows});
      co_yield Pause{};
    }
    propose([&] { store::note(file_, of, since ? std::nullopt : std::optional{now_ms}); });
    co_yield Pause{};
  }
  if (crowded()) level0_ = number(file_, "SELECT count(*) FROM chunk WHERE level = 0");
}

void Housekeeper::lose_for_room(const Old& old) {
  delete_rows(file_, "chunk", old.rows);
  const Loss loss{.what = "max_bytes", .from_ms = old.from_ms, .to_ms = old.to_ms, .samples = old.samples};
  if (room_row_ == 0) {
    insert(file_, loss);
    return;
  }
  SQLite::Statement more{file_, "UPDATE loss SET from_ms = min(from_ms, ?), to_ms = max(to_ms, ?), samples = samples + ? WHERE row = ?"};
  more.bind(1, loss.from_ms);
  more.bind(2, loss.to_ms);
  more.bind(3, loss.samples);
  more.bind(4, room_row_);
  more.exec();
}

// Raw samples first, the oldest before the others, those that are summed up before those that are not; then minutes, then hours.
Slices Housekeeper::shrink() {
  constexpr auto ever = std::numeric_limits<std::int64_t>::max();
  for (const int level : {-1, 1, 0})
    while (too_large()) {
      const auto old = old_chunks(file_, level, ever, unreadable_["chunk"], Dated::or_not);
      if (old.rows.empty()) break;
      propose([&] { lose_for_room(old); }, {"chunk", old.rows});
      co_yield Pause{};
      if (level == 0) level0_ -= static_cast<std::int64_t>(old.rows.size());
      if (room_row_ == 0) {
        room_row_ = number(file_, "SELECT max(row) FROM loss WHERE what = 'max_bytes'");
        losses_.push_back({.what = "max_bytes",
                           .from_ms = old.from_ms,
                           .to_ms = old.to_ms,
                           .samples = old.samples,
                           .why = "the file has grown to max_bytes"});
      }
      if (level >= 0) lost_samples_ += static_cast<std::uint64_t>(std::max<std::int64_t>(old.samples, 0));
    }
  for (const auto span : {minute_ms, hour_ms})
    while (too_large()) {
      const auto rows = old_sums(file_, span, ever, unreadable_["summary"], Dated::or_not);
      if (rows.empty()) break;
      propose([&] { delete_rows(file_, "summary", rows); }, {"summary", rows});
      co_yield Pause{};
    }
}

Slices Housekeeper::vacuum() {
  propose([this] { file_.exec("PRAGMA incremental_vacuum(64)"); });
  co_yield Pause{};
}

}  // namespace holdup::store
