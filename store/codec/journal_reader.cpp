#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include "store/codec/column.hpp"
#include "store/codec/frame.hpp"
#include "store/codec/journal.hpp"
#include "store/codec/journal_state.hpp"

namespace holdup::store::codec {
namespace {

ground::Result<BytesView> opened(BytesView bytes) {
  const auto inner = checked(bytes);
  if (!inner) return inner.error();
  if (inner->empty() || inner->front() >= 0x40 ||
      ((inner->front() & 0x0FU) != journal_version && (inner->front() & 0x0FU) != journal_version_1))
    return malformed("a journal row of a layout that is not known");
  return *inner;
}

/// … which is not to be doubted.
BytesView own(BytesView bytes) { return bytes.first(bytes.size() - 4); }

/// The lower half of each byte before the upper one.
void unpack(BytesView bytes, Bytes& digits) {
  digits.resize(2 * bytes.size());
  for (std::size_t at = 0; at < bytes.size(); ++at) digits[2 * at] = bytes[at] & 0x0FU, digits[2 * at + 1] = bytes[at] >> 4U;
}

}  // namespace

struct JournalReader::State {
  using List = JournalState::List;

  JournalState known;
  bool ready = false;
  Bytes digits;  // of the row at hand, one a byte …
  std::size_t used = 0;

  List* told(Cursor& heads) {
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

  /// By its number from 1; 0: a new one.
  List* list(Cursor& heads) {
    const std::uint64_t number = heads.varint();
    if (number > known.lists.size()) return nullptr;
    known.likely = number > 0 ? number : known.lists.size() + 1;
    return number > 0 ? &known.lists[number - 1] : told(heads);
  }

  List* likely_list() {
    if (known.likely >= known.lists.size()) known.likely = 0;
    return known.lists.empty() ? nullptr : &known.lists[known.likely++];
  }

  static bool odd_value(Cursor& odd, JournalState::Series& series, std::int64_t& whole, std::uint8_t& scale) {
    scale = odd.byte();
    if (scale == 0) return whole = static_cast<std::int64_t>(odd.fixed(8)), odd.ok();
    const auto known_scale = scale_from(scale);
    if (!known_scale) return false;
    series = {*known_scale, odd.number()};
    whole = series.whole;
    return odd.ok();
  }

  bool decimals(Cursor& odd, const List& list, Decimals& out) {
    const std::size_t count = list.series.size();
    if (count > digits.size() - used) return false;
    out.wholes.resize(count), out.scales.resize(count);
    const std::uint8_t* digit = digits.data() + std::exchange(used, used + count);
    for (std::size_t i = 0; i < count; ++i) {
      JournalState::Series& series = known.all[list.slots[i]];
      if (digit[i] < odd_digit) {
        std::uint64_t change = digit[i];
        if (change == far_digit) change += odd.varint();
        out.wholes[i] = series.whole = sum(series.whole, unzigzag(change));
        out.scales[i] = byte_of(series.scale);
      } else if (!odd_value(odd, series, out.wholes[i], out.scales[i])) {
        return false;
      }
    }
    return odd.ok();
  }

  static void take_change(Cursor& heads, std::uint8_t flags, std::uint8_t flag, std::int64_t& known) {
    if ((flags & flag) != 0) known = sum(known, heads.number());
  }

  bool batch(Cursor& heads, Cursor& odd, JournalBatch& out) {
    const std::uint8_t flags = heads.byte();
    List* const one = (flags & other_list) != 0 ? list(heads) : likely_list();
    if (one == nullptr || flags >= 2 * not_all_good) return false;
    take_change(heads, flags, other_step, one->step_ms);
    take_change(heads, flags, other_age, one->age_ms);
    take_change(heads, flags, other_boot, known.boot);
    take_change(heads, flags, other_offset, known.offset_ms);
    out.utc_ms = one->utc_ms = sum(one->utc_ms, one->step_ms);
    out.age_ms = one->age_ms, out.boot = known.boot, out.offset_ms = known.offset_ms;
    out.series = one->series;
    if (one->series.size() > digits.size() - used) return false;
    out.qualities.resize(out.series.size());
    if ((flags & not_all_good) == 0)
      std::ranges::fill(out.qualities, ground::Quality::good);
    else if (!get_qualities(heads, out.qualities))
      return false;
    return heads.ok() && decimals(odd, *one, out.decimals);
  }

  bool row(BytesView plain, std::vector<JournalBatch>& out) {
    Cursor rest{plain};
    Cursor heads{rest.take(rest.varint())};
    Cursor odd{rest.take(rest.varint())};
    if (!rest.ok() || rest.rest().size() > max_samples / 2 + 1) return false;
    unpack(rest.rest(), digits);
    used = 0;
    const std::size_t count = heads.count(max_batches);
    for (std::size_t place = 0; place < count; ++place)
      if (!heads.ok() || !batch(heads, odd, place < out.size() ? out[place] : out.emplace_back())) return false;
    out.resize(count);
    const bool all = used == digits.size() || (used + 1 == digits.size() && digits.back() == 0);
    return heads.done() && odd.done() && all;
  }

  // Of version 1, where each value is a varint, and a reply's head has all that this one may leave out.

  bool batch_1(Cursor& heads, Cursor& values, std::size_t& samples, JournalBatch& out) {
    List* const one = list(heads);
    if (one == nullptr || one->series.size() > samples) return false;
    samples -= one->series.size();
    one->step_ms = sum(one->step_ms, heads.number());
    out.utc_ms = one->utc_ms = sum(one->utc_ms, one->step_ms);
    out.age_ms = one->age_ms = sum(one->age_ms, heads.number());
    out.boot = known.boot = sum(known.boot, heads.number());
    out.offset_ms = known.offset_ms = sum(known.offset_ms, heads.number());
    out.series = one->series;
    const std::size_t count = out.series.size();
    out.qualities.resize(count);
    if (!get_qualities(heads, out.qualities) || !heads.ok() || count > values.rest().size()) return false;
    auto& [wholes, scales] = out.decimals;
    wholes.resize(count), scales.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      JournalState::Series& series = known.all[one->slots[i]];
      if (const std::uint64_t token = values.varint(); token > 0) {
        wholes[i] = series.whole = sum(series.whole, unzigzag(token - 1));
        scales[i] = byte_of(series.scale);
      } else if (!odd_value(values, series, wholes[i], scales[i])) {
        return false;
      }
    }
    return values.ok();
  }

