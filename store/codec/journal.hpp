#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "ground/result.hpp"
#include "store/codec/chunk.hpp"
#include "store/codec/rows.hpp"
#include "store/codec/series_list.hpp"

// A journal row: all poll replies of one commit, as the bytes of journal.body (FORMAT.md, Journal). Values follow from those of the rows
// before, back to the last key row; compressed, with a CRC-32. Pure. The bytes may be anybody's, as those of a chunk.
namespace holdup::store::codec {

/// One poll reply.
struct JournalBatch {
  std::int64_t utc_ms = 0;
  std::int64_t age_ms = 0;
  std::int64_t boot = 0;
  std::int64_t offset_ms = 0;  // UTC minus monotonic time of that boot
  SeriesList series;           // ascending, each once
  std::vector<double> values;  // one a series
  std::vector<ground::Quality> qualities;
  Decimals decimals{};  // instead of values, from read_decimals()
};

inline constexpr std::size_t max_batches = 1U << 16U;  // of a row
inline constexpr std::size_t max_samples = 1U << 20U;  // of a row

class JournalWriter {
 public:
  JournalWriter();
  ~JournalWriter();
  /// A row of so many replies and samples in all. `key`: a reader may begin here; true where it may. The first row is one, whatever is
  /// said.
  bool begin(std::size_t batches, std::size_t samples, bool key);
  void add(const JournalBatch& batch);
  [[nodiscard]] Bytes finish();
  [[nodiscard]] Bytes write(const std::vector<JournalBatch>& batches, bool key);
  /// The next row is a key row: what was written last may be lost.
  void forget();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class JournalReader {
 public:
  JournalReader();
  ~JournalReader();
  /// Whether a reader may begin at this row; malformed where it is none.
  [[nodiscard]] static ground::Result<bool> is_key(BytesView bytes);
  /// Rows in their order, from a key row on. After a failure only a key row can be read.
  [[nodiscard]] ground::Result<std::vector<JournalBatch>> read(BytesView bytes);
  /// … of a row that this process wrote and still has: its checksum is not looked at. `into`: what was read before, whose room is used
  /// again.
  [[nodiscard]] ground::Result<void> read_decimals(BytesView bytes, std::vector<JournalBatch>& into);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace holdup::store::codec
