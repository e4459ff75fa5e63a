#include "drivers/reading/plausibility.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "ground/number.hpp"

namespace holdup::reading {
namespace {

constexpr double least_voltamperes = 40;  // below, an ampere's tenth is too coarse
// Volts × amperes of one phase are the apparent power; those of a three-phase inlet a third of it, or 1/√3 when the volts are line to line.
constexpr double most_apparent = 3.6, least_apparent = 0.5;
// A power factor may be as low as this on an idle supply; ten times too few is then not told from it, a hundred times is.
constexpr double least_factor = 0.03;
constexpr unsigned enough = 3;  // replies in a row: a card may read its meters one after the other while the load steps

/// A 0 is what many cards write where they measure nothing: it contradicts nothing.
double value_of(std::uint32_t point, std::span<const double> values) {
  const double value = point == PowerGroup::none ? no_value : std::fabs(values[point]);
  return value == 0 ? no_value : value;
}

std::string sentence(const char* what, double told, double volts, double amperes) {
  return ground::number_text(told) + " " + what + " at " + ground::number_text(volts) + " V and " + ground::number_text(amperes) +
         " A cannot be: one of the scales is wrong";
}

}  // namespace

std::vector<std::uint32_t> PowerGroup::points() const {
  std::vector<std::uint32_t> out;
  for (const auto point : {volts, amperes, watts, voltamperes})
    if (point != none) out.push_back(point);
  return out;
}

std::vector<PowerGroup> power_groups(std::span<const Point> points) {
  std::map<std::tuple<std::string_view, std::string_view, std::string_view>, PowerGroup> groups;
  for (std::uint32_t p = 0; p < points.size(); ++p) {
    const Point& point = points[p];
    if (point.spare) continue;
    PowerGroup& group = groups[{label(point, "part"), label(point, "index"), label(point, "name")}];
    if (point.metric == "rack_voltage_volts") group.volts = p;
    if (point.metric == "rack_current_amperes") group.amperes = p;
    if (point.metric == "rack_power_watts") group.watts = p;
    if (point.metric == "rack_apparent_power_voltamperes") group.voltamperes = p;
  }
  std::vector<PowerGroup> out;
  constexpr auto none = PowerGroup::none;
  for (const auto& [key, group] : groups)
    if (group.volts != none && group.amperes != none && (group.watts != none || group.voltamperes != none)) out.push_back(group);
  return out;
}

// A NaN passes every comparison below: what is not known contradicts nothing.
std::string implausible(const PowerGroup& group, std::span<const double> values) {
  const double volts = value_of(group.volts, values), amperes = value_of(group.amperes, values);
  const double watts = value_of(group.watts, values), apparent = value_of(group.voltamperes, values);
  const double product = volts * amperes;
  if (apparent > product * most_apparent && apparent > least_voltamperes) return sentence("voltamperes", apparent, volts, amperes);
  if (apparent < product * least_apparent && product > least_voltamperes) return sentence("voltamperes", apparent, volts, amperes);
  if (watts > product * most_apparent && watts > least_voltamperes) return sentence("watts", watts, volts, amperes);
  if (watts < product * least_factor && product > least_voltamperes) return sentence("watts", watts, volts, amperes);
  return {};
}

Doubts::Doubts(std::span<const Point> points) : values_(points.size(), no_value) {
  for (const PowerGroup& group : power_groups(points)) {
    const Point& point = points[group.volts];
    std::string part{label(point, "part")};
    for (const auto* key : {"index", "name"})
      if (const auto text = label(point, key); !text.empty()) part.append(" ").append(text);
    groups_.push_back({.group = group, .part = std::move(part)});
  }
}

std::vector<std::string> Doubts::weigh(std::span<Reading> readings) {
  std::vector<std::string> begun;
  if (groups_.empty()) return begun;
  for (const Reading& reading : readings)
    if (reading.quality == ground::Quality::good && reading.point < values_.size()) values_[reading.point] = reading.value;
  std::set<std::uint32_t> doubted;
  for (Watched& watched : groups_) {
    const auto members = watched.group.points();
    const bool whole = std::none_of(members.begin(), members.end(), [&](auto p) { return std::isnan(values_[p]); });
    auto why = whole ? implausible(watched.group, values_) : std::string{};
    watched.contrary = whole && why.empty() == watched.doubted ? watched.contrary + 1 : 0;
    if (watched.contrary >= enough) {
      watched.contrary = 0;
      watched.doubted = !watched.doubted;
      if (watched.doubted) begun.push_back(watched.part + ": " + why);
    }
    if (watched.doubted) doubted.insert(members.begin(), members.end());
  }
  for (Reading& reading : readings) {
    if (reading.point < values_.size()) values_[reading.point] = no_value;
    if (reading.quality == ground::Quality::good && doubted.contains(reading.point)) reading.quality = ground::Quality::out_of_range;
  }
  return begun;
}

}  // namespace holdup::reading