  bool row_1(BytesView plain, std::vector<JournalBatch>& out) {
    Cursor values{plain};
    Cursor heads{values.take(values.varint())};
    std::size_t samples = max_samples;
    for (std::size_t left = heads.count(max_batches); left > 0; --left)
      if (!heads.ok() || !batch_1(heads, values, samples, out.emplace_back())) return false;
    return heads.done() && values.done();
  }

  ground::Result<void> read(BytesView inner, std::vector<JournalBatch>& into) {
    const bool was_ready = std::exchange(ready, false);
    if ((inner.front() & journal_key) != 0) {
      known = {};
    } else if (!was_ready) {
      return malformed("a journal row whose key row does not read");
    }
    BytesView plain = inner.subspan(1);
    std::optional<Bytes> unpacked;
    if ((inner.front() & journal_compressed) != 0) {
      unpacked = decompress(plain, max_journal_bytes);
      if (!unpacked) return malformed("a journal row does not unpack");
      plain = *unpacked;
    }
    const bool is_1 = (inner.front() & 0x0FU) == journal_version_1;
    if (!(is_1 ? row_1(plain, into) : row(plain, into))) return malformed("a journal row does not read");
    ready = true;
    return {};
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
  const auto inner = opened(bytes);
  if (!inner) return state_->ready = false, inner.error();
  std::vector<JournalBatch> batches;
  if (auto done = state_->read(*inner, batches); !done) return done.error();
  for (JournalBatch& batch : batches) {
    const auto& [wholes, scales] = batch.decimals;
    batch.values.resize(wholes.size());
    put_doubles(batch.values, wholes, scales);
    batch.decimals = {};
  }
  return batches;
}

ground::Result<void> JournalReader::read_decimals(BytesView bytes, std::vector<JournalBatch>& into) {
  return state_->read(own(bytes), into);
}

}  // namespace holdup::store::codec
