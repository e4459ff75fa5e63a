#include "drivers/snmp/read_plan.hpp"

#include <algorithm>
#include <map>

#include "ground/expect.hpp"

namespace holdup::snmp {
namespace {

using profile::Conversion;
using reading::Reading;

const Value* there(const Value& value) { return value.kind == Value::Kind::missing ? nullptr : &value; }

bool same(const Conversion& a, const Conversion& b) {
  return !a.extract && !b.extract && a.words == b.words && a.multiply == b.multiply && a.divide == b.divide && a.offset == b.offset &&
         a.sentinels == b.sentinels && a.lowest == b.lowest && a.highest == b.highest && a.bit == b.bit && a.yes == b.yes && a.no == b.no;
}

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
  const auto place = [&](const Oid& oid) {
    if (oid.empty()) return Place{};
    const auto number = objects.number(oid);
    return Place{static_cast<std::uint16_t>(number / names), static_cast<std::uint16_t>(number % names)};
  };
  for (const std::uint32_t point : points)
    cells_.push_back({place(measured[point].oid), place(measured[point].gate), conversion(measured[point].conversion)});
}

std::uint32_t ReadPlan::conversion(const Conversion& wanted) {
  const auto known = std::ranges::find_if(conversions_, [&](const Conversion& one) { return same(one, wanted); });
  const auto place = known - conversions_.begin();
  if (known == conversions_.end()) conversions_.push_back(wanted);
  return static_cast<std::uint32_t>(place);
}

bool ReadPlan::is_for(Points points, std::size_t most_names) const {
  return most_names == most_names_ && std::ranges::equal(points, points_);
}

std::vector<Reading> ReadPlan::readings(std::span<const Reply> replies, std::span<const Measured> measured) const {
  std::vector<Reading> out;
  out.reserve(points_.size());
  for (std::size_t i = 0; i < points_.size(); ++i) out.push_back(reading(cells_[i], replies, measured[points_[i]]));
  for (std::size_t i = 0; i < points_.size(); ++i) out[i].point = points_[i];
  return out;
}

Reading ReadPlan::reading(const Cell& cell, std::span<const Reply> replies, const Measured& measured) const {
  if (cell.value.sheet >= replies.size()) return {};
  const Reply& reply = replies[cell.value.sheet];
  const Element& element = reply.response.varbinds[cell.value.at].value;
  Reading out;
  if (const auto number = plain_number(element)) {
    const auto converted = convert(conversions_[cell.conversion], *number);
    out.value = converted.value, out.quality = converted.quality;
  } else {
    const Value value = decode_value(element);
    out = take_reading(measured, there(value));
  }
  if (cell.gate.sheet != Place::nowhere) {
    const bool answered = cell.gate.sheet < replies.size();
    const Value gate =
        answered ? decode_value(replies[cell.gate.sheet].response.varbinds[cell.gate.at].value) : Value{.kind = Value::Kind::unknown};
    apply_gate(measured, there(gate), out);
  }
  out.time = reply.asked, out.uncertainty = reply.round_trip;
  return out;
}

}  // namespace holdup::snmp
