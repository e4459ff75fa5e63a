#include "store/codec/summary.hpp"

#include <algorithm>
#include <utility>

#include "ground/expect.hpp"
#include "store/codec/frame.hpp"
#include "store/codec/integers.hpp"
#include "store/codec/summary_parts.hpp"

namespace holdup::store::codec {
namespace {

constexpr std::uint8_t version = 1;

struct Keyed {
  std::vector<std::int64_t> from, count;
  bool operator==(const Keyed&) const = default;
};

struct Written {
  std::int64_t series = 0;
  std::size_t key = 0;
  std::vector<std::size_t> sizes;  // of its parts
};

void put_list(Bytes& out, const std::vector<std::int64_t>& numbers) {
  Bytes part;
  put_integers(part, numbers, Packing::alone);
  put_varint(out, part.size());
  put(out, part);
}

bool get_list(Cursor& cursor, std::vector<std::int64_t>& numbers) { return get_integers(cursor.take(cursor.varint()), numbers); }

bool possible(const std::vector<std::int64_t>& from, const std::vector<std::int64_t>& count, std::int64_t span_ms) {
  const std::int64_t most = INT64_MAX / span_ms;
  for (std::size_t i = 0; i < from.size(); ++i)
    if (from[i] > most || from[i] < -most || (i > 0 && from[i] <= from[i - 1]) || count[i] <= 0) return false;
  return true;
}

}  // namespace

struct SummaryWriter::State {
  std::int64_t span_ms = 0;
  std::vector<Keyed> keys;
  std::vector<Written> columns;
  std::array<Bytes, fields> parts;
};

SummaryWriter::SummaryWriter(std::int64_t span_ms) : state_(std::make_unique<State>(State{span_ms, {}, {}, {}})) {
  HOLDUP_EXPECT(span_ms > 0);
}
SummaryWriter::~SummaryWriter() = default;
SummaryWriter::SummaryWriter(SummaryWriter&&) noexcept = default;
SummaryWriter& SummaryWriter::operator=(SummaryWriter&&) noexcept = default;

void SummaryWriter::add(std::int64_t series, std::span<const Summary> summaries) {
  State& state = *state_;
  HOLDUP_EXPECT(state.columns.size() < max_columns && summaries.size() <= max_rows);
  Keyed key;
  for (const Summary& one : summaries) {
    HOLDUP_EXPECT(one.from_ms % state.span_ms == 0);
    key.from.push_back(one.from_ms / state.span_ms);
    key.count.push_back(static_cast<std::int64_t>(one.count));
  }
  HOLDUP_EXPECT(possible(key.from, key.count, state.span_ms));
  const auto at = std::find(state.keys.begin(), state.keys.end(), key);
  Written column{series, static_cast<std::size_t>(at - state.keys.begin()), {}};
  if (at == state.keys.end()) state.keys.push_back(std::move(key));
  std::array<std::size_t, fields> before{};
  for (std::size_t part = 0; part < fields; ++part) before[part] = state.parts[part].size();
  put_summaries(state.parts, summaries);
  for (std::size_t part = 0; part < parts_of(summaries.size()); ++part) column.sizes.push_back(state.parts[part].size() - before[part]);
  state.columns.push_back(std::move(column));
}

Bytes SummaryWriter::finish() {
  State& state = *state_;
  Bytes out{version};
  put_varint(out, static_cast<std::uint64_t>(state.span_ms));
  put_varint(out, state.keys.size());
  for (const Keyed& key : state.keys) put_varint(out, key.from.size()), put_list(out, key.from), put_list(out, key.count);
  put_varint(out, state.columns.size());
  std::int64_t last = 0;
  for (const Written& column : state.columns) {
    put_signed(out, difference(column.series, std::exchange(last, column.series)));
    put_varint(out, column.key);
    for (const std::size_t size : column.sizes) put_varint(out, size);
  }
  for (const Bytes& part : state.parts) {
    Bytes frame;
    const bool compressed = compress(part, Effort::digits, frame);
    put_varint(out, compressed ? frame.size() : 0);
    put(out, compressed ? frame : part);
  }
  close(out);
  state = State{state.span_ms, {}, {}, {}};
  return out;
}

bool SummaryReader::keys(Cursor& cursor) {
  std::vector<Key> keys;
  std::size_t rows = 0;
  for (std::size_t left = cursor.count(max_columns); left > 0; --left) {
    const std::size_t count = cursor.count(max_rows - rows);
    rows += count;
    Key& key = keys.emplace_back(Key{std::vector<std::int64_t>(count), std::vector<std::int64_t>(count)});
    if (!cursor.ok() || !get_list(cursor, key.from) || !get_list(cursor, key.count) || !possible(key.from, key.count, span_ms_))
      return false;
  }
  keys_ = std::make_shared<const std::vector<Key>>(std::move(keys));
  return cursor.ok();
}

bool SummaryReader::columns(Cursor& cursor) {
  std::vector<std::vector<std::size_t>> sizes(cursor.count(max_columns));
  std::array<std::size_t, fields> all{};
  std::int64_t series = 0;
  for (auto& one : sizes) {
    series_.push_back(series = sum(series, cursor.number()));
    columns_.push_back({cursor.count(max_columns), {}});
    if (!cursor.ok() || columns_.back().key >= keys_->size()) return false;
    const std::size_t count = (*keys_)[columns_.back().key].from.size();
    for (std::size_t part = 0; part < parts_of(count); ++part)
      all[part] += one.emplace_back(cursor.count(64 + 40 * count));  // no part takes more
  }
  for (std::size_t part = 0; part < fields; ++part) {
    const std::size_t frame = cursor.count(cursor.rest().size());
    Cursor data{cursor.take(frame > 0 ? frame : all[part])};
    if (frame > 0) {
      auto plain = decompress(data.rest(), all[part]);
      if (!plain || plain->size() != all[part]) return false;
      data = Cursor{*unpacked_.emplace_back(std::make_shared<const Bytes>(*std::move(plain)))};
    }
    for (std::size_t column = 0; column < sizes.size(); ++column)
      if (part < sizes[column].size()) columns_[column].parts.push_back(data.take(sizes[column][part]));
  }
  return cursor.done();
}

ground::Result<SummaryReader> SummaryReader::open(BytesView bytes) {
  const auto inner = checked(bytes);
  if (!inner) return inner.error();
  Cursor cursor{*inner};
  if (cursor.byte() != version) return malformed("summaries of a layout that is not known");
  SummaryReader reader;
  const std::uint64_t span = cursor.varint();
  if (!cursor.ok() || span == 0 || span > INT64_MAX) return malformed("summaries of no span");
  reader.span_ms_ = static_cast<std::int64_t>(span);
  if (!reader.keys(cursor)) return malformed("summaries of impossible times or counts");
  if (!reader.columns(cursor)) return malformed("the directory of summaries does not fit them");
  return reader;
}

ground::Result<std::vector<Summary>> SummaryReader::read(std::size_t place) const {
  const Key& key = (*keys_)[columns_[place].key];
  std::vector<Summary> out(key.from.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].from_ms = key.from[i] * span_ms_;
    out[i].count = static_cast<std::uint64_t>(key.count[i]);
  }
  if (!get_summaries(columns_[place].parts, out)) return malformed("a series' summaries do not read");
  return out;
}

}  // namespace holdup::store::codec
