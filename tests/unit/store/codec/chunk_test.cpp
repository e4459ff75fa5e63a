#include "store/codec/chunk.hpp"

#include "catch.hpp"
#include "unit/store/codec/columns.hpp"

using namespace holdup;
using namespace holdup::store::codec;

namespace {

Bytes chunk_of(const std::vector<Block>& blocks, Care care = Care::thorough) {
  ChunkWriter writer{care};
  for (const Block& block : blocks) {
    writer.begin(block.times);
    for (const Column& one : block.columns) writer.add(one.series, one.values, one.qualities);
  }
  return writer.finish();
}

void check_reads_as(const Bytes& bytes, const std::vector<Block>& blocks) {
  const auto reader = ChunkReader::open(bytes);
  REQUIRE(reader);
  REQUIRE(reader->blocks() == blocks.size());
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    REQUIRE(reader->rows(b) == blocks[b].times.rows());
    REQUIRE(reader->series(b).size() == blocks[b].columns.size());
    const auto times = reader->times(b);
    REQUIRE(times);
    CHECK(*times == blocks[b].times);
    for (std::size_t c = 0; c < blocks[b].columns.size(); ++c) {
      const Column& wanted = blocks[b].columns[c];
      const auto got = reader->column(b, c);
      REQUIRE(got);
      CHECK(got->series == wanted.series);
      CHECK(same_bits(got->values, wanted.values));
      CHECK(got->qualities == wanted.qualities);
    }
  }
}

Block block_of(Random& random, std::size_t rows, std::int64_t jitter, int seldom) {
  Block block{times(random, rows, jitter), {}};
  std::int64_t series = 1;
  for (const Kind& kind : kinds())
    block.columns.push_back({series += within(random, -3, 50), column(kind, random, rows), qualities(random, rows, seldom)});
  return block;
}

}  // namespace

TEST_CASE("a chunk gives every value, quality and time back bit by bit, whatever they are") {
  Random random{20260101};
  for (const std::size_t rows : {0, 1, 2, 3, 7, 128, 1000})
    for (const std::int64_t jitter : {0, 5, 5000}) {
      const std::vector<Block> blocks{block_of(random, rows, jitter, jitter > 0 ? 9 : 5000)};
      check_reads_as(chunk_of(blocks), blocks);
      check_reads_as(chunk_of(blocks, Care::quick), blocks);
    }
}

TEST_CASE("a chunk written quickly gives back whatever range its values have, with some far outside") {
  Random random{11};
  for (const std::int64_t range : {0, 1, 2, 3, 5, 15, 16, 200, 255, 256, 100'000})
    for (const std::int64_t seldom : {3, 20, 1'000'000}) {
      Block block{times(random, 128, 0), {{1, std::vector<double>(128), qualities(random, 128, 1000)}}};
      for (double& value : block.columns[0].values)
        value = static_cast<double>(within(random, 0, range) +
                                    (within(random, 1, seldom) == 1 ? within(random, -1'000'000'000, 1'000'000'000) : 0)) /
                10;
      check_reads_as(chunk_of({block}, Care::quick), {block});
    }
}

TEST_CASE("a chunk written quickly takes less than two thirds of a byte for a value that goes up and down a little") {
  Random random{12};
  Block block{times(random, 128, 0), {}};
  for (std::int64_t series = 1; series <= 20; ++series) {
    Column& column = block.columns.emplace_back(Column{series, std::vector<double>(128), std::vector<ground::Quality>(128)});
    for (double& value : column.values) value = static_cast<double>(2300 + within(random, 0, 7)) / 10;
  }
  CHECK(chunk_of({block}, Care::quick).size() < 20 * 128 * 2 / 3);
}

TEST_CASE("a chunk holds blocks of different rows") {
  Random random{7};
  const std::vector<Block> blocks{block_of(random, 720, 5, 100), block_of(random, 3, 0, 1), block_of(random, 1440, 0, 10000)};
  check_reads_as(chunk_of(blocks), blocks);
}

TEST_CASE("a chunk without a block is one") { check_reads_as(chunk_of({}), {}); }

TEST_CASE("a writer is as new after finish") {
  Random random{8};
  const Block one = block_of(random, 60, 0, 100), other = block_of(random, 90, 5, 100);
  ChunkWriter writer;
  for (const Block& block : {one, other}) {
    writer.begin(block.times);
    for (const Column& each : block.columns) writer.add(each.series, each.values, each.qualities);
    CHECK(writer.finish() == chunk_of({block}));
  }
}

TEST_CASE("whole numbers at the ends of their range are kept") {
  Random random{9};
  Times edge = times(random, 4, 0);
  edge.utc_ms = {INT64_MIN, INT64_MAX, 0, INT64_MIN};
  edge.seq = {INT64_MIN, -1, INT64_MAX, INT64_MAX};
  edge.age_ms = {INT64_MAX, INT64_MIN, INT64_MAX, INT64_MIN};
  edge.stretches = {{0, INT64_MIN, INT64_MAX}, {1, INT64_MAX, INT64_MIN}};
  const std::vector<Block> blocks{{edge,
                                   {{INT64_MIN, std::vector<double>(4), std::vector<ground::Quality>(4)},
                                    {INT64_MAX, std::vector<double>(4, -0.0), std::vector<ground::Quality>(4)}}}};
  for (const Care care : {Care::thorough, Care::quick}) check_reads_as(chunk_of(blocks, care), blocks);
}

TEST_CASE("each damaged byte of a chunk is found, and none harms") {
  Random random{10};
  const Bytes good = chunk_of({block_of(random, 50, 5, 20)});
  for (std::size_t at = 0; at < good.size(); ++at) {
    Bytes bad = good;
    bad[at] ^= static_cast<std::uint8_t>(within(random, 1, 255));
    CHECK(ChunkReader::open(bad).has_error());
  }
  for (std::size_t size = 0; size < good.size(); ++size) CHECK(ChunkReader::open(BytesView{good}.first(size)).has_error());
}
