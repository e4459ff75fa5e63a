#include "store/codec/chunk.hpp"

#include <bit>

#include "ground/expect.hpp"
#include "store/codec/frame.hpp"

// Fuzz target: the body of a chunk, its checksum made right. What decodes encodes again to what decodes the same.
namespace {

using namespace holdup;
using namespace holdup::store;

bool same(const codec::Column& a, const codec::Column& b) {
  if (a.series != b.series || a.qualities != b.qualities || a.values.size() != b.values.size()) return false;
  for (std::size_t i = 0; i < a.values.size(); ++i)
    if (std::bit_cast<std::uint64_t>(a.values[i]) != std::bit_cast<std::uint64_t>(b.values[i])) return false;
  return true;
}

/// The blocks that read; nothing where one does not.
bool read(const codec::ChunkReader& reader, std::vector<codec::Block>& blocks) {
  std::size_t cells = 0;
  for (std::size_t at = 0; at < reader.blocks(); ++at) {
    cells += reader.rows(at) * (1 + reader.series(at).size());
    if (cells > 1U << 18U) return false;  // slow, but no fault
    auto times = reader.times(at);
    if (!times) return false;
    codec::Block& block = blocks.emplace_back(codec::Block{*std::move(times), {}});
    for (std::size_t place = 0; place < reader.series(at).size(); ++place) {
      auto column = reader.column(at, place);
      if (!column) return false;
      block.columns.push_back(*std::move(column));
    }
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  codec::Bytes body(data, data + size);
  (void)codec::ChunkReader::open(body);
  codec::close(body);
  const auto reader = codec::ChunkReader::open(body);
  std::vector<codec::Block> blocks;
  if (!reader || !read(*reader, blocks)) return 0;
  codec::ChunkWriter writer;
  for (const codec::Block& block : blocks) {
    writer.begin(block.times);
    for (const codec::Column& column : block.columns) writer.add(column.series, column.values, column.qualities);
  }
  const codec::Bytes again = writer.finish();
  const auto second = codec::ChunkReader::open(again);
  std::vector<codec::Block> got;
  HOLDUP_EXPECT(second && read(*second, got) && got.size() == blocks.size());
  for (std::size_t at = 0; at < blocks.size(); ++at) {
    HOLDUP_EXPECT(got[at].times == blocks[at].times && got[at].columns.size() == blocks[at].columns.size());
    for (std::size_t place = 0; place < got[at].columns.size(); ++place)
      HOLDUP_EXPECT(same(got[at].columns[place], blocks[at].columns[place]));
  }
  return 0;
}
