#include "store/codec/column.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "store/codec/frame.hpp"
#include "store/codec/integers.hpp"
#include "store/codec/rows.hpp"
#include "store/codec/scale.hpp"

namespace holdup::store::codec {
namespace {

// the first byte: 0 the doubles, bit by bit; 0x10 × (1 + way) + digits: whole numbers
constexpr std::uint8_t bitwise = 0;
constexpr std::size_t seldom = 8;  // at most one run of exceptions in so many values

std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }

/// Values of the same bits that no whole number gives.
struct Exception {
  std::size_t at = 0, length = 0;
  std::uint64_t value = 0;
};

struct Wholes {
  std::vector<std::int64_t> numbers;
  std::vector<Exception> exceptions;
};

/// Where all are quotients, without more.
bool quotients(std::span<const double> values, double power, std::vector<std::int64_t>& numbers) {
  numbers.resize(values.size());
  bool all = true;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto whole = quotient_of(values[i], power);
    numbers[i] = whole.value_or(0);
    all &= whole.has_value();
  }
  return all;
}

Wholes wholes(std::span<const double> values, Scale scale) {
  Wholes out;
  if (scale.way == Scale::quotient && quotients(values, powers[scale.digits], out.numbers)) return out;
  out.numbers.clear();
  std::int64_t last = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (const auto whole = whole_of(values[i], scale)) {
      last = *whole;
    } else if (auto& all = out.exceptions; !all.empty() && all.back().at + all.back().length == i && all.back().value == bits(values[i])) {
      ++all.back().length;
    } else {
      all.push_back({i, 1, bits(values[i])});
    }
    out.numbers.push_back(last);
  }
  return out;
}

void put_bitwise(Bytes& out, std::span<const double> values, Packing packing) {
  out.push_back(bitwise);
  Bytes planes(values.size() * 8);
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint64_t change = bits(values[i]) ^ last;
    for (std::size_t plane = 0; plane < 8; ++plane) planes[plane * values.size() + i] = static_cast<std::uint8_t>(change >> (8 * plane));
    last = bits(values[i]);
  }
  const std::size_t at = out.size();
  out.push_back(1);
  if (packing != Packing::together && compress(planes, Effort::mixed, out)) return;
  out[at] = 0;
  put(out, planes);
}

bool get_bitwise(Cursor cursor, std::span<std::int64_t> values) {
  const std::size_t size = 8 * values.size();
  std::optional<Bytes> planes;
  BytesView view;
  if (const std::uint8_t form = cursor.byte(); form == 1) {
    planes = decompress(cursor.rest(), size);
    if (!planes) return false;
    view = *planes;
  } else if (form == 0) {
    view = cursor.rest();
  }
  if (!cursor.ok() || view.size() != size) return false;
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t plane = 0; plane < 8; ++plane) last ^= static_cast<std::uint64_t>(view[plane * values.size() + i]) << (8 * plane);
    values[i] = static_cast<std::int64_t>(last);
  }
  return true;
}

void put_exceptions(Bytes& out, const std::vector<Exception>& exceptions) {
  put_varint(out, exceptions.size());
  std::size_t end = 0;
  for (const Exception& one : exceptions) {
    put_varint(out, one.at - end);
    put_varint(out, one.length);
    put_fixed(out, one.value, 8);
    end = one.at + one.length;
  }
}

/// `fill` is told from where on how many are which bits.
template <typename Fill>
bool get_exceptions(Cursor& cursor, std::size_t count, Fill fill) {
  std::size_t end = 0;
  for (std::size_t left = cursor.count(count); left > 0 && cursor.ok(); --left) {
    const std::size_t at = end + cursor.count(count - end);
    const std::size_t length = cursor.count(count - at);
    end = at + length;
    fill(at, length, static_cast<std::int64_t>(cursor.fixed(8)));
  }
  return cursor.ok();
}

/// The whole numbers of a column that is not bit by bit; where its exceptions stand, for whoever fills them in.
bool get_wholes(Cursor& cursor, std::span<std::int64_t> wholes) {
  for (std::size_t left = cursor.count(wholes.size()); left > 0 && cursor.ok(); --left)
    (void)cursor.varint(), (void)cursor.varint(), (void)cursor.fixed(8);
  return cursor.ok() && get_integers(cursor.rest(), wholes);
}

struct Fit {
  Scale scale;
  std::size_t odd = 0;     // values that it does not give
  std::size_t needed = 0;  // … that need all its digits
};

