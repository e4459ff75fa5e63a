#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "ground/result.hpp"
#include "store/codec/bytes.hpp"
#include "store/codec/rows.hpp"

// A chunk: some minutes or two hours of the series of one pack, as the bytes of chunk.body (FORMAT.md, Chunks). Times are written once a
// block, values as scaled integers where their decimals allow it and bit by bit where not; each column is compressed by itself, so that one
// series is read without its neighbours; a CRC-32 ends it. Pure. The bytes may be anybody's: reading them fails with malformed, takes no
// more memory than max_rows and max_columns allow, and never more time than their length justifies.
namespace holdup::store::codec {

inline constexpr std::size_t max_rows = 1U << 20U;     // of a block
inline constexpr std::size_t max_columns = 1U << 12U;  // of a chunk

/// Quick: for a chunk that is soon to be merged; somewhat larger, and read like any other.
enum class Care : std::uint8_t { thorough, quick };

/// A column at a time, so that whoever writes may pause in between.
class ChunkWriter {
 public:
  explicit ChunkWriter(Care care = Care::thorough);
  ~ChunkWriter();
  ChunkWriter(ChunkWriter&&) noexcept;
  ChunkWriter& operator=(ChunkWriter&&) noexcept;
  /// The next block; the columns that follow have as many rows.
  void begin(const Times& times);
  void add(std::int64_t series, std::span<const double> values, std::span<const ground::Quality> qualities);
  void add(const DecimalColumn& column);
  /// The whole chunk; the writer is then as new.
  [[nodiscard]] Bytes finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Looks into a chunk that outlives it.
class ChunkReader {
 public:
  /// Checks the CRC and the directory; decodes no times and no column.
  [[nodiscard]] static ground::Result<ChunkReader> open(BytesView bytes);

  [[nodiscard]] std::size_t blocks() const { return blocks_.size(); }
  [[nodiscard]] std::size_t rows(std::size_t block) const { return blocks_[block].rows; }
  /// In the order of the columns.
  [[nodiscard]] const std::vector<std::int64_t>& series(std::size_t block) const { return blocks_[block].series; }
  [[nodiscard]] ground::Result<Times> times(std::size_t block) const;
  /// `place`: in series(block).
  [[nodiscard]] ground::Result<Column> column(std::size_t block, std::size_t place) const;
  /// … after the rows of earlier blocks that are in `into`; of its series.
  [[nodiscard]] ground::Result<void> append(std::size_t block, std::size_t place, DecimalColumn& into) const;

 private:
  struct Entry {  // of the directory
    std::size_t rows = 0;
    BytesView times;
    std::vector<std::int64_t> series;
    std::vector<BytesView> columns;
  };
  struct Sizes;
  static Sizes directory(Cursor& cursor, Entry& entry, std::size_t most_columns);
  bool place(Cursor& cursor, Entry& entry, const Sizes& sizes);

  std::vector<Entry> blocks_;
  std::vector<std::shared_ptr<const Bytes>> unpacked_;  // blocks whose columns are compressed together
};

}  // namespace holdup::store::codec
