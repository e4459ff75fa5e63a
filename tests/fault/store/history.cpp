#include "history.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <chrono>

#include "catch.hpp"
#include "store/reader.hpp"
#include "witness.hpp"

namespace holdup::store::fault {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t second_window = 800;  // the batch of which no time is in the first

// Reads everything that a reader can read; what it returns on the way is not looked at, that it returns is.
void read_all(Reader& reader, std::size_t one_of) {
  for (std::int64_t seq = 0, slice = 100; slice > 0;) {
    const auto events = reader.events(seq, static_cast<std::size_t>(slice));
    if (events && !events->empty() && events->back().seq > seq)
      seq = events->back().seq;
    else
      slice = events ? 0 : slice / 10;
  }
  static_cast<void>(reader.incident("b0-1"));
  static_cast<void>(reader.seq_of("b0-3"));
  static_cast<void>(reader.last_seq());
  static_cast<void>(reader.blob("capture", "b0-1"));
  static_cast<void>(reader.cursor("forward"));
  static_cast<void>(reader.verify_audit());
  static_cast<void>(reader.audit(0, 1000));
  static_cast<void>(reader.series("rack_current_amperes", {{"device", "pdu-1"}}));
  const auto all = reader.series("", {});
  if (!all) return;
  const Range always{.from = ground::Utc{0ns}, .to = ground::Utc{std::chrono::hours{24 * 365 * 80}}};
  std::vector<std::int64_t> rows;
  for (std::size_t at = 0; at < all->size(); at += one_of) {
    const auto& stored = (*all)[at];
    rows.push_back(stored.row);
    static_cast<void>(reader.series_at(stored.row));
    static_cast<void>(reader.range(stored.row, always));
    for (const ground::Duration resolution : {ground::Duration{7s}, ground::Duration{1min}, ground::Duration{1h}})
      static_cast<void>(reader.buckets(stored.row, always, resolution));
  }
  static_cast<void>(reader.instant(rows, ground::Utc{std::chrono::milliseconds{1'738'368'100'000}}, 5min));
  const auto last = reader.last_recorded();
  for (std::int64_t seq = 0; last && seq < *last;) {
    const auto slice = reader.recorded(seq, 2000);
    if (!slice || slice->to <= seq) break;
    seq = slice->to;
  }
}

std::int64_t merged_chunks(const std::string& path) {
  const SQLite::Database file{path, SQLite::OPEN_READONLY};
  SQLite::Statement count{file, "SELECT count(*) FROM chunk WHERE level = 1"};
  return count.executeStep() ? count.getColumn(0).getInt64() : 0;
}

// Some batches more, since housekeeping goes along with them, until there are merged chunks.
void await_merged(Store& store, const std::string& path, std::size_t batch) {
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  for (; merged_chunks(path) < 2; ++batch) {
    REQUIRE((batch < most_batches && std::chrono::steady_clock::now() < deadline));
    store.append(batch_of(0, batch));
    REQUIRE(store.flush());
  }
}

}  // namespace

Files grown(const std::string& name, std::size_t rounds, With with, std::vector<Life>& lives) {
  const Folder folder;
  Witness witness{0};
  auto store = Store::open(options(folder.file(), 0), witness);
  REQUIRE(store);
  const Script script{.rounds = rounds, .batches_a_round = 8};
  live(*store, witness, script);
  REQUIRE(settle(*store));
  if (with == With::chunks) await_merged(*store, folder.file(), std::max(rounds * script.batches_a_round + 1, second_window));
  lives.push_back(witness.life());
  return Files::read(name, folder.file());
}

void read_all_of(const std::string& path, std::size_t one_of) {
  if (auto reader = Reader::open(path)) read_all(*reader, one_of);
  if (auto reader = Reader::open_damaged(path)) read_all(*reader, one_of);
}

}  // namespace holdup::store::fault
