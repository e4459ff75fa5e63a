#include "store/reader/chunks.hpp"

#include <algorithm>
#include <string>

namespace holdup::store {

std::optional<Pack> pack_of(Session& session, std::int64_t series) {
  session.expect_samples();
  Use find{session, "SELECT p.row, p.sealed FROM series s JOIN pack p ON p.row = s.pack WHERE s.row = ?", series};
  if (!find.step()) return std::nullopt;
  return Pack{.row = find.integer(0), .sealed = find.integer(1)};
}

ChunkPlace place_of(Use& row) {
  return {.row = row.integer(0),
          .level = row.integer(1),
          .from_ms = bounded_ms(row.integer(2)),
          .to_ms = bounded_ms(row.integer(3)),
          .from_seq = bounded_seq(row.integer(4)),
          .to_seq = bounded_seq(row.integer(5)),
          .samples = bounded_seq(row.integer(6))};
}

std::vector<ChunkPlace> chunks_of(Session& session, std::int64_t pack, Span span) {
  Use find{session,
           "SELECT row, level, from_ms, to_ms, from_seq, to_seq, samples FROM chunk WHERE pack = ? AND to_ms >= ? AND from_ms <= ?", pack,
           span.from_ms, span.to_ms};
  std::vector<ChunkPlace> out;
  while (find.step()) out.push_back(place_of(find));
  std::sort(out.begin(), out.end(), [](const ChunkPlace& a, const ChunkPlace& b) {
    return std::pair{a.from_seq, a.row} < std::pair{b.from_seq, b.row};
  });
  return out;
}

bool look_into(Session& session, std::int64_t row, const Look& look) {
  Use find{session, "SELECT body FROM chunk WHERE row = ?", row};
  if (!find.step()) return true;
  const auto chunk = codec::ChunkReader::open(find.bytes(0));
  const auto looked = chunk ? look(*chunk) : ground::Result<void>{chunk.error()};
  if (!looked) session.note("chunk " + std::to_string(row), looked.error().what);
  return !looked.has_error();
}

std::optional<Held> find_series(const codec::ChunkReader& chunk, std::int64_t series) {
  for (std::size_t block = 0; block < chunk.blocks(); ++block) {
    const auto& all = chunk.series(block);
    const auto at = std::find(all.begin(), all.end(), series);
    if (at != all.end()) return Held{.block = block, .place = static_cast<std::size_t>(at - all.begin())};
  }
  return std::nullopt;
}

std::size_t place_in(const codec::JournalBatch& batch, std::int64_t series) {
  const auto& all = batch.series;
  if (all.empty() || series < all.front() || series > all.back()) return all.size();
  const auto at = std::lower_bound(all.begin(), all.end(), series);
  return static_cast<std::size_t>((*at == series ? at : all.end()) - all.begin());
}

}  // namespace holdup::store
