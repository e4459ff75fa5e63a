#include "collector/cli/outline.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "drivers/modbus/sweep.hpp"

namespace holdup::cli {
namespace {

using modbus::Span;
using profile::Register;

Span hull(const Span& a, const Span& b) {
  const auto begin = std::min(a.address, b.address);
  return {a.function, begin, static_cast<std::uint16_t>(std::max(a.end(), b.end()) - begin)};
}

/// Puts an outline together; of two points of one name the first stands, as in the driver.
class Drawing {
 public:
  Drawing(const profile::Profile& profile, profile::Clearing clearing) : profile_{profile}, clearing_{clearing} {}

  Outline draw() {
    map(profile_.registers);
    for (const auto& table : profile_.models) {
      auto points = table.points;
      points.insert(points.end(), table.repeated.begin(), table.repeated.end());
      map(points);
      out_.exact = false;
    }
    for (const auto& scalar : profile_.scalars) rule(scalar.rule);
    for (const auto& table : profile_.tables)
      for (const auto& column : table.columns) rule(column.rule);
    return std::move(out_);
  }

 private:
  void map(const std::vector<Register>& fields) {
    if (fields.empty()) return;
    std::vector<Span> named;
    for (const Register& field : fields) {
      if (!profile::may_read(field.rule, clearing_)) continue;
      if (!field.where.empty()) out_.exact = false;
      auto spans = spans_of(field);
      named.insert(named.end(), spans.begin(), spans.end());
      for (const auto& telling : profile::tellings(field.rule)) {
        auto point = modbus::located(telling.point, field);
        if (!names_.emplace(point.metric, point.labels).second) continue;
        out_.points.push_back(std::move(point));
        out_.places.push_back({out_.maps.size(), spans});
      }
    }
    const auto limit = std::min(profile_.quirks.max_registers, modbus::max_registers);
    out_.maps.push_back({modbus::readable_ranges(std::move(named), profile_.quirks.register_gap), limit});
  }

  static std::vector<Span> spans_of(const Register& field) {
    std::vector<Span> spans{modbus::span_of(field)};
    if (field.exponent) spans.push_back({spans.front().function, *field.exponent, 1});
    return spans;
  }

  void rule(const profile::Rule& rule) {
    out_.exact = false;
    if (!profile::may_read(rule, clearing_)) return;
    for (const auto& telling : profile::tellings(rule)) {
      out_.points.push_back(telling.point);
      if (!rule.part.empty()) out_.points.back().labels.emplace_back("part", rule.part);
    }
  }

  const profile::Profile& profile_;
  profile::Clearing clearing_;
  Outline out_;
  std::set<std::pair<std::string, std::vector<reading::Label>>> names_;
};

}  // namespace

std::vector<Span> Outline::requests(std::span<const std::uint32_t> wanted) const {
  std::vector<Span> out;
  for (std::size_t m = 0; m < maps.size(); ++m) {
    const auto& readable = maps[m].readable;
    std::vector<Span> asked;
    for (const auto point : wanted) {
      if (places[point].map != m) continue;
      const auto& spans = places[point].spans;
      const Span whole = hull(spans.front(), spans.back());
      const bool joined = whole.count <= maps[m].limit && std::ranges::any_of(readable, [&](const Span& r) { return r.covers(whole); });
      joined ? asked.push_back(whole) : void(asked.insert(asked.end(), spans.begin(), spans.end()));
    }
    const auto merged = modbus::merged(std::move(asked), readable, maps[m].limit);
    out.insert(out.end(), merged.begin(), merged.end());
  }
  return out;
}

bool Outline::may_have(const site::Every& every) const {
  const bool all_labels = places.size() == points.size() && exact;
  return std::ranges::any_of(points, [&](const reading::Point& point) {
    if (all_labels) return every.picks(point);
    return point.metric == every.metric && std::ranges::all_of(every.labels, [&](const auto& label) {
             const auto told = reading::label(point, label.first);
             return told.empty() || told == label.second;
           });
  });
}

Outline outline_of(const profile::Profile& profile, profile::Clearing clearing) { return Drawing{profile, clearing}.draw(); }

}  // namespace holdup::cli
