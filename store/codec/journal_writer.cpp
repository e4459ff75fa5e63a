#include <algorithm>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>

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
  std::unordered_map<SeriesList, std::size_t, SeriesListHash> list_of;
  std::size_t told = 0;     // lists since the key row
  std::size_t members = 0;  // … of all these
  std::size_t likely = 0;   // place of the next list, when all come as they came first
  std::int64_t boot = 0, offset_ms = 0;
  bool begun = false, key = false;
  Bytes heads, digits, odd;
  std::size_t odd_end = 0;

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

  /// `flags`: the place of what its head begins with.
  List& list(const SeriesList& series, std::size_t flags) {
    if (likely >= told) likely = 0;
    if (likely < told && lists[likely].series == series) return lists[likely++];
    heads[flags] |= other_list;
    const auto [at, born] = list_of.try_emplace(series, told);
    likely = at->second + 1;
    put_varint(heads, born ? 0 : at->second + 1);
    return born ? tell(series) : lists[at->second];
  }

  void put_values(const List& list, std::span<const double> all) {
    if (odd.size() < odd_end + all.size() * most_value_bytes) odd.resize(2 * odd_end + all.size() * most_value_bytes);
    const std::size_t begin = digits.size();
    digits.resize(begin + all.size());
    std::uint8_t* digit = digits.data() + begin;
    std::uint8_t* to = odd.data() + odd_end;
    const std::uint32_t* slot = list.slots.data();
    Track* const known = tracks.data();
    for (const double value : all) {
      Track& track = known[*slot];
      if (const auto whole = quotient_of(value, track.power)) {
        to = put_whole(to, *digit, *whole, track);
      } else {
        to = put_odd(to, *digit, *slot, value);
      }
      ++slot, ++digit;
    }
    odd_end = static_cast<std::size_t>(to - odd.data());
  }

  static std::uint8_t* put_whole(std::uint8_t* to, std::uint8_t& digit, std::int64_t whole, Track& track) {
    const std::uint64_t change = zigzag(difference(whole, track.whole));
    track.whole = whole;
    if (change < far_digit) return digit = static_cast<std::uint8_t>(change), to;
    digit = far_digit;
    return put_varint(to, change - far_digit);
  }

  /// A value that is no quotient, or that its series' scale does not give.
  std::uint8_t* put_odd(std::uint8_t* to, std::uint8_t& digit, std::uint32_t slot, double value) {
    Track& track = tracks[slot];
    auto& [scale, left] = manners[slot];
    if (const auto whole = whole_of(value, scale)) return put_whole(to, digit, *whole, track);
    digit = odd_digit;
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

  /// What differs from `known`, which it then is.
  void put_change(std::size_t flags, std::uint8_t flag, std::int64_t value, std::int64_t& known) {
    if (value == known) return;
    heads[flags] |= flag;
    put_signed(heads, difference(value, known));
    known = value;
  }

  void put_batch(const JournalBatch& batch) {
    HOLDUP_EXPECT(batch.values.size() == batch.series.size() && batch.qualities.size() == batch.series.size());
    const std::size_t flags = heads.size();
    heads.push_back(0);
    List& one = list(batch.series, flags);
    put_change(flags, other_step, difference(batch.utc_ms, std::exchange(one.utc_ms, batch.utc_ms)), one.step_ms);
    put_change(flags, other_age, batch.age_ms, one.age_ms);
    put_change(flags, other_boot, batch.boot, boot);
    put_change(flags, other_offset, batch.offset_ms, offset_ms);
    if (!batch.qualities.empty() && (batch.qualities.front() != ground::Quality::good || !alike(batch.qualities))) {
      heads[flags] |= not_all_good;
      put_qualities(heads, batch.qualities);
    }
    put_values(one, batch.values);
  }

  void put_plain(Bytes& out) const {
    put_varint(out, heads.size());
    put(out, heads);
    put_varint(out, odd_end);
    put(out, BytesView{odd}.first(odd_end));
    for (std::size_t at = 0; at + 1 < digits.size(); at += 2) out.push_back(static_cast<std::uint8_t>(digits[at] | digits[at + 1] << 4U));
    if (digits.size() % 2 == 1) out.push_back(digits.back());
  }
};

JournalWriter::JournalWriter() : state_(std::make_unique<State>()) {}
JournalWriter::~JournalWriter() = default;

void JournalWriter::forget() { *state_ = {}; }

bool JournalWriter::begin(std::size_t batches, std::size_t samples, bool key) {
  State& state = *state_;
  HOLDUP_EXPECT(batches <= max_batches && samples <= max_samples);
  const bool full = state.told + batches > max_lists || state.members + samples > max_members;
  key = key || full || !state.begun;
  if (key) state.begin_key_row();
  state.begun = true;
  state.heads.clear(), state.digits.clear(), state.odd_end = 0;
  put_varint(state.heads, batches);
  return state.key = key;
}

void JournalWriter::add(const JournalBatch& batch) { state_->put_batch(batch); }

Bytes JournalWriter::write(const std::vector<JournalBatch>& batches, bool key) {
  std::size_t samples = 0;
  for (const JournalBatch& batch : batches) samples += batch.series.size();
  begin(batches.size(), samples, key);
  for (const JournalBatch& batch : batches) add(batch);
  return finish();
}

Bytes JournalWriter::finish() {
  const State& state = *state_;
  Bytes out;
  const std::size_t size = state.heads.size() + state.odd_end + state.digits.size() / 2;
  out.reserve(size + 32);
  out.push_back(static_cast<std::uint8_t>(journal_version | (state.key ? journal_key : 0)));
  Bytes plain;
  if (size > worth_compressing) state.put_plain(plain);
  if (!plain.empty() && compress(plain, Effort::mixed, out))
    out[0] |= journal_compressed;
  else
    state.put_plain(out);
  close(out);
  return out;
}

}  // namespace holdup::store::codec