Fit fitting(std::span<const double> values, Scale::Way way) {
  std::array<std::size_t, most_digits + 2> needed{};  // how many values need so many digits
  std::uint8_t usual = 0;
  for (const double value : values) {
    std::uint8_t digits = usual;
    if (!whole_of(value, {way, usual}))
      for (digits = 0; digits <= most_digits && !whole_of(value, {way, digits});) ++digits;
    ++needed[digits];
    if (digits <= most_digits) usual = std::max(usual, digits);
  }
  std::size_t odd = needed[most_digits + 1];
  std::uint8_t digits = most_digits;
  for (; digits > 0 && odd + needed[digits] <= values.size() / 64; --digits) odd += needed[digits];
  return {{way, digits}, odd, needed[digits]};
}

/// Of so few values that it is to be tried before it is believed.
std::optional<Scale> at_a_glance(std::span<const double> values) {
  std::array<double, 12> sample{};
  if (values.size() < 4 * sample.size()) return std::nullopt;
  for (std::size_t i = 0; i < sample.size(); ++i) sample[i] = values[i * values.size() / sample.size()];
  for (std::uint8_t way = 0; way < plain_ways; ++way)
    if (const auto [scale, odd, needed] = fitting(sample, static_cast<Scale::Way>(way)); odd == 0)
      return scale.digits == 0 || needed > 1 ? std::optional{scale} : std::nullopt;
  return std::nullopt;
}

}  // namespace

Scale fitting(std::span<const double> values) {
  std::array<double, 192> sample{};
  const std::size_t count = std::min(sample.size(), values.size());
  for (std::size_t i = 0; i < count; ++i) sample[i] = values[i * values.size() / count];
  const std::span<const double> all{sample.data(), count};
  Scale best;
  std::size_t least = count + 1;
  for (std::uint8_t way = 0; way < ways && least > count / 64; ++way) {
    const auto [scale, odd, needed] =
        fitting(way < plain_ways ? all : all.first(std::min<std::size_t>(count, 24)), static_cast<Scale::Way>(way));
    if (way >= plain_ways && odd > 0) continue;
    if (odd < least) least = odd, best = scale;
  }
  return best;
}

void put_values(Bytes& out, std::span<const double> values, Packing packing) {
  std::optional<Scale> likely = at_a_glance(values);
  Scale scale = likely ? *likely : fitting(values);
  Wholes found = wholes(values, scale);
  if (likely && !found.exceptions.empty()) found = wholes(values, scale = fitting(values));
  if (found.exceptions.size() > std::max<std::size_t>(1, values.size() / seldom)) return put_bitwise(out, values, packing);
  out.push_back(byte_of(scale));
  put_exceptions(out, found.exceptions);
  put_integers(out, found.numbers, packing);
}

namespace {

/// What a scale's digits are worth is seen in few: where nearly none needs them all, fewer do.
bool digits_needed(std::span<const std::int64_t> wholes, Scale scale) {
  if (scale.digits == 0) return true;
  const std::size_t step = std::max<std::size_t>(1, wholes.size() / 12);
  std::size_t needed = 0, seen = 0;
  for (std::size_t i = 0; i < wholes.size(); i += step, ++seen) needed += wholes[i] % 10 != 0 ? 1 : 0;
  return needed > seen / 12;
}

/// Quotients under the scale with the most digits among theirs; false where one is something else, or too great for it.
bool raised(std::span<const std::int64_t> wholes, std::span<const std::uint8_t> scales, std::uint8_t to, std::vector<std::int64_t>& out) {
  out.resize(wholes.size());
  for (std::size_t i = 0; i < wholes.size(); ++i) {
    const auto scale = scale_from(scales[i]);
    if (!scale || scale->way != Scale::quotient) return false;
    const auto factor = static_cast<std::int64_t>(powers[to - scales[i]]);
    if (factor > 1 && !(std::fabs(static_cast<double>(wholes[i])) * static_cast<double>(factor) < most_whole)) return false;
    out[i] = product(wholes[i], factor);
  }
  return true;
}

}  // namespace

