#include "drivers/snmp/expand.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "ground/number.hpp"
#include "ground/utf8.hpp"

namespace holdup::snmp {
namespace {

using profile::Column;
using profile::Condition;
using profile::Conversion;
using profile::Rule;
using profile::Scalar;
using profile::Table;
using profile::TextSource;
using profile::TextSources;

constexpr std::int64_t most_digits = 12;  // more decimal digits than any agent means

std::string tidy(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n\0"), last = text.find_last_not_of(std::string_view{" \t\r\n\0", 5});
  if (first == std::string_view::npos || last == std::string_view::npos || last < first) return {};
  return ground::printable(text.substr(first, last - first + 1));
}

/// What stands behind "MN:" in a sysDescr, up to the next blank or bracket.
std::string piece_after(const std::string& mark, const std::string& description) {
  const auto at = description.find(mark);
  if (at == std::string::npos) return {};
  const auto first = description.find_first_not_of(' ', at + mark.size());
  if (first == std::string::npos) return {};
  return tidy(description.substr(first, description.find_first_of(" ),;", first) - first));
}

struct Row {
  const Answers& answers;
  Index index;
  const std::string& description;
  std::string_view label = {};  // the row's index as it is labelled

  [[nodiscard]] std::string piece(std::string_view word) const {
    if (word == "index") return std::string{label};
    const auto part = ground::parse_integer(word).value_or(0);
    return part < 1 || part > static_cast<std::int64_t>(index.size()) ? "" : std::to_string(index[static_cast<std::size_t>(part - 1)]);
  }
};

/// "Outlet {2}" with the second part of the row's index, "Phase {index}" with its label; what the row does not have leaves the text empty.
std::string filled(const std::string& text, const Row& row) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto close = text[i] == '{' ? text.find('}', i) : std::string::npos;
    if (close == std::string::npos) {
      out += text[i];
      continue;
    }
    const auto piece = row.piece(std::string_view{text}.substr(i + 1, close - i - 1));
    if (piece.empty()) return {};
    out += piece;
    i = close;
  }
  return out;
}

std::string text_of(const TextSource& source, const Row& row) {
  if (source.kind == TextSource::Kind::fixed) return filled(source.text, row);
  if (source.kind == TextSource::Kind::description) return piece_after(source.text, row.description);
  const Value* value = row.answers.find(source.oid);
  if (value == nullptr) value = row.answers.cell(source.oid, row.index);
  return value == nullptr ? std::string{} : tidy(value->raw());
}

std::string text_of(const TextSources& sources, const Row& row) {
  for (const TextSource& source : sources)
    if (auto text = text_of(source, row); !text.empty()) return text;
  return {};
}

