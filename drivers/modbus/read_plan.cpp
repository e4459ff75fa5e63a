#include "drivers/modbus/read_plan.hpp"

#include <algorithm>

#include "ground/expect.hpp"

namespace holdup::modbus {
namespace {

using ground::Quality;
using profile::Conversion;
using reading::Reading;

Span hull(const Span& a, const Span& b) {
  const auto begin = std::min(a.address, b.address);
  return {a.function, begin, static_cast<std::uint16_t>(std::max(a.end(), b.end()) - begin)};
}

/// What the points need: a value and the register of its scale in one piece where they may be read so, for they belong together.
std::vector<Span> wanted(ReadPlan::Points points, std::span<const Source> sources, const Reach& reach) {
  std::vector<Span> spans;
  for (const std::uint32_t point : points) {
    HOLDUP_EXPECT(point < sources.size());
    const Source& source = sources[point];
    if (!source.exponent) {
      spans.push_back(source.span);
      continue;
    }
    const Span both = hull(source.span, *source.exponent);
    const bool readable = std::ranges::any_of(reach.readable, [&](const Span& range) { return range.covers(both); });
    if (readable && both.count <= reach.max_registers)
      spans.push_back(both);
    else
      spans.insert(spans.end(), {source.span, *source.exponent});
  }
  return spans;
}

bool is_one_word(const profile::Register& field) {
  const bool number = field.type == profile::RegisterType::u16 || field.type == profile::RegisterType::s16;
  return number && field.bytes == profile::ByteOrder::big;
}

}  // namespace

ReadPlan::ReadPlan(Points points, std::span<const Source> sources, const Reach& reach)
    : points_{points.begin(), points.end()}, spans_{merged(wanted(points, sources, reach), reach.readable, reach.max_registers)} {
  const auto goes_first = [&](const Span& span) {
    return std::ranges::any_of(points_, [&](std::uint32_t point) {
      const Source& source = sources[point];
      return source.first && (span.covers(source.span) || (source.exponent && span.covers(*source.exponent)));
    });
  };
  first_spans_ = static_cast<std::size_t>(std::ranges::stable_partition(spans_, goes_first).begin() - spans_.begin());
  for (const std::uint32_t point : points_) {
    const Source& source = sources[point];
    const profile::Register& field = *source.field;
    const std::uint16_t kind = conversion(source.conversion);
    cells_.push_back({.point = point,
                      .value = place(source.span),
                      .exponent = source.exponent ? place(*source.exponent) : Place{},
                      .count = source.span.count,
                      .conversion = kind,
                      .layout = {.type = field.type, .words = field.words, .bytes = field.bytes},
                      .scaled = source.exponent.has_value(),
                      .plain = !source.exponent && is_one_word(field) && linear_[kind]});
  }
}

ReadPlan::Place ReadPlan::place(const Span& part) const {
  const auto whole = std::ranges::find_if(spans_, [&](const Span& span) { return span.covers(part); });
  HOLDUP_EXPECT(whole != spans_.end());
  return {static_cast<std::uint16_t>(whole - spans_.begin()), static_cast<std::uint16_t>(part.address - whole->address)};
}

std::uint16_t ReadPlan::conversion(const Conversion& one) {
  const auto known = std::ranges::find_if(conversions_, [&](const Conversion& other) { return converts_alike(one, other); });
  const auto place = known - conversions_.begin();
  if (known == conversions_.end()) conversions_.push_back(one), linear_.push_back(profile::linear(one));
  return static_cast<std::uint16_t>(place);
}

bool ReadPlan::is_for(Points points) const { return std::ranges::equal(points, points_); }

bool ReadPlan::operator==(const ReadPlan& other) const {
  return points_ == other.points_ && spans_ == other.spans_ && first_spans_ == other.first_spans_ && cells_ == other.cells_ &&
         std::ranges::equal(conversions_, other.conversions_, profile::converts_alike);
}

std::size_t ReadPlan::hash() const {
  std::size_t out = points_.size();
  for (const Span& span : spans_) out = (out * 31 + span.address) * 31 + span.count;
  for (const Cell& cell : cells_) out = out * 31 + cell.value.at;
  return out;
}

bool ReadPlan::begins_with(std::span<const Heard> heard) const {
  if (heard.size() > spans_.size()) return false;
  return std::ranges::equal(heard, std::span{spans_}.first(heard.size()), [](const Heard& one, const Span& span) {
    return one.span == span && one.exchange.answer.exception == 0 && one.exchange.answer.values.size() == span.count;
  });
}

std::vector<Reading> ReadPlan::readings(std::span<const Heard> heard, std::span<const Source> sources) const {
  std::vector<Reading> out(cells_.size());
  for (std::size_t i = 0; i < cells_.size(); ++i) read(cells_[i], heard, sources, out[i]);
  return out;
}

std::vector<Reading> ReadPlan::first_readings(std::span<const Heard> heard, std::span<const Source> sources) const {
  std::vector<Reading> out;
  for (const Cell& cell : cells_)
    if (sources[cell.point].first) read(cell, heard, sources, out.emplace_back());
  return out;
}

inline void ReadPlan::read(const Cell& cell, std::span<const Heard> heard, std::span<const Source> sources, Reading& out) const {
  if (cell.plain)
    read_plain(cell, heard[cell.value.span].exchange, out);
  else
    out = reading(cell, heard, sources[cell.point]);
}

inline void ReadPlan::read_plain(const Cell& cell, const Exchange& told, Reading& out) const {
  const std::uint16_t word = told.answer.values[cell.value.at];
  const double raw = cell.layout.type == profile::RegisterType::s16 ? static_cast<std::int16_t>(word) : word;
  const profile::Converted converted = linear_[cell.conversion]->convert(raw);
  out.point = cell.point, out.quality = converted.quality, out.value = converted.value;
  out.time = told.sent, out.uncertainty = told.received - told.sent;
}

Reading ReadPlan::reading(const Cell& cell, std::span<const Heard> heard, const Source& source) const {
  const Exchange& told = heard[cell.value.span].exchange;
  Reading out{.point = cell.point, .time = told.sent, .uncertainty = told.received - told.sent};
  int power = 0;
  if (cell.scaled) {
    const Exchange& scale = heard[cell.exponent.span].exchange;
    out.time = std::min(told.sent, scale.sent);
    out.uncertainty = std::max(told.received, scale.received) - out.time;
    const auto said = exponent(scale.answer.values[cell.exponent.at]);
    out.quality = Quality::absent;
    if (!said) return out;
    power = *said;
  }
  const auto words = std::span{told.answer.values}.subspan(cell.value.at, cell.count);
  const bool text = cell.layout.type == profile::RegisterType::string;
  const double raw = text ? raw_number(*source.field, words) : number_in(cell.layout, words);
  const profile::Converted converted = profile::convert(conversions_[cell.conversion], raw, power);
  out.value = converted.value;
  out.quality = converted.quality;
  return out;
}

}  // namespace holdup::modbus