void put_values(Bytes& out, std::span<const std::int64_t> wholes, std::span<const std::uint8_t> scales, Packing packing) {
  thread_local std::vector<std::int64_t> numbers;
  if (!wholes.empty()) {
    const bool alike = std::memcmp(scales.data(), scales.data() + 1, scales.size() - 1) == 0;
    const auto most = alike ? scales.front() : *std::ranges::max_element(scales);
    const auto scale = scale_from(most);
    if (scale && (alike || (scale->way == Scale::quotient && raised(wholes, scales, most, numbers)))) {
      const std::span<const std::int64_t> all = alike ? wholes : std::span<const std::int64_t>{numbers};
      if (digits_needed(all, *scale)) {
        out.push_back(most);
        put_varint(out, 0);  // exceptions
        return put_integers(out, all, packing);
      }
    }
  }
  thread_local std::vector<double> values;
  values.resize(wholes.size());
  put_doubles(values, wholes, scales);
  put_values(out, values, packing);
}

namespace {

void put_doubles(std::span<double> out, std::span<const std::int64_t> wholes, std::optional<Scale> scale) {
  if (!scale) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::bit_cast<double>(wholes[i]);
  } else if (scale->way == Scale::quotient) {
    const double power = powers[scale->digits];
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<double>(wholes[i]) / power;
  } else {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = value_of(wholes[i], *scale);
  }
}

}  // namespace

void put_doubles(std::span<double> out, std::span<const std::int64_t> wholes, std::span<const std::uint8_t> scales) {
  for (std::size_t at = 0, end = 0; at < out.size(); at = end) {  // a run of one scale after the other
    for (end = at + 1; end < out.size() && scales[end] == scales[at];) ++end;
    put_doubles(out.subspan(at, end - at), wholes.subspan(at, end - at), scale_from(scales[at]));
  }
}

bool get_values(BytesView bytes, std::span<double> values) {
  thread_local std::vector<std::int64_t> wholes;
  wholes.resize(values.size());
  Cursor cursor{bytes};
  const std::uint8_t form = cursor.byte();
  const auto scale = scale_from(form);
  Cursor exceptions = cursor;
  if (!cursor.ok() || !(form == bitwise ? get_bitwise(cursor, wholes) : scale && get_wholes(cursor, wholes))) return false;
  put_doubles(values, wholes, scale);
  return form == bitwise || get_exceptions(exceptions, values.size(), [&](std::size_t at, std::size_t length, std::int64_t bits) {
           std::ranges::fill(values.subspan(at, length), std::bit_cast<double>(bits));
         });
}

bool get_values(BytesView bytes, std::span<std::int64_t> wholes, std::span<std::uint8_t> scales) {
  Cursor cursor{bytes};
  const std::uint8_t form = cursor.byte();
  Cursor exceptions = cursor;
  if (!cursor.ok() || !(form == bitwise ? get_bitwise(cursor, wholes) : scale_from(form) && get_wholes(cursor, wholes))) return false;
  std::ranges::fill(scales, form);  // 0, as `bitwise` is, says the same of a whole number
  return form == bitwise || get_exceptions(exceptions, wholes.size(), [&](std::size_t at, std::size_t length, std::int64_t bits) {
           std::ranges::fill(wholes.subspan(at, length), bits);
           std::ranges::fill(scales.subspan(at, length), std::uint8_t{0});
         });
}

bool alike(std::span<const ground::Quality> qualities) {
  return qualities.size() < 2 || std::memcmp(qualities.data(), qualities.data() + 1, qualities.size() - 1) == 0;
}

void put_qualities(Bytes& out, std::span<const ground::Quality> qualities) {
  // runs: the quality and how many there are, 0 for all that are left
  for (std::size_t at = 0; at < qualities.size();) {
    const auto rest = qualities.subspan(at);
    const auto end = alike(rest) ? qualities.end()
                                 : std::find_if(qualities.begin() + static_cast<std::ptrdiff_t>(at), qualities.end(),
                                                [&](ground::Quality other) { return other != rest.front(); });
    const auto length = static_cast<std::size_t>(end - qualities.begin()) - at;
    put_varint(out, (end == qualities.end() ? 0 : length) * 8 + static_cast<std::uint8_t>(qualities[at]));
    at += length;
  }
}

bool get_qualities(Cursor& cursor, std::span<ground::Quality> qualities) {
  for (std::size_t at = 0; at < qualities.size();) {
    const std::uint64_t run = cursor.varint();
    const std::uint64_t left = qualities.size() - at, length = run / 8 == 0 ? left : run / 8;
    if (!cursor.ok() || run % 8 >= ground::quality_names.size() || length > left) return false;
    std::fill_n(qualities.begin() + static_cast<std::ptrdiff_t>(at), length, static_cast<ground::Quality>(run % 8));
    at += length;
  }
  return true;
}

}  // namespace holdup::store::codec
