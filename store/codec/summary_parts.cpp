#include "store/codec/summary_parts.hpp"

#include <algorithm>
#include <cmath>

#include "store/codec/column.hpp"
#include "store/codec/integers.hpp"
#include "store/codec/scale.hpp"

namespace holdup::store::codec {
namespace {

using Numbers = std::vector<std::int64_t>;

// the first byte, where values are not whole under one scale: all fields are doubles
constexpr std::uint8_t doubles = 0;
// the byte before the sums
enum Sums : std::uint8_t { sums_as_doubles, sums_as_wholes };

constexpr double Summary::*exact[] = {&Summary::min, &Summary::max, &Summary::last};

std::int64_t midway(std::int64_t min, std::int64_t max, std::uint64_t count) {
  return product(sum(min, max), static_cast<std::int64_t>(count)) >> 1U;
}

/// Whether the sum of the whole numbers stands for the sum of the values.
bool stands_for(double whole_sum, const Summary& one) {
  const double rounding = 1e-16 * static_cast<double>(one.count) * std::max(std::fabs(one.min), std::fabs(one.max));
  return std::fabs(whole_sum - one.sum) <= std::max(1e-13 * std::fabs(one.sum), rounding);
}

/// The fields as whole numbers: least, greatest above it, last below that, sum beside count × midway.
struct Wholes {
  Scale scale;
  std::array<Numbers, fields> lists;
  bool sums = true;
};

std::optional<Wholes> wholes(std::span<const Summary> all) {
  std::vector<double> values;
  for (const auto field : exact)
    for (const Summary& one : all) values.push_back(one.*field);
  Wholes out{fitting(values), {}, true};
  for (const Summary& one : all) {
    const auto min = whole_of(one.min, out.scale), max = whole_of(one.max, out.scale), last = whole_of(one.last, out.scale);
    if (!min || !max || !last) return std::nullopt;
    out.lists[0].push_back(*min);
    out.lists[1].push_back(difference(*max, *min));
    out.lists[2].push_back(difference(*max, *last));
    const double scaled = out.scale.way < plain_ways ? one.sum * powers[out.scale.digits] : most_whole;
    const bool fits = std::fabs(scaled) < most_whole;
    const std::int64_t whole = fits ? std::llround(scaled) : 0;
    out.sums = out.sums && fits && stands_for(static_cast<double>(whole) / powers[out.scale.digits], one);
    out.lists[3].push_back(difference(whole, midway(*min, *max, one.count)));
  }
  return out;
}

void put_plain(Bytes& out, const Numbers& numbers, bool differences) {
  std::int64_t last = 0;
  for (const std::int64_t number : numbers) {
    put_signed(out, difference(number, last));
    if (differences) last = number;
  }
}

void get_plain(Cursor& cursor, Numbers& numbers, bool differences) {
  std::int64_t last = 0;
  for (std::int64_t& number : numbers) {
    number = sum(cursor.number(), last);
    if (differences) last = number;
  }
}

std::vector<double> field_of(std::span<const Summary> all, double Summary::*field) {
  std::vector<double> out;
  for (const Summary& one : all) out.push_back(one.*field);
  return out;
}

constexpr double Summary::*in_order[] = {&Summary::min, &Summary::max, &Summary::last, &Summary::sum};

void put_doubles(std::array<Bytes, fields>& parts, std::span<const Summary> all, std::size_t field) {
  const auto values = field_of(all, in_order[field]);
  if (parts_of(all.size()) > 1) return put_values(parts[field], values, Packing::together);
  for (const double value : values) put_fixed(parts[0], std::bit_cast<std::uint64_t>(value), 8);
}

bool get_doubles(std::span<Cursor> parts, std::span<Summary> all, std::size_t field) {
  std::vector<double> values(all.size());
  if (parts.size() > 1) {
    if (!get_values(parts[field].rest(), values)) return false;
  } else {
    for (double& value : values) value = std::bit_cast<double>(parts[0].fixed(8));
  }
  for (std::size_t i = 0; i < all.size(); ++i) all[i].*in_order[field] = values[i];
  return parts.size() > 1 || parts[0].ok();
}

bool get_numbers(std::span<Cursor> parts, Numbers& numbers, std::size_t field) {
  if (parts.size() > 1) return get_integers(parts[field].rest(), numbers);
  get_plain(parts[0], numbers, field == 0);
  return parts[0].ok();
}

void fill(std::span<Summary> all, const std::array<Numbers, fields>& lists, Scale scale, bool sums) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::int64_t min = lists[0][i], max = sum(min, lists[1][i]);
    all[i].min = value_of(min, scale);
    all[i].max = value_of(max, scale);
    all[i].last = value_of(difference(max, lists[2][i]), scale);
    if (sums) all[i].sum = static_cast<double>(sum(lists[3][i], midway(min, max, all[i].count))) / powers[scale.digits];
  }
}

}  // namespace

void put_summaries(std::array<Bytes, fields>& parts, std::span<const Summary> summaries) {
  const bool apart = parts_of(summaries.size()) > 1;
  const auto found = wholes(summaries);
  parts[0].push_back(found ? byte_of(found->scale) : doubles);
  for (std::size_t field = 0; field < fields; ++field) {
    Bytes& part = parts[apart ? field : 0];
    if (found && field == 3) part.push_back(found->sums ? sums_as_wholes : sums_as_doubles);
    if (!found || (field == 3 && !found->sums)) {
      put_doubles(parts, summaries, field);
    } else if (apart) {
      put_integers(part, found->lists[field], Packing::together);
    } else {
      put_plain(part, found->lists[field], field == 0);
    }
  }
}

bool get_summaries(std::span<const BytesView> parts, std::span<Summary> summaries) {
  std::vector<Cursor> cursors;
  for (const BytesView part : parts) cursors.emplace_back(part);
  const std::uint8_t first = cursors[0].byte();
  const auto scale = scale_from(first);
  if (!cursors[0].ok() || (!scale && first != doubles)) return false;
  std::array<Numbers, fields> lists;
  bool sums = scale.has_value();
  for (std::size_t field = 0; field < fields; ++field) {
    if (scale && field == 3) {
      const std::uint8_t kind = cursors.back().byte();
      if (kind > sums_as_wholes || !cursors.back().ok()) return false;
      sums = kind == sums_as_wholes;
    }
    lists[field].resize(summaries.size());
    const bool whole = scale && (field < 3 || sums);
    if (whole ? !get_numbers(cursors, lists[field], field) : !get_doubles(cursors, summaries, field)) return false;
  }
  if (scale) fill(summaries, lists, *scale, sums);
  return cursors.size() > 1 || cursors[0].done();
}

}  // namespace holdup::store::codec
