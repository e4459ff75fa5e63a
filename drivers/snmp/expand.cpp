#include "drivers/snmp/expand.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "drivers/snmp/row.hpp"

namespace holdup::snmp {
namespace {

using profile::Clearing;
using profile::Column;
using profile::Condition;
using profile::Conversion;
using profile::Profile;
using profile::Rule;
using profile::Scalar;
using profile::Scaling;
using profile::Table;
using profile::TextSource;
using profile::TextSources;

/// Collects the points, and settles alternatives.
class Collector {
 public:
  explicit Collector(const Answers& answers) : answers_{answers} {}

  /// What follows is another profile's.
  void begin_profile() { ++profile_; }
  /// What is common to the points of a rule stands in `pattern`.
  void add(const Rule& rule, const Measured& pattern) {
    const auto [owner, fresh] = owners_.try_emplace(pattern.oid, profile_);
    if (owner->second != profile_) return;
    for (auto& telling : profile::tellings(rule)) {
      Measured measured = pattern;
      measured.point = std::move(telling.point);
      measured.point.labels = pattern.point.labels;
      measured.point.source = pattern.oid.text();
      measured.conversion = std::move(telling.conversion);
      measured.point.wraps_at = wraps_at(measured);
      place(std::move(measured));
    }
  }
  [[nodiscard]] std::vector<Measured> take(Spares spares) {
    if (spares == Spares::kept) std::move(spare_.begin(), spare_.end(), std::back_inserter(out_));
    return std::move(out_);
  }

 private:
  void place(Measured measured) {
    std::string identity = measured.point.metric;
    for (const auto& [key, value] : measured.point.labels) identity.append("\n").append(key).append("\t").append(value);
    const auto [at, fresh] = places_.try_emplace(std::move(identity), out_.size());
    if (fresh) return out_.push_back(std::move(measured));
    Measured& earlier = out_[at->second];
    if (!reads(measured) || earlier.oid == measured.oid) return;
    if (!reads(earlier)) return void(earlier = std::move(measured));
    measured.point.spare = true;
    measured.point.means = reading::Meaning::none;
    spare_.push_back(std::move(measured));
  }
  /// What counts up begins anew where the profile says, else where the type of its value ends.
  [[nodiscard]] double wraps_at(const Measured& measured) const {
    const Value* value = answers_.find(measured.oid);
    const bool counts = measured.point.metric.ends_with("_total") || measured.point.means == reading::Meaning::uptime;
    if (!counts || value == nullptr) return 0;
    const Conversion& conversion = measured.conversion;
    const double by_type = value->counter_bits > 0 ? std::ldexp(1.0, value->counter_bits) : 0;
    return conversion.wraps_at.value_or(by_type) * conversion.multiply / conversion.divide;
  }
  [[nodiscard]] bool reads(const Measured& measured) const {
    const Value* value = answers_.find(measured.oid);
    const auto number = value != nullptr ? raw_number(*value, measured.conversion) : std::nullopt;
    return number && convert(measured.conversion, *number).quality == ground::Quality::good;
  }

