#include <algorithm>
#include <limits>
#include <optional>
#include <unordered_map>

#include "ground/expect.hpp"
#include "store/codec/column.hpp"
#include "store/codec/frame.hpp"
#include "store/codec/journal.hpp"
#include "store/codec/journal_state.hpp"

namespace holdup::store::codec {
namespace {

constexpr std::uint8_t pause = 15;  // values of a series that no scale gave
constexpr std::size_t most_value_bytes = 12;
constexpr std::size_t worth_compressing = 4096;  // a smaller row takes one page of the log in any case

struct Hash {
  std::size_t operator()(const SeriesList& series) const {
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

/// Where a series stands. `power` is that of its scale where the value is a quotient, as nearly all are; else no number.
struct Track {
  std::int64_t whole = 0;
  double power = 1;
};

/// … and what is seldom asked.
struct Manner {
  Scale scale;
  std::uint8_t pause = 0;  // values before a scale is sought again
};

struct List {
  SeriesList series;
  std::vector<std::uint32_t> slots;  // of each: place of its track
  std::int64_t utc_ms = 0, step_ms = 0, age_ms = 0;
};

}  // namespace

// Slots and lists stay over a key row, after which most lists come again in the same order; what a reader does not know by then does not.
struct JournalWriter::State {
  std::unordered_map<std::int64_t, std::uint32_t> slot_of;
  std::vector<Track> tracks;
  std::vector<Manner> manners;
  std::vector<List> lists;
  std::unordered_map<SeriesList, std::size_t, Hash> list_of;
  std::size_t told = 0;     // lists since the key row
  std::size_t members = 0;  // … of all these
  std::size_t likely = 0;   // place of the next list, when all come as they came first
  std::int64_t boot = 0, offset_ms = 0;
  bool begun = false;
  Bytes heads, values;
  std::size_t end = 0;  // of the values

  void begin_key_row() {
    if (tracks.size() > max_members) *this = {};
    std::ranges::fill(tracks, Track{});
    std::ranges::fill(manners, Manner{});
    list_of.clear();
    told = members = likely = 0;
    boot = offset_ms = 0;
  }

  std::uint32_t slot(std::int64_t series) {
    const auto [at, born] = slot_of.try_emplace(series, static_cast<std::uint32_t>(tracks.size()));
    if (born) tracks.emplace_back(), manners.emplace_back();
    return at->second;
  }

  /// The list that is told next; its slots are known where the same stood here before the key row.
  List& tell(const SeriesList& series) {
    if (told == lists.size() || lists[told].series != series) {
      lists.resize(told);
      List& born = lists.emplace_back();
      born.series = series;
      for (const std::int64_t one : series) born.slots.push_back(slot(one));
    }
    List& list = lists[told++];
    list.utc_ms = list.step_ms = list.age_ms = 0;
    members += series.size();
    put_varint(heads, series.size());
    std::int64_t last = 0;
    for (std::size_t i = 0; i < series.size(); ++i) {
      HOLDUP_EXPECT(i == 0 || series[i] > last);
      put_signed(heads, difference(series[i], last));
      last = series[i];
    }
    return list;
  }

  List& list(const SeriesList& series) {
    if (likely >= told) likely = 0;
    if (likely < told && lists[likely].series == series) {
      put_varint(heads, likely + 1);
      return lists[likely++];
    }
    const auto [at, born] = list_of.try_emplace(series, told);
    likely = at->second + 1;
    put_varint(heads, born ? 0 : at->second + 1);
    return born ? tell(series) : lists[at->second];
  }

