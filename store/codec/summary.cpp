#include "store/codec/summary.hpp"

#include <utility>

#include "ground/expect.hpp"
#include "store/codec/column.hpp"
#include "store/codec/frame.hpp"
#include "store/codec/integers.hpp"

namespace holdup::store::codec {
namespace {

constexpr std::uint8_t version = 1;

void put_sized(Bytes& out, Bytes& part) {
  put_varint(out, part.size());
  put(out, part);
  part.clear();
}

using Field = double Summary::*;
constexpr Field fields[] = {&Summary::min, &Summary::max, &Summary::sum, &Summary::last};

}  // namespace

struct SummaryWriter::State {
  std::int64_t span_ms = 0;
  std::vector<std::pair<std::int64_t, std::size_t>> columns;
  Bytes data;
};

SummaryWriter::SummaryWriter(std::int64_t span_ms) : state_(std::make_unique<State>(State{span_ms, {}, {}})) { HOLDUP_EXPECT(span_ms > 0); }
SummaryWriter::~SummaryWriter() = default;
SummaryWriter::SummaryWriter(SummaryWriter&&) noexcept = default;
SummaryWriter& SummaryWriter::operator=(SummaryWriter&&) noexcept = default;

void SummaryWriter::add(std::int64_t series, std::span<const Summary> summaries) {
  HOLDUP_EXPECT(state_->columns.size() < max_columns && summaries.size() <= max_rows);
  const std::size_t before = state_->data.size();
  put_varint(state_->data, summaries.size());
  std::vector<std::int64_t> wholes;
  Bytes part;
  for (const Summary& one : summaries) {
    HOLDUP_EXPECT(one.from_ms % state_->span_ms == 0);
    wholes.push_back(one.from_ms / state_->span_ms);
    HOLDUP_EXPECT(wholes.size() < 2 || wholes[wholes.size() - 2] < wholes.back());
  }
  put_integers(part, wholes, Packing::alone);
  put_sized(state_->data, part);
  for (std::size_t i = 0; i < wholes.size(); ++i) wholes[i] = static_cast<std::int64_t>(summaries[i].count);
  put_integers(part, wholes, Packing::alone);
  put_sized(state_->data, part);
  std::vector<double> values(summaries.size());
  for (const Field field : fields) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = summaries[i].*field;
    put_values(part, values, Packing::alone);
    put_sized(state_->data, part);
  }
  state_->columns.emplace_back(series, state_->data.size() - before);
}

Bytes SummaryWriter::finish() {
  Bytes out{version};
  put_varint(out, static_cast<std::uint64_t>(state_->span_ms));
  put_varint(out, state_->columns.size());
  std::int64_t last = 0;
  for (const auto& [series, size] : state_->columns) {
    put_signed(out, difference(series, std::exchange(last, series)));
    put_varint(out, size);
  }
  put(out, state_->data);
  close(out);
  *state_ = State{state_->span_ms, {}, {}};
  return out;
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
  std::vector<std::size_t> sizes(cursor.count(max_columns));
  std::int64_t series = 0;
  for (std::size_t& size : sizes) {
    reader.series_.push_back(series = sum(series, cursor.number()));
    size = cursor.count(inner->size());
  }
  for (const std::size_t size : sizes) reader.columns_.push_back(cursor.take(size));
  if (!cursor.done()) return malformed("the directory of summaries does not fit them");
  return reader;
}

ground::Result<std::vector<Summary>> SummaryReader::read(std::size_t place) const {
  Cursor cursor{columns_[place]};
  const std::size_t count = cursor.count(max_rows);
  std::vector<Summary> out(count);
  std::vector<std::int64_t> times(count), counts(count);
  bool whole = get_integers(cursor.take(cursor.varint()), times) && get_integers(cursor.take(cursor.varint()), counts);
  std::vector<double> values(count);
  for (std::size_t field = 0; whole && field < std::size(fields); ++field) {
    whole = get_values(cursor.take(cursor.varint()), values);
    for (std::size_t i = 0; i < count; ++i) out[i].*fields[field] = values[i];
  }
  if (!whole || !cursor.done()) return malformed("a series' summaries do not read");
  const std::int64_t most = INT64_MAX / span_ms_;
  for (std::size_t i = 0; i < count; ++i) {
    if (times[i] > most || times[i] < -most || (i > 0 && times[i] <= times[i - 1]) || counts[i] <= 0)
      return malformed("summaries of impossible times or counts");
    out[i].from_ms = times[i] * span_ms_;
    out[i].count = static_cast<std::uint64_t>(counts[i]);
  }
  return out;
}

}  // namespace holdup::store::codec
