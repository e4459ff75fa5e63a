#include <optional>

#include "store/codec/column.hpp"
#include "store/codec/frame.hpp"
#include "store/codec/journal.hpp"
#include "store/codec/journal_state.hpp"

namespace holdup::store::codec {
namespace {

ground::Result<BytesView> opened(BytesView bytes) {
  const auto inner = checked(bytes);
  if (!inner) return inner.error();
  if (inner->empty() || (inner->front() & 0x0FU) != journal_version || inner->front() >= 0x40)
    return malformed("a journal row of a layout that is not known");
  return *inner;
}

}  // namespace

struct JournalReader::State {
  JournalState known;
  bool ready = false;

  JournalState::List* list(Cursor& heads) {
    const std::uint64_t number = heads.varint();
    if (number > known.lists.size()) return nullptr;
    if (number > 0) return &known.lists[number - 1];
    const std::size_t count = heads.count(max_members - known.members);
    if (!heads.ok() || known.lists.size() == max_lists || count > heads.rest().size()) return nullptr;
    std::vector<std::int64_t> series(count);
    std::int64_t last = 0;
    for (std::size_t i = 0; i < count; ++i) {
      series[i] = sum(last, heads.number());
      if (i > 0 && series[i] <= last) return nullptr;
      last = series[i];
    }
    return heads.ok() ? &known.add(std::move(series)) : nullptr;
  }

  static std::optional<double> value(Cursor& values, JournalState::Series& series) {
    const std::uint64_t token = values.varint();
    if (token > 0) {
      series.whole = sum(series.whole, unzigzag(token - 1));
    } else {
      const std::uint8_t form = values.byte();
      if (form == 0) return std::bit_cast<double>(values.fixed(8));
      const auto scale = scale_from(form);
      if (!scale) return std::nullopt;
      series = {*scale, values.number()};
    }
    return value_of(series.whole, series.scale);
  }

  bool batch(Cursor& heads, Cursor& values, std::size_t& samples, JournalBatch& out) {
    JournalState::List* const one = list(heads);
    if (one == nullptr || one->series.size() > samples) return false;
    samples -= one->series.size();
    one->step_ms = sum(one->step_ms, heads.number());
    out.utc_ms = one->utc_ms = sum(one->utc_ms, one->step_ms);
    out.age_ms = one->age_ms = sum(one->age_ms, heads.number());
    out.boot = known.boot = sum(known.boot, heads.number());
    out.offset_ms = known.offset_ms = sum(known.offset_ms, heads.number());
    out.series = one->series;
    out.qualities.resize(out.series.size());
    out.values.resize(out.series.size());
    if (!get_qualities(heads, out.qualities) || !heads.ok() || out.series.size() > values.rest().size()) return false;
    for (std::size_t i = 0; i < out.values.size(); ++i) {
      const auto found = value(values, known.all[one->slots[i]]);
      if (!found) return false;
      out.values[i] = *found;
    }
    return values.ok();
  }

  bool row(BytesView plain, std::vector<JournalBatch>& out) {
    Cursor values{plain};
    Cursor heads{values.take(values.varint())};
    std::size_t samples = max_samples;
    for (std::size_t left = heads.count(max_batches); left > 0; --left)
      if (!heads.ok() || !batch(heads, values, samples, out.emplace_back())) return false;
    return heads.done() && values.done();
  }
};

JournalReader::JournalReader() : state_(std::make_unique<State>()) {}
JournalReader::~JournalReader() = default;

ground::Result<bool> JournalReader::is_key(BytesView bytes) {
  const auto inner = opened(bytes);
  if (!inner) return inner.error();
  return (inner->front() & journal_key) != 0;
}

ground::Result<std::vector<JournalBatch>> JournalReader::read(BytesView bytes) {
  State& state = *state_;
  const bool was_ready = std::exchange(state.ready, false);
  const auto inner = opened(bytes);
  if (!inner) return inner.error();
  if ((inner->front() & journal_key) != 0) {
    state.known = {};
  } else if (!was_ready) {
    return malformed("a journal row whose key row does not read");
  }
  BytesView plain = inner->subspan(1);
  std::optional<Bytes> unpacked;
  if ((inner->front() & journal_compressed) != 0) {
    unpacked = decompress(plain, max_journal_bytes);
    if (!unpacked) return malformed("a journal row does not unpack");
    plain = *unpacked;
  }
  std::vector<JournalBatch> batches;
  if (!state.row(plain, batches)) return malformed("a journal row does not read");
  state.ready = true;
  return batches;
}

}  // namespace holdup::store::codec
