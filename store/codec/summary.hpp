#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "ground/result.hpp"
#include "store/codec/chunk.hpp"

// Minutes or hours of the series of one pack, as the bytes of summary.body (FORMAT.md, Summaries). Only good samples are counted; a span
// without any has no entry. Pure. The bytes may be anybody's, as those of a chunk.
namespace holdup::store::codec {

/// `sum` is what it is but for rounding: the mean is right to 12 digits; the rest is exact.
struct Summary {
  std::int64_t from_ms = 0;  // UTC, a multiple of the span
  std::uint64_t count = 0;
  double min = 0, max = 0, sum = 0, last = 0;
};

class SummaryWriter {
 public:
  explicit SummaryWriter(std::int64_t span_ms);
  ~SummaryWriter();
  SummaryWriter(SummaryWriter&&) noexcept;
  SummaryWriter& operator=(SummaryWriter&&) noexcept;
  /// In ascending order of from_ms, each once.
  void add(std::int64_t series, std::span<const Summary> summaries);
  [[nodiscard]] Bytes finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class SummaryReader {
 public:
  [[nodiscard]] static ground::Result<SummaryReader> open(BytesView bytes);
  [[nodiscard]] const std::vector<std::int64_t>& series() const { return series_; }
  [[nodiscard]] std::int64_t span_ms() const { return span_ms_; }
  /// `place`: in series().
  [[nodiscard]] ground::Result<std::vector<Summary>> read(std::size_t place) const;

 private:
  struct Key {  // times and counts, of all series that have the same
    std::vector<std::int64_t> from, count;
  };
  struct Entry {
    std::size_t key = 0;
    std::vector<BytesView> parts;
  };
  bool keys(Cursor& cursor);
  bool columns(Cursor& cursor);

  std::int64_t span_ms_ = 0;
  std::vector<std::int64_t> series_;
  std::shared_ptr<const std::vector<Key>> keys_;
  std::vector<Entry> columns_;
  std::vector<std::shared_ptr<const Bytes>> unpacked_;
};

}  // namespace holdup::store::codec