  const Answers& answers_;
  std::size_t profile_ = 0;
  std::map<Oid, std::size_t> owners_;
  std::vector<Measured> out_, spare_;
  std::map<std::string, std::size_t> places_;
};

std::vector<reading::Label> labels(const std::string& part, std::string index, std::string name) {
  std::vector<reading::Label> out;
  if (!part.empty()) out.emplace_back("part", part);
  if (!index.empty()) out.emplace_back("index", std::move(index));
  if (!name.empty()) out.emplace_back("name", std::move(name));
  return out;
}

void expand_scalar(const Scalar& scalar, Row row, Collector& out) {
  if (row.answers.find(scalar.oid) == nullptr) return;
  Rule rule = scalar.rule;
  if (!row.scale(scalar.scaling, rule.conversion)) return;
  auto index = row.text(scalar.index);
  row.label = index;
  auto name = row.text(scalar.name);
  Measured pattern;
  pattern.oid = scalar.oid;
  pattern.point.labels = labels(rule.part, std::move(index), std::move(name));
  out.add(rule, pattern);
}

void expand_row(const Table& table, const Column& column, Row row, Collector& out) {
  if (!row.holds(table.where) || !row.holds(column.where)) return;
  Rule rule = column.rule;
  if (!row.scale(column.scaling, rule.conversion)) return;
  auto index = row.text(table.index);
  row.label = index;
  auto name = row.text(column.name.empty() ? table.name : column.name);
  if (const auto unit = row.text(table.unit); !unit.empty() && unit != "1") index = index.empty() ? unit : unit + "-" + index;
  Measured pattern;
  pattern.oid = column.oid.with(row.index);
  pattern.point.labels = labels(rule.part, std::move(index), std::move(name));
  if (table.available && row.answers.find(table.available->column.with(row.index)) != nullptr) {
    pattern.gate = table.available->column.with(row.index);
    pattern.gate_condition = *table.available;
  }
  out.add(rule, pattern);
}

/// An object's OID ends in 0, a column's never does.
void need(const Oid& oid, Needs& out) {
  if (!oid.empty()) (oid.parts().back() == 0 ? out.objects : out.columns).push_back(oid);
}

void need(const std::vector<Condition>& conditions, Needs& out) {
  for (const Condition& condition : conditions) need(condition.column, out);
}

void need(const TextSources& sources, Needs& out) {
  for (const TextSource& source : sources) {
    need(source.oid, out);
    need(source.by, out);
    need(source.where, out);
    for (const Oid& oid : source.cells) need(oid, out);
  }
}

void need(const Scaling& scaling, Needs& out) {
  for (const Oid* oid : {&scaling.digits, &scaling.exponent, &scaling.scale, &scaling.times, &scaling.unit}) need(*oid, out);
}

/// Everything that an identity or a scalar names is an object, whatever it ends in.
void need_objects(Needs own, Needs& out) {
  for (const auto* oids : {&own.objects, &own.columns}) out.objects.insert(out.objects.end(), oids->begin(), oids->end());
}

void need_objects(const TextSource& source, Needs& out) {
  Needs own;
  need({source}, own);
  need_objects(std::move(own), out);
}

void need(const Scalar& scalar, Needs& out) {
  Needs own;
  need(scalar.scaling, own);
  need(scalar.index, own);
  need(scalar.name, own);
  out.objects.push_back(scalar.oid);
  need_objects(std::move(own), out);
}

void need(const Table& table, Clearing clearing, Needs& out) {
  need(table.where, out);
  need(table.index, out);
  need(table.name, out);
  need(table.unit, out);
  if (table.available) need(table.available->column, out);
  for (const Column& column : table.columns) {
    out.columns.push_back(column.oid);
    if (!may_read(column.rule, clearing)) out.left.push_back(column.oid);
    need(column.name, out);
    need(column.where, out);
    need(column.scaling, out);
  }
}

void need(const profile::Plate& plate, Needs& out) {
  need(plate.index, out);
  need(plate.serial, out);
  need(plate.model, out);
  need(plate.firmware, out);
  need(plate.where, out);
}

void sort_out(std::vector<Oid>& oids) {
  std::sort(oids.begin(), oids.end());
  oids.erase(std::unique(oids.begin(), oids.end()), oids.end());
}

/// Nothing asks for what is left, whoever named it, and no walk runs on into it.
void leave_alone(Needs& needs) {
  if (needs.left.empty()) return;
  const auto is_left = [&](const Oid& oid) { return std::ranges::binary_search(needs.left, oid); };
  std::erase_if(needs.objects, is_left);
  std::vector<Oid> known = needs.columns;
  known.insert(known.end(), needs.left.begin(), needs.left.end());
  sort_out(known);
  const auto runs_into_it = [&](const Oid& column) {
    const auto next = std::ranges::upper_bound(known, column);
    return is_left(column) || (next != known.end() && is_left(*next));
  };
  for (const Oid& column : needs.columns)
    if (runs_into_it(column) && !is_left(column)) needs.beside.push_back(column);
  std::erase_if(needs.columns, runs_into_it);
}

/// The rows that a plate's serial number stands in; one without an index for an object.
std::vector<Index> rows_of(const profile::Plate& plate, const Answers& answers) {
  for (const TextSource& source : plate.serial) {
    if (source.kind != TextSource::Kind::oid || answers.find(source.oid) != nullptr) return {Index{}};
    if (auto rows = answers.rows(source.oid); !rows.empty()) return rows;
  }
  return {};
}

void need_identities(Profiles profiles, Needs& out) {
  for (const Profile* profile : profiles) {
    const auto identity = identity_needs(*profile);
    out.objects.insert(out.objects.end(), identity.objects.begin(), identity.objects.end());
    out.columns.insert(out.columns.end(), identity.columns.begin(), identity.columns.end());
    for (const auto& plate : profile->parts) need(plate, out);
  }
}

void tidy_up(Needs& out) {
  sort_out(out.objects);
  sort_out(out.columns);
  sort_out(out.left);
  leave_alone(out);
}

template <class Text>
void take_first(std::string& text, Text&& other) {
  if (text.empty()) text = std::forward<Text>(other);
}

}  // namespace

std::optional<double> raw_number(const Value& value, const profile::Conversion& conversion) {
  if (value.kind == Value::Kind::oid) return profile::raw_number(conversion, value.oid.text());
  if (value.kind != Value::Kind::text) return value.numeric();
  if (!conversion.bit || conversion.extract) return profile::raw_number(conversion, value.text);
  double bits = 0;
  const auto count = std::min<std::size_t>(value.text.size() * 8, 52);  // what a double holds
  for (std::size_t i = 0; i < count; ++i)
    if ((static_cast<unsigned char>(value.text[i / 8]) << (i % 8)) & 0x80) bits += std::ldexp(1.0, static_cast<int>(i));
  return bits;
}

reading::Reading take_reading(const Measured& measured, const Value* value) {
  using ground::Quality;
  reading::Reading out{.point = 0, .quality = value == nullptr ? Quality::absent : Quality::failed, .value = 0};
  const auto number = value != nullptr ? raw_number(*value, measured.conversion) : std::nullopt;
  if (!number) return out;
  const auto converted = convert(measured.conversion, *number);
  out.value = converted.value;
  out.quality = converted.quality;
  return out;
}

void apply_gate(const Measured& measured, const Value* gate, reading::Reading& reading) {
  if (gate != nullptr && gate->kind == Value::Kind::unknown)
    reading.quality = ground::Quality::failed;
  else if (!lets_through(measured.gate_condition, gate))
    reading.quality = ground::Quality::absent;
}

Needs identity_needs(const Profile& profile) {
  Needs out;
  for (const TextSources* sources : {&profile.vendor_text, &profile.model, &profile.firmware, &profile.serial})
    for (const TextSource& source : *sources) source.first ? need({source}, out) : need_objects(source, out);
  sort_out(out.objects);
  sort_out(out.columns);
  return out;
}

Needs needs(Profiles profiles, Clearing clearing) {
  Needs out;
  need_identities(profiles, out);
  for (const Profile* profile : profiles) {
    for (const Scalar& scalar : profile->scalars) {
      need(scalar, out);
      if (!may_read(scalar.rule, clearing)) out.left.push_back(scalar.oid);
    }
    for (const Table& table : profile->tables) need(table, clearing, out);
  }
  tidy_up(out);
  return out;
}

Needs nameplate_needs(Profiles profiles, Clearing clearing) {
  Needs out;
  need_identities(profiles, out);
  out.left = needs(profiles, clearing).left;
  tidy_up(out);
  return out;
}

std::size_t cells_of(const Needs& needs, const Answers& answers) {
  std::size_t out = needs.objects.size();
  for (const Oid& column : needs.columns) out += answers.rows(column).size();
  return out;
}

std::vector<Oid> cells_beside(std::span<const Oid> columns, const Answers& answers) {
  std::vector<Oid> out;
  for (const Oid& column : columns) {
    const auto entry = column.parts().first(column.size() - 1);
    for (const Index row : answers.rows(Oid{{entry.begin(), entry.end()}}))  // of every column of the table
      if (row.size() > 1) out.push_back(column.with(row.subspan(1)));
  }
  sort_out(out);
  return out;
}

std::vector<Measured> expand(Profiles profiles, const Answers& answers, Spares spares) {
  Collector out{answers};
  const std::string none;
  for (const Profile* profile : profiles) {
    out.begin_profile();
    for (const Scalar& scalar : profile->scalars) expand_scalar(scalar, {answers, {}, none}, out);
    for (const Table& table : profile->tables)
      for (const Column& column : table.columns)
        for (const Index index : answers.rows(column.oid)) expand_row(table, column, {answers, index, none}, out);
  }
  return out.take(spares);
}

reading::Identity identity(Profiles profiles, const Answers& answers, const profile::Seen& seen) {
  reading::Identity out;
  const Row row{answers, {}, seen.description};
  for (const Profile* profile : profiles) {
    take_first(out.vendor, row.text(profile->vendor_text));
    take_first(out.vendor, profile->vendor);
    take_first(out.model, row.text(profile->model));
    take_first(out.firmware, row.text(profile->firmware));
    take_first(out.serial, row.text(profile->serial));
    take_first(out.profile, profile->name);
  }
  return out;
}

std::vector<reading::Nameplate> nameplates(Profiles profiles, const Answers& answers, const profile::Seen& seen) {
  std::vector<reading::Nameplate> out;
  for (const Profile* profile : profiles)
    for (const auto& plate : profile->parts)
      for (const Index index : rows_of(plate, answers)) {
        Row row{answers, index, seen.description};
        if (!row.holds(plate.where)) continue;
        reading::Nameplate one{.part = plate.part, .index = row.text(plate.index), .serial = row.text(plate.serial)};
        const auto same = [&](const auto& other) { return other.part == one.part && other.index == one.index; };
        if (!reading::is_serial(one.serial) || std::ranges::any_of(out, same)) continue;
        row.label = one.index;
        one.model = row.text(plate.model), one.firmware = row.text(plate.firmware);
        out.push_back(std::move(one));
      }
  return out;
}

}  // namespace holdup::snmp