  void put_values(const List& list, std::span<const double> all) {
    if (values.size() < end + all.size() * most_value_bytes) values.resize(2 * end + all.size() * most_value_bytes);
    std::uint8_t* to = values.data() + end;
    const std::uint32_t* slot = list.slots.data();
    Track* const known = tracks.data();
    for (const double value : all) {
      Track& track = known[*slot];
      const auto whole = quotient_of(value, track.power);
      const std::uint64_t token = whole ? token_of(*whole, track) : 0;
      if (token != 0) {
        track.whole = *whole;
        to = put_varint(to, token);
      } else {
        to = put_odd(to, *slot, value);
      }
      ++slot;
    }
    end = static_cast<std::size_t>(to - values.data());
  }

  /// 0 where no change can be told.
  static std::uint64_t token_of(std::int64_t whole, const Track& track) { return zigzag(difference(whole, track.whole)) + 1; }

  /// A value that is no quotient, or that its series' scale does not give.
  std::uint8_t* put_odd(std::uint8_t* to, std::uint32_t slot, double value) {
    Track& track = tracks[slot];
    auto& [scale, left] = manners[slot];
    if (const auto whole = whole_of(value, scale); whole && token_of(*whole, track) != 0) {
      to = put_varint(to, token_of(*whole, track));
      track.whole = *whole;
      return to;
    }
    *to++ = 0;
    if (left > 0) {
      --left;
    } else if (const auto found = scale_for(value)) {
      scale = found->first;
      track = {found->second, scale.way == Scale::quotient ? powers[scale.digits] : std::numeric_limits<double>::quiet_NaN()};
      *to++ = byte_of(scale);
      return put_varint(to, zigzag(track.whole));
    } else {
      left = pause;
    }
    *to++ = 0;
    for (unsigned byte = 0; byte < 8; ++byte) *to++ = static_cast<std::uint8_t>(std::bit_cast<std::uint64_t>(value) >> 8 * byte);
    return to;
  }

  void put_batch(const JournalBatch& batch) {
    HOLDUP_EXPECT(batch.values.size() == batch.series.size() && batch.qualities.size() == batch.series.size());
    List& one = list(batch.series);
    const std::int64_t step = difference(batch.utc_ms, one.utc_ms);
    put_signed(heads, difference(step, one.step_ms));
    put_signed(heads, difference(batch.age_ms, one.age_ms));
    put_signed(heads, difference(batch.boot, boot));
    put_signed(heads, difference(batch.offset_ms, offset_ms));
    one.utc_ms = batch.utc_ms, one.step_ms = step, one.age_ms = batch.age_ms;
    boot = batch.boot, offset_ms = batch.offset_ms;
    put_qualities(heads, batch.qualities);
    put_values(one, batch.values);
  }

  void put_plain(Bytes& out) const {
    put_varint(out, heads.size());
    put(out, heads);
    put(out, BytesView{values}.first(end));
  }
};

JournalWriter::JournalWriter() : state_(std::make_unique<State>()) {}
JournalWriter::~JournalWriter() = default;

void JournalWriter::forget() { *state_ = {}; }

Bytes JournalWriter::write(const std::vector<JournalBatch>& batches, bool key) {
  State& state = *state_;
  std::size_t samples = 0;
  for (const JournalBatch& batch : batches) samples += batch.series.size();
  HOLDUP_EXPECT(batches.size() <= max_batches && samples <= max_samples);
  const bool full = state.told + batches.size() > max_lists || state.members + samples > max_members;
  key = key || full || !state.begun;
  if (key) state.begin_key_row();
  state.begun = true;
  state.heads.clear(), state.end = 0;
  put_varint(state.heads, batches.size());
  for (const JournalBatch& batch : batches) state.put_batch(batch);

  Bytes out;
  out.reserve(state.heads.size() + state.end + 16);
  out.push_back(static_cast<std::uint8_t>(journal_version | (key ? journal_key : 0)));
  Bytes plain;
  if (state.heads.size() + state.end > worth_compressing) state.put_plain(plain);
  if (!plain.empty() && compress(plain, Effort::mixed, out))
    out[0] |= journal_compressed;
  else
    state.put_plain(out);
  close(out);
  return out;
}

}  // namespace holdup::store::codec
