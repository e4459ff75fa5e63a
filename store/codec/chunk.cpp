#include "store/codec/chunk.hpp"

#include <utility>

#include "ground/expect.hpp"
#include "store/codec/column.hpp"
#include "store/codec/frame.hpp"
#include "store/codec/times.hpp"

namespace holdup::store::codec {
namespace {

constexpr std::uint8_t version = 1;

struct Part {  // of the directory
  std::size_t rows = 0;
  std::size_t times = 0;  // bytes
  std::vector<std::pair<std::int64_t, std::size_t>> columns;
};

bool in_order(const Times& times) {
  const auto& stretches = times.stretches;
  for (std::size_t i = 0; i < stretches.size(); ++i)
    if (i == 0 ? stretches[i].first_row != 0 : stretches[i].first_row <= stretches[i - 1].first_row) return false;
  return stretches.empty() ? times.rows() == 0 : stretches.back().first_row < times.rows();
}

}  // namespace

struct ChunkWriter::State {
  std::vector<Part> parts;
  std::size_t columns = 0;
  Bytes data;
};

ChunkWriter::ChunkWriter() : state_(std::make_unique<State>()) {}
ChunkWriter::~ChunkWriter() = default;
ChunkWriter::ChunkWriter(ChunkWriter&&) noexcept = default;
ChunkWriter& ChunkWriter::operator=(ChunkWriter&&) noexcept = default;

void ChunkWriter::begin(const Times& times) {
  HOLDUP_EXPECT(times.rows() <= max_rows && times.seq.size() == times.rows() && times.age_ms.size() == times.rows() && in_order(times));
  HOLDUP_EXPECT(state_->parts.size() < max_columns);
  const std::size_t before = state_->data.size();
  put_times(state_->data, times, Packing::alone);
  state_->parts.push_back({times.rows(), state_->data.size() - before, {}});
}

void ChunkWriter::add(std::int64_t series, std::span<const double> values, std::span<const ground::Quality> qualities) {
  HOLDUP_EXPECT(!state_->parts.empty() && values.size() == state_->parts.back().rows && qualities.size() == values.size());
  HOLDUP_EXPECT(++state_->columns <= max_columns);
  const std::size_t before = state_->data.size();
  put_qualities(state_->data, qualities);
  put_values(state_->data, values, Packing::alone);
  state_->parts.back().columns.emplace_back(series, state_->data.size() - before);
}

Bytes ChunkWriter::finish() {
  Bytes out{version};
  put_varint(out, state_->parts.size());
  for (const Part& part : state_->parts) {
    put_varint(out, part.rows);
    put_varint(out, part.times);
    put_varint(out, part.columns.size());
    std::int64_t last = 0;
    for (const auto& [series, size] : part.columns) {
      put_signed(out, difference(series, std::exchange(last, series)));
      put_varint(out, size);
    }
  }
  put(out, state_->data);
  close(out);
  *state_ = {};
  return out;
}

ground::Result<ChunkReader> ChunkReader::open(BytesView bytes) {
  const auto inner = checked(bytes);
  if (!inner) return inner.error();
  Cursor cursor{*inner};
  if (cursor.byte() != version) return malformed("a chunk of a layout that is not known");
  ChunkReader reader;
  std::vector<std::size_t> sizes;
  std::size_t columns = 0;
  for (std::size_t left = cursor.count(max_columns); left > 0 && cursor.ok(); --left) {
    Entry entry;
    entry.rows = cursor.count(max_rows);
    sizes.push_back(cursor.count(inner->size()));
    const std::size_t count = cursor.count(max_columns - columns);
    columns += count;
    std::int64_t series = 0;
    for (std::size_t column = 0; column < count && cursor.ok(); ++column) {
      entry.series.push_back(series = sum(series, cursor.number()));
      sizes.push_back(cursor.count(inner->size()));
    }
    reader.blocks_.push_back(std::move(entry));
  }
  auto size = sizes.begin();
  for (Entry& entry : reader.blocks_) {
    if (!cursor.ok()) break;
    entry.times = cursor.take(*size++);
    for (std::size_t column = 0; column < entry.series.size(); ++column) entry.columns.push_back(cursor.take(*size++));
  }
  if (!cursor.done()) return malformed("a chunk's directory does not fit it");
  return reader;
}

ground::Result<Times> ChunkReader::times(std::size_t block) const { return get_times(blocks_[block].times, blocks_[block].rows); }

ground::Result<Column> ChunkReader::column(std::size_t block, std::size_t place) const {
  const Entry& entry = blocks_[block];
  Column column{entry.series[place], std::vector<double>(entry.rows), std::vector<ground::Quality>(entry.rows)};
  Cursor cursor{entry.columns[place]};
  if (!get_qualities(cursor, column.qualities) || !get_values(cursor.rest(), column.values))
    return malformed("a column of a chunk does not read");
  return column;
}

}  // namespace holdup::store::codec
