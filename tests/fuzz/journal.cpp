#include "store/codec/journal.hpp"

#include <bit>

#include "ground/expect.hpp"
#include "store/codec/frame.hpp"

// Fuzz target: rows of a journal, one after another, their checksums made right; a byte of 0xFE and one of 0x00 part them. What decodes
// encodes again to what decodes the same.
namespace {

using namespace holdup;
using namespace holdup::store;
using Row = std::vector<codec::JournalBatch>;

bool same(const codec::JournalBatch& a, const codec::JournalBatch& b) {
  if (a.values.size() != b.values.size()) return false;
  for (std::size_t i = 0; i < a.values.size(); ++i)
    if (std::bit_cast<std::uint64_t>(a.values[i]) != std::bit_cast<std::uint64_t>(b.values[i])) return false;
  return a.utc_ms == b.utc_ms && a.age_ms == b.age_ms && a.boot == b.boot && a.offset_ms == b.offset_ms && a.series == b.series &&
         a.qualities == b.qualities;
}

std::vector<codec::Bytes> rows_of(const std::uint8_t* data, std::size_t size) {
  std::vector<codec::Bytes> rows(1);
  for (std::size_t at = 0; at < size; ++at) {
    if (at + 1 < size && data[at] == 0xFE && data[at + 1] == 0) {
      rows.emplace_back();
      ++at;
    } else {
      rows.back().push_back(data[at]);
    }
  }
  return rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  codec::JournalReader reader, second;
  codec::JournalWriter writer;
  for (codec::Bytes& body : rows_of(data, size)) {
    codec::close(body);
    const auto key = codec::JournalReader::is_key(body);
    const auto row = reader.read(body);
    if (!row) continue;
    HOLDUP_EXPECT(key);
    const codec::Bytes written = writer.write(*row, *key);
    const auto again = second.read(written);
    HOLDUP_EXPECT(again && again->size() == row->size());
    for (std::size_t at = 0; at < row->size(); ++at) HOLDUP_EXPECT(same((*row)[at], (*again)[at]));
  }
  return 0;
}
