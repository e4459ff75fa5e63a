#include "store/codec/chunk.hpp"

#include <utility>

#include "ground/expect.hpp"
#include "store/codec/column.hpp"
#include "store/codec/frame.hpp"
#include "store/codec/times.hpp"

namespace holdup::store::codec {
namespace {

constexpr std::uint8_t version = 1;

// Columns of fewer rows are compressed together: none is long enough for a table of its own.
constexpr std::size_t long_rows = 513;

struct Part {  // of the directory
  std::size_t rows = 0;
  std::size_t times = 0;  // bytes, uncompressed like those of the columns
  std::vector<std::pair<std::int64_t, std::size_t>> columns;
  Bytes data;
  bool compressed = false;

  Packing packing = Packing::alone;
};

void put_part(Bytes& out, const Part& part) {
  put_varint(out, part.rows);
  put_varint(out, part.compressed ? part.data.size() : 0);
  put_varint(out, part.times);
  put_varint(out, part.columns.size());
  std::int64_t last = 0;
  for (const auto& [series, size] : part.columns) {
    put_signed(out, difference(series, std::exchange(last, series)));
    put_varint(out, size);
  }
}

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
  Care care = Care::thorough;

  [[nodiscard]] Packing packing(std::size_t rows) const {
    if (care == Care::quick) return Packing::quickly;
    return rows < long_rows ? Packing::together : Packing::alone;
  }
  template <typename PutValues>
  void add(std::int64_t series, std::size_t rows, std::span<const ground::Quality> qualities, PutValues put_values) {
    HOLDUP_EXPECT(!parts.empty() && rows == parts.back().rows && qualities.size() == rows);
    HOLDUP_EXPECT(++columns <= max_columns);
    Part& part = parts.back();
    const std::size_t before = part.data.size();
    put_qualities(part.data, qualities);
    put_values(part);
    part.columns.emplace_back(series, part.data.size() - before);
  }
  /// What was begun last has all its columns.
  void end() {
    if (parts.empty() || parts.back().packing != Packing::together) return;
    Part& part = parts.back();
    Bytes frame;
    part.compressed = compress(part.data, Effort::mixed, frame);
    if (part.compressed) part.data = std::move(frame);
  }
};

ChunkWriter::ChunkWriter(Care care) : state_(std::make_unique<State>()) { state_->care = care; }
ChunkWriter::~ChunkWriter() = default;
ChunkWriter::ChunkWriter(ChunkWriter&&) noexcept = default;
ChunkWriter& ChunkWriter::operator=(ChunkWriter&&) noexcept = default;

void ChunkWriter::begin(const Times& times) {
  HOLDUP_EXPECT(times.rows() <= max_rows && times.seq.size() == times.rows() && times.age_ms.size() == times.rows() && in_order(times));
  HOLDUP_EXPECT(state_->parts.size() < max_columns);
  state_->end();
  Part& part = state_->parts.emplace_back();
  part.rows = times.rows();
  part.packing = state_->packing(part.rows);
  put_times(part.data, times, part.packing);
  part.times = part.data.size();
}

void ChunkWriter::add(std::int64_t series, std::span<const double> values, std::span<const ground::Quality> qualities) {
  state_->add(series, values.size(), qualities, [&](Part& part) { put_values(part.data, values, part.packing); });
}

void ChunkWriter::add(const DecimalColumn& column) {
  const Decimals& values = column.decimals;
  state_->add(column.series, values.wholes.size(), column.qualities,
              [&](Part& part) { put_values(part.data, values.wholes, values.scales, part.packing); });
}

Bytes ChunkWriter::finish() {
  state_->end();
  Bytes out{version};
  put_varint(out, state_->parts.size());
  for (const Part& part : state_->parts) put_part(out, part);
  for (const Part& part : state_->parts) put(out, part.data);
  close(out);
  *state_ = {.care = state_->care};
  return out;
}

struct ChunkReader::Sizes {
  std::size_t frame = 0, times = 0;  // frame: 0 where the columns are compressed each by itself
  std::vector<std::size_t> columns;
  std::size_t all = 0;
};

ChunkReader::Sizes ChunkReader::directory(Cursor& cursor, Entry& entry, std::size_t most_columns) {
  Sizes sizes;
  entry.rows = cursor.count(max_rows);
  const std::size_t most = 64 + 40 * entry.rows;  // bytes that a column takes, or three of times
  sizes.frame = cursor.count(cursor.rest().size());
  sizes.all = sizes.times = cursor.count(3 * most);
  std::int64_t series = 0;
  for (std::size_t left = cursor.count(most_columns); left > 0 && cursor.ok(); --left) {
    entry.series.push_back(series = sum(series, cursor.number()));
    sizes.all += sizes.columns.emplace_back(cursor.count(most));
  }
  return sizes;
}

bool ChunkReader::place(Cursor& cursor, Entry& entry, const Sizes& sizes) {
  Cursor data{cursor.take(sizes.frame > 0 ? sizes.frame : sizes.all)};
  if (sizes.frame > 0) {
    auto plain = decompress(data.rest(), sizes.all);
    if (!plain || plain->size() != sizes.all) return false;
    data = Cursor{*unpacked_.emplace_back(std::make_shared<const Bytes>(*std::move(plain)))};
  }
  entry.times = data.take(sizes.times);
  for (const std::size_t size : sizes.columns) entry.columns.push_back(data.take(size));
  return cursor.ok() && data.done();
}

ground::Result<ChunkReader> ChunkReader::open(BytesView bytes) {
  const auto inner = checked(bytes);
  if (!inner) return inner.error();
  Cursor cursor{*inner};
  if (cursor.byte() != version) return malformed("a chunk of a layout that is not known");
  ChunkReader reader;
  std::vector<Sizes> sizes;
  std::size_t columns = 0;
  for (std::size_t left = cursor.count(max_columns); left > 0 && cursor.ok(); --left) {
    sizes.push_back(directory(cursor, reader.blocks_.emplace_back(), max_columns - columns));
    columns += reader.blocks_.back().series.size();
  }
  for (std::size_t block = 0; block < reader.blocks_.size() && cursor.ok(); ++block)
    if (!reader.place(cursor, reader.blocks_[block], sizes[block])) return malformed("a block of a chunk does not unpack");
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

ground::Result<void> ChunkReader::append(std::size_t block, std::size_t place, DecimalColumn& into) const {
  const Entry& entry = blocks_[block];
  const std::size_t before = into.qualities.size(), rows = before + entry.rows;
  auto& [wholes, scales] = into.decimals;
  wholes.resize(rows), scales.resize(rows), into.qualities.resize(rows);
  Cursor cursor{entry.columns[place]};
  if (!get_qualities(cursor, std::span{into.qualities}.subspan(before)) ||
      !get_values(cursor.rest(), std::span{wholes}.subspan(before), std::span{scales}.subspan(before)))
    return malformed("a column of a chunk does not read");
  return {};
}

}  // namespace holdup::store::codec
