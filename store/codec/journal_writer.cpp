#include <algorithm>
#include <optional>

#include "ground/expect.hpp"
#include "store/codec/column.hpp"
#include "store/codec/frame.hpp"
#include "store/codec/journal.hpp"
#include "store/codec/journal_state.hpp"

namespace holdup::store::codec {
namespace {

constexpr std::uint8_t pause = 15;  // values of a series that no scale gave
constexpr std::size_t most_value_bytes = 10;

struct Hash {
  std::size_t operator()(const std::vector<std::int64_t>& series) const {
    std::uint64_t hash = series.size();
    for (const std::int64_t one : series) hash = (hash ^ static_cast<std::uint64_t>(one)) * 0x9E3779B97F4A7C15ULL, hash ^= hash >> 32U;
    return hash;
  }
};

/// The fewest digits that give this value.
std::optional<std::pair<Scale, std::int64_t>> scale_for(double value) {
  for (std::uint8_t way = 0; way < ways; ++way)
    for (std::uint8_t digits = 0; digits <= most_digits; ++digits)
      if (const Scale scale{static_cast<Scale::Way>(way), digits}; const auto whole = whole_of(value, scale))
        return std::pair{scale, *whole};
  return std::nullopt;
}

}  // namespace

struct JournalWriter::State {
  JournalState known;
  std::unordered_map<std::vector<std::int64_t>, std::size_t, Hash> list_of;
  std::size_t likely = 0;  // number of the next list, when all come as they came first
  bool begun = false;
  Bytes heads, values;

  void reset() { known = {}, list_of.clear(), likely = 0, begun = false; }

  JournalState::List& list(const std::vector<std::int64_t>& series) {
    if (likely >= known.lists.size()) likely = 0;
    if (likely < known.lists.size() && known.lists[likely].series == series) {
      put_varint(heads, likely + 1);
      return known.lists[likely++];
    }
    const auto [at, born] = list_of.try_emplace(series, known.lists.size());
    likely = at->second + 1;
    put_varint(heads, born ? 0 : at->second + 1);
    if (!born) return known.lists[at->second];
    put_varint(heads, series.size());
    std::int64_t last = 0;
    for (std::size_t i = 0; i < series.size(); ++i) {
      HOLDUP_EXPECT(i == 0 || series[i] > last);
      put_signed(heads, difference(series[i], last));
      last = series[i];
    }
    return known.add(series);
  }

  void put_values(const JournalState::List& list, const std::vector<double>& all) {
    std::size_t end = values.size();
    values.resize(end + all.size() * most_value_bytes);
    for (std::size_t i = 0; i < all.size(); ++i) {
      auto& series = known.all[list.slots[i]];
      const auto whole = whole_of(all[i], series.scale);
      if (std::uint64_t change = whole ? zigzag(difference(*whole, series.whole)) + 1 : 0; change != 0) {
        for (; change >= 0x80; change >>= 7U) values[end++] = static_cast<std::uint8_t>(change | 0x80U);
        values[end++] = static_cast<std::uint8_t>(change);
        series.whole = *whole;
        continue;
      }
      values.resize(end);
      put_odd(series, all[i]);
      end = values.size();
      values.resize(end + (all.size() - i) * most_value_bytes);
    }
    values.resize(end);
  }

  /// A value that its series' scale does not give.
  void put_odd(JournalState::Series& series, double value) {
    put_varint(values, 0);
    if (series.pause > 0) {
      --series.pause;
    } else if (const auto found = scale_for(value)) {
      series = {found->first, found->second, 0};
      values.push_back(byte_of(series.scale));
      return put_signed(values, series.whole);
    } else {
      series.pause = pause;
    }
    values.push_back(0);
    put_fixed(values, std::bit_cast<std::uint64_t>(value), 8);
  }

  void put_batch(const JournalBatch& batch) {
    HOLDUP_EXPECT(batch.values.size() == batch.series.size() && batch.qualities.size() == batch.series.size());
    JournalState::List& one = list(batch.series);
    const std::int64_t step = difference(batch.utc_ms, one.utc_ms);
    put_signed(heads, difference(step, one.step_ms));
    put_signed(heads, difference(batch.age_ms, one.age_ms));
    put_signed(heads, difference(batch.boot, known.boot));
    put_signed(heads, difference(batch.offset_ms, known.offset_ms));
    one.utc_ms = batch.utc_ms, one.step_ms = step, one.age_ms = batch.age_ms;
    known.boot = batch.boot, known.offset_ms = batch.offset_ms;
    put_qualities(heads, batch.qualities);
    put_values(one, batch.values);
  }
};

JournalWriter::JournalWriter() : state_(std::make_unique<State>()) {}
JournalWriter::~JournalWriter() = default;

void JournalWriter::forget() { state_->reset(); }

Bytes JournalWriter::write(const std::vector<JournalBatch>& batches, bool key) {
  State& state = *state_;
  std::size_t samples = 0;
  for (const JournalBatch& batch : batches) samples += batch.series.size();
  HOLDUP_EXPECT(batches.size() <= max_batches && samples <= max_samples);
  const bool full = state.known.lists.size() + batches.size() > max_lists || state.known.members + samples > max_members;
  if (key || full) state.reset();
  key = !state.begun;
  state.begun = true;
  state.heads.clear(), state.values.clear();
  put_varint(state.heads, batches.size());
  for (const JournalBatch& batch : batches) state.put_batch(batch);

  Bytes plain;
  put_varint(plain, state.heads.size());
  put(plain, state.heads), put(plain, state.values);
  Bytes out{static_cast<std::uint8_t>(journal_version | (key ? journal_key : 0))};
  if (compress(plain, Effort::mixed, out)) {
    out[0] |= journal_compressed;
  } else {
    put(out, plain);
  }
  close(out);
  return out;
}

}  // namespace holdup::store::codec
