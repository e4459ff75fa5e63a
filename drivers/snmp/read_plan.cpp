#include "drivers/snmp/read_plan.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <string_view>

#include "ground/expect.hpp"

namespace holdup::snmp {
namespace {

using profile::Conversion;
using reading::Reading;

const Value* there(const Value& value) { return value.kind == Value::Kind::missing ? nullptr : &value; }

/// The objects that points are read from, each once, numbered as they were first named.
class Objects {
 public:
  std::size_t number(const Oid& oid) {
    const auto [at, fresh] = numbers_.try_emplace(oid, all_.size());
    if (fresh) all_.push_back(oid);
    return at->second;
  }
  [[nodiscard]] const std::vector<Oid>& all() const { return all_; }

 private:
  std::map<Oid, std::size_t> numbers_;
  std::vector<Oid> all_;
};

}  // namespace

Sheet::Sheet(std::span<const Oid> names) {
  BerWriter writer;
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    const auto start = writer.mark();
    writer.null();
    writer.oid(*name);
    writer.wrap(tag::sequence, start);
  }
  writer.take(list_);
  std::vector<Varbind> own;
  HOLDUP_EXPECT(parse_varbinds(list_, own) && list_.size() <= 0xFFFF);
  for (const Varbind& varbind : own)
    names_.push_back({static_cast<std::uint16_t>(varbind.name.data() - list_.data()), static_cast<std::uint16_t>(varbind.name.size())});
}

bool Sheet::fits(const Response& response) const {
  if (response.status != ErrorStatus::none || response.varbinds.size() != names_.size()) return false;
  for (std::size_t i = 0; i < names_.size() && !response.as_asked; ++i)
    if (!std::ranges::equal(response.varbinds[i].name, list().subspan(names_[i].at, names_[i].size))) return false;
  return true;
}

ReadPlan::ReadPlan(Points points, std::span<const Measured> measured, std::size_t most_names)
    : points_{points.begin(), points.end()}, most_names_{most_names} {
  Objects objects;
  for (const std::uint32_t point : points) {
    HOLDUP_EXPECT(point < measured.size());
    (void)objects.number(measured[point].oid);
    if (!measured[point].gate.empty()) (void)objects.number(measured[point].gate);
  }
  const auto count = objects.all().size();
  const auto datagrams = (count + most_names - 1) / most_names;
  const auto names = datagrams == 0 ? 1 : (count + datagrams - 1) / datagrams;
  for (std::size_t done = 0; done < count; done += names)
    sheets_.emplace_back(std::span{objects.all()}.subspan(done, std::min(names, count - done)));
  cells_.resize(sheets_.size());
  for (std::uint32_t i = 0; i < points_.size(); ++i) {
    const Measured& one = measured[points_[i]];
    const auto value = objects.number(one.oid);
    cells_[value / names].push_back({i, points_[i], conversion(one.conversion), static_cast<std::uint16_t>(value % names)});
    if (one.gate.empty()) continue;
    const auto gate = objects.number(one.gate);
    gates_.push_back(
        {i, static_cast<std::uint16_t>(value / names), static_cast<std::uint16_t>(gate / names), static_cast<std::uint16_t>(gate % names)});
  }
}

std::uint32_t ReadPlan::conversion(const Conversion& wanted) {
  const auto known = std::ranges::find_if(conversions_, [&](const Conversion& one) { return converts_alike(one, wanted); });
  const auto place = known - conversions_.begin();
  if (known == conversions_.end()) conversions_.push_back(wanted);
  return static_cast<std::uint32_t>(place);
}

bool ReadPlan::is_for(Points points, std::size_t most_names) const {
  return most_names == most_names_ && std::ranges::equal(points, points_);
}

bool ReadPlan::operator==(const ReadPlan& other) const {
  return points_ == other.points_ && most_names_ == other.most_names_ && sheets_ == other.sheets_ && cells_ == other.cells_ &&
         gates_ == other.gates_ && std::ranges::equal(conversions_, other.conversions_, profile::converts_alike);
}

std::size_t ReadPlan::hash() const {
  std::size_t out = points_.size();
  for (const Sheet& sheet : sheets_) {
    const auto list = sheet.list();
    out = out * 31 + std::hash<std::string_view>{}({reinterpret_cast<const char*>(list.data()), list.size()});
  }
  return out;
}

std::vector<Bytes> ReadPlan::lists() const {
  std::vector<Bytes> out;
  out.reserve(sheets_.size());
  for (const Sheet& sheet : sheets_) out.push_back(sheet.list());
  return out;
}

bool Harvest::take(std::size_t which, const Heard& heard) {
  const auto sheet = first_ + which;
  fits_ = plan_.sheets_[sheet].fits(heard.response);
  if (!fits_) return false;
  if (which == 0) readings_.reserve(plan_.points_.size());
  const auto& varbinds = heard.response.varbinds;
  for (const ReadPlan::Cell& cell : plan_.cells_[sheet]) {
    if (cell.place >= readings_.size()) readings_.resize(cell.place + 1);
    reap(cell, varbinds[cell.at].value);
    Reading& reaped = readings_[cell.place];
    reaped.time = heard.asked, reaped.uncertainty = heard.round_trip;
  }
  gates_.resize(plan_.gates_.size(), Value{.kind = Value::Kind::unknown, .number = 0, .whole = 0, .text = {}, .oid = {}});
  for (std::size_t i = 0; i < gates_.size(); ++i)
    if (plan_.gates_[i].sheet == sheet) gates_[i] = decode_value(varbinds[plan_.gates_[i].at].value);
  answered_ = sheet + 1;
  return true;
}

void Harvest::reap(const ReadPlan::Cell& cell, const Element& element) {
  Reading& out = readings_[cell.place];
  if (const auto number = plain_number(element)) {
    const auto converted = convert(plan_.conversions_[cell.conversion], *number);
    out.value = converted.value, out.quality = converted.quality;
  } else {
    const Value value = decode_value(element);
    out = take_reading(measured_[cell.point], there(value));
  }
  out.point = cell.point;
}

std::vector<Reading> Harvest::readings() {
  for (std::size_t place = 0; first_ > 0 && place < readings_.size(); ++place) readings_[place].point = plan_.points_[place];
  for (auto place = readings_.size(); place < plan_.points_.size(); ++place) readings_.push_back({.point = plan_.points_[place]});
  for (std::size_t i = 0; i < gates_.size(); ++i) {
    const ReadPlan::Gate& gate = plan_.gates_[i];
    if (gate.value_sheet >= first_ && gate.value_sheet < answered_)
      apply_gate(measured_[plan_.points_[gate.place]], there(gates_[i]), readings_[gate.place]);
  }
  return std::move(readings_);
}

std::vector<Reading> Harvest::readings_of(std::size_t sheet) {
  std::vector<bool> elsewhere(readings_.size());
  for (std::size_t i = 0; i < gates_.size(); ++i) {
    const ReadPlan::Gate& gate = plan_.gates_[i];
    if (gate.value_sheet != sheet) continue;
    if (gate.sheet != sheet) elsewhere[gate.place] = true;
    if (gate.sheet == sheet) apply_gate(measured_[plan_.points_[gate.place]], there(gates_[i]), readings_[gate.place]);
  }
  std::vector<Reading> out;
  for (const ReadPlan::Cell& cell : plan_.cells_[sheet])
    if (!elsewhere[cell.place]) out.push_back(readings_[cell.place]);
  return out;
}

}  // namespace holdup::snmp
