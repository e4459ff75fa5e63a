#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ground/quality.hpp"

// What the codecs turn into bytes and back. Series and boots are rows of the file's tables. Pure.
namespace holdup::store::codec {

/// From a row on: which boot measured, and UTC minus its monotonic time, kept within 100 ms.
struct Stretch {
  std::size_t first_row = 0;
  std::int64_t boot = 0;
  std::int64_t offset_ms = 0;
  bool operator==(const Stretch&) const = default;
};

/// The rows of one block, in order of recording.
struct Times {
  std::vector<std::int64_t> utc_ms;
  std::vector<std::int64_t> seq;     // of the journal row that held it first; never falls
  std::vector<std::int64_t> age_ms;  // of the measurement at that time
  std::vector<Stretch> stretches;    // the first begins at row 0
  [[nodiscard]] std::size_t rows() const { return utc_ms.size(); }
  bool operator==(const Times&) const = default;
};

/// Values as whole numbers, each with its scale: as byte_of() gives it, or 0 where the whole number is the double's own bits.
struct Decimals {
  std::vector<std::int64_t> wholes;
  std::vector<std::uint8_t> scales;
};

/// A series, a value and a quality a row. A value whose quality is not good is kept as it is, bit by bit, like every other.
struct Column {
  std::int64_t series = 0;
  std::vector<double> values;
  std::vector<ground::Quality> qualities;
};

struct DecimalColumn {
  std::int64_t series = 0;
  Decimals decimals;
  std::vector<ground::Quality> qualities;
};

/// Series that were always measured together: their times stand there once.
struct Block {
  Times times;
  std::vector<Column> columns;
};

}  // namespace holdup::store::codec