bool listed(const std::vector<std::int64_t>& codes, std::int64_t code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

bool holds(const Condition& condition, const Row& row) {
  if (condition.index_part > 0) {
    if (condition.index_part > row.index.size()) return false;
    const auto part = row.index[condition.index_part - 1];
    return (condition.is.empty() || listed(condition.is, part)) && !listed(condition.is_not, part);
  }
  return lets_through(condition, row.answers.cell(condition.column, row.index));
}

bool all_hold(const std::vector<Condition>& conditions, const Row& row) {
  return std::all_of(conditions.begin(), conditions.end(), [&](const Condition& c) { return holds(c, row); });
}

/// Scale by the columns that the device gives with its values; false when they say nothing that is known.
bool scale(const Column& column, const Row& row, Conversion& conversion) {
  if (!column.digits.empty()) {
    const Value* digits = row.answers.cell(column.digits, row.index);
    if (digits == nullptr || digits->kind != Value::Kind::number || digits->whole < 0 || digits->whole > most_digits) return false;
    conversion.divide *= std::pow(10.0, static_cast<double>(digits->whole));
  }
  if (column.unit.empty()) return true;
  const Value* code = row.answers.cell(column.unit, row.index);
  if (code == nullptr || code->kind != Value::Kind::number) return false;
  const auto& units = column.units;
  const auto unit = std::find_if(units.begin(), units.end(), [&](const auto& u) { return u.code == code->whole; });
  if (unit == units.end()) return false;
  conversion.multiply *= unit->multiply, conversion.divide *= unit->divide, conversion.offset += unit->offset;
  return true;
}

/// Collects the points, and settles alternatives.
class Collector {
 public:
  explicit Collector(const Answers& answers) : answers_{answers} {}

  /// What is common to the points of a rule stands in `pattern`.
  void add(const Rule& rule, const Measured& pattern) {
    for (auto& telling : profile::tellings(rule)) {
      Measured measured = pattern;
      measured.point = std::move(telling.point);
      measured.point.labels = pattern.point.labels;
      measured.point.source = pattern.oid.text();
      measured.conversion = std::move(telling.conversion);
      place(std::move(measured));
    }
  }
  [[nodiscard]] std::vector<Measured> take() { return std::move(out_); }

 private:
  void place(Measured measured) {
    std::string identity = measured.point.metric;
    for (const auto& [key, value] : measured.point.labels) identity.append("\n").append(key).append("\t").append(value);
    const auto [at, fresh] = places_.try_emplace(std::move(identity), out_.size());
    if (fresh) return out_.push_back(std::move(measured));
    Measured& earlier = out_[at->second];
    if (!reads(earlier) && reads(measured)) earlier = std::move(measured);
  }
  [[nodiscard]] bool reads(const Measured& measured) const {
    const Value* value = answers_.find(measured.oid);
    const auto number = value != nullptr ? value->numeric() : std::nullopt;
    return number && convert(measured.conversion, *number).quality == ground::Quality::good;
  }

  const Answers& answers_;
  std::vector<Measured> out_;
  std::map<std::string, std::size_t> places_;
};

std::vector<reading::Label> labels(const std::string& part, std::string index, std::string name) {
  std::vector<reading::Label> out;
  if (!part.empty()) out.emplace_back("part", part);
  if (!index.empty()) out.emplace_back("index", std::move(index));
  if (!name.empty()) out.emplace_back("name", std::move(name));
  return out;
}

void expand_scalar(const Scalar& scalar, const Answers& answers, Collector& out) {
  const std::string none;
  const Row row{answers, {}, none};
  if (answers.find(scalar.oid) == nullptr) return;
  auto index = text_of(scalar.index, row);
  auto name = text_of(scalar.name, {answers, {}, none, index});
  Measured pattern;
  pattern.oid = scalar.oid;
  pattern.point.labels = labels(scalar.rule.part, std::move(index), std::move(name));
  out.add(scalar.rule, pattern);
}

void expand_row(const Table& table, const Column& column, const Row& row, Collector& out) {
  if (!all_hold(table.where, row) || !all_hold(column.where, row)) return;
  Rule rule = column.rule;
  if (!scale(column, row, rule.conversion)) return;
  auto index = text_of(table.index, row);
  auto name = text_of(table.name, {row.answers, row.index, row.description, index});
  if (const auto unit = text_of(table.unit, row); !unit.empty() && unit != "1") index = index.empty() ? unit : unit + "-" + index;
  Measured pattern;
  pattern.oid = column.oid.with(row.index);
  pattern.point.labels = labels(rule.part, std::move(index), std::move(name));
  if (table.available && row.answers.find(table.available->column.with(row.index)) != nullptr) {
    pattern.gate = table.available->column.with(row.index);
    pattern.gate_condition = *table.available;
  }
  out.add(rule, pattern);
}

void need(const TextSources& sources, std::vector<Oid>& out) {
  for (const TextSource& source : sources)
    if (source.kind == TextSource::Kind::oid) out.push_back(source.oid);
}

void need(const std::vector<Condition>& conditions, std::vector<Oid>& out) {
  for (const Condition& condition : conditions)
    if (!condition.column.empty()) out.push_back(condition.column);
}

void sort_out(std::vector<Oid>& oids) {
  std::sort(oids.begin(), oids.end());
  oids.erase(std::unique(oids.begin(), oids.end()), oids.end());
  std::erase_if(oids, [](const Oid& oid) { return oid.empty(); });
}

}  // namespace

bool lets_through(const Condition& condition, const Value* value) {
  if (value == nullptr) return condition.is.empty() && !condition.bit;
  if (condition.bit) return value->text.size() == 1 && ((static_cast<unsigned char>(value->text[0]) << *condition.bit) & 0x80) != 0;
  const auto number = value->numeric();
  if (!number) return condition.is.empty();
  const auto code = static_cast<std::int64_t>(*number);
  return (condition.is.empty() || listed(condition.is, code)) && !listed(condition.is_not, code);
}

Needs needs(const profile::Profile& profile) {
  Needs out;
  for (const TextSources* sources : {&profile.vendor_text, &profile.model, &profile.firmware, &profile.serial}) need(*sources, out.objects);
  for (const Scalar& scalar : profile.scalars) {
    out.objects.push_back(scalar.oid);
    need(scalar.index, out.objects);
    need(scalar.name, out.objects);
  }
  for (const Table& table : profile.tables) {
    need(table.where, out.columns);
    need(table.index, out.columns);
    need(table.name, out.columns);
    need(table.unit, out.columns);
    if (table.available) out.columns.push_back(table.available->column);
    for (const Column& column : table.columns) {
      need(column.where, out.columns);
      out.columns.insert(out.columns.end(), {column.oid, column.digits, column.unit});
    }
  }
  sort_out(out.objects);
  sort_out(out.columns);
  return out;
}

std::vector<Measured> expand(const profile::Profile& profile, const Answers& answers) {
  Collector out{answers};
  const std::string none;
  for (const Scalar& scalar : profile.scalars) expand_scalar(scalar, answers, out);
  for (const Table& table : profile.tables)
    for (const Column& column : table.columns)
      for (const Index index : answers.rows(column.oid)) expand_row(table, column, {answers, index, none}, out);
  return out.take();
}

reading::Identity identity(const profile::Profile& profile, const Answers& answers, const profile::Seen& seen) {
  const Row row{answers, {}, seen.description};
  auto vendor = text_of(profile.vendor_text, row);
  return {.vendor = vendor.empty() ? profile.vendor : std::move(vendor),
          .model = text_of(profile.model, row),
          .firmware = text_of(profile.firmware, row),
          .serial = text_of(profile.serial, row),
          .profile = profile.name};
}

}  // namespace holdup::snmp
