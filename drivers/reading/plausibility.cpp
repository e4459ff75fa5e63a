#include "drivers/reading/plausibility.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "ground/number.hpp"

namespace holdup::reading {
namespace {

constexpr double least_voltamperes = 40;  // below, an ampere's tenth is too coarse
// Volts × amperes of one phase are the apparent power; those of a three-phase inlet a third of it, or 1/√3 when the volts are line to line.
constexpr double most_apparent = 3.6, least_apparent = 0.5;
constexpr double uneven = 3;  // so much more it may be than its means make it, where lines are loaded unevenly, or gone
// A power factor may be as low as this on an idle supply; ten times too few is then not told from it, a hundred times is.
constexpr double least_factor = 0.03;
constexpr double overload = 4;                       // times its rating no breaker carries for three replies; a divisor is wrong by ten
constexpr double scale = 2;                          // what is off by more is no meter's error
constexpr double least_sum = 100, meter_floor = 20;  // watts, amperes and the like: below, the meters' own errors are too large
// So far apart may be what an inlet and its outlets tell: no card caches longer, where it does not say how long, or so many of its own.
constexpr ground::Duration oldest = std::chrono::minutes{2}, briefest = std::chrono::seconds{10};
constexpr int refreshes = 3;
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

std::string part_text(const Point& point) {
  std::string text{label(point, "part")};
  for (const auto* key : {"index", "name"})
    if (const auto more = label(point, key); !more.empty()) text.append(" ").append(more);
  return text;
}

std::vector<std::uint32_t> points_of(std::span<const Point> points, std::string_view metric, std::string_view part) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t p = 0; p < points.size(); ++p)
    if (points[p].metric == metric && label(points[p], "part") == part && !points[p].spare) out.push_back(p);
  return out;
}

/// How long a contradiction between these has to last, until none of it is owed to their age.
ground::Duration patience_of(const Law& law, std::span<const Point> points) {
  if (law.kind != Law::Kind::sum) return {};
  auto longest = briefest;
  for (const auto p : law.points()) longest = std::max(longest, points[p].refresh ? refreshes * *points[p].refresh : oldest);
  return std::min(longest, oldest);
}

double total(const std::vector<std::uint32_t>& points, std::span<const double> values) {
  double sum = 0;
  for (const auto p : points) sum += std::isnan(values[p]) ? 0 : values[p];
  return sum;
}

std::string over_rating(double amperes, double rating) {
  return ground::number_text(amperes) + " A at a rating of " + ground::number_text(rating) + " A cannot be: one of the scales is wrong";
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
  const bool has_lines = !points_of(points, "rack_voltage_volts", "phase").empty();
  std::vector<PowerGroup> out;
  constexpr auto none = PowerGroup::none;
  for (auto& [key, group] : groups) {
    group.of_lines = has_lines && std::get<0>(key) == "inlet";
    if (group.volts != none && group.amperes != none && (group.watts != none || group.voltamperes != none)) out.push_back(group);
  }
  return out;
}

// A NaN passes every comparison below: what is not known contradicts nothing.
std::string implausible(const PowerGroup& group, std::span<const double> values) {
  const double volts = value_of(group.volts, values), amperes = value_of(group.amperes, values);
  const double watts = value_of(group.watts, values), apparent = value_of(group.voltamperes, values);
  const double product = volts * amperes;
  if (group.watts != PowerGroup::none && values[group.watts] < -least_voltamperes && amperes > 0)
    return ground::number_text(values[group.watts]) + " watts: a current transformer is reversed";
  const double most = most_apparent * (group.of_lines ? uneven : 1);
  if (apparent > product * most && apparent > least_voltamperes) return sentence("voltamperes", apparent, volts, amperes);
  if (apparent < product * least_apparent && product > least_voltamperes) return sentence("voltamperes", apparent, volts, amperes);
  if (watts > product * most && watts > least_voltamperes) return sentence("watts", watts, volts, amperes);
  if (watts < product * least_factor && product > least_voltamperes) return sentence("watts", watts, volts, amperes);
  return {};
}

std::vector<std::uint32_t> Law::points() const {
  if (kind == Kind::power) return group.points();
  auto out = parts;
  out.insert(out.end(), whole.begin(), whole.end());
  return out;
}

bool Law::judges(std::span<const double> values) const {
  const auto known = [&](std::uint32_t p) { return !std::isnan(values[p]); };
  if (kind == Kind::sum && !complete)  // what is not told only makes the sum smaller
    return std::all_of(whole.begin(), whole.end(), known) && std::any_of(parts.begin(), parts.end(), known);
  const auto all = points();
  return std::all_of(all.begin(), all.end(), known);
}

std::vector<Law> laws(std::span<const Point> points, std::span<const Invariant> invariants) {
  std::vector<Law> out;
  // Each power by itself: the two may come in different replies.
  for (const PowerGroup& group : power_groups(points))
    for (auto [watts, voltamperes] : {std::pair{group.watts, PowerGroup::none}, {PowerGroup::none, group.voltamperes}})
      if (watts != voltamperes)
        out.push_back(
            {.part = part_text(points[group.volts]),
             .group = {
                 .volts = group.volts, .amperes = group.amperes, .watts = watts, .voltamperes = voltamperes, .of_lines = group.of_lines}});
  std::vector<Invariant> sums{invariants.begin(), invariants.end()};
  const bool declared = std::any_of(sums.begin(), sums.end(), [](const Invariant& one) { return one.metric == "rack_power_watts"; });
  if (!declared) sums.push_back({.metric = "rack_power_watts", .sum = "outlet", .equals = "inlet"});
  for (const Invariant& one : sums) {
    auto parts = points_of(points, one.metric, one.sum), whole = points_of(points, one.metric, one.equals);
    if (parts.empty() || whole.empty() || (!declared && parts.size() < 2)) continue;
    out.push_back({.kind = Law::Kind::sum,
                   .part = one.sum + "s",
                   .group = {},
                   .parts = std::move(parts),
                   .whole = std::move(whole),
                   .within = one.within,
                   .complete = &one < sums.data() + invariants.size()});
  }
  for (std::uint32_t rating = 0; rating < points.size(); ++rating) {
    if (points[rating].metric != "rack_current_rating_amperes" || points[rating].spare) continue;
    for (std::uint32_t p = 0; p < points.size(); ++p)
      if (points[p].metric == "rack_current_amperes" && !points[p].spare && points[p].labels == points[rating].labels)
        out.push_back({.kind = Law::Kind::rating, .part = part_text(points[p]), .group = {}, .parts = {p}, .whole = {rating}});
  }
  return out;
}

Doubt broken(const Law& law, std::span<const double> values) {
  if (law.kind == Law::Kind::power) {
    auto why = implausible(law.group, values);
    const bool reversed = !why.empty() && law.group.watts != PowerGroup::none && values[law.group.watts] < 0;
    return {.why = std::move(why), .spoils = !reversed};
  }
  const double sum = total(law.parts, values), whole = total(law.whole, values);
  if (law.kind == Law::Kind::rating) return {.why = whole > 0 && sum > overload * whole ? over_rating(sum, whole) : std::string{}};
  if (std::max(sum, whole) < least_sum || whole <= 0) return {};
  const bool more = sum > whole * (1 + law.within) + meter_floor, less = law.complete && sum < whole * (1 - law.within) - meter_floor;
  if (!more && !less) return {};
  return {.why = "they add up to " + ground::number_text(sum) + " against " + ground::number_text(whole) + " of the whole" +
                 ": a scale or a current transformer is wrong",
          .spoils = sum > scale * whole || sum * scale < whole};
}

Doubts::Doubts(std::span<const Point> points, std::span<const Invariant> invariants) : values_(points.size(), no_value) {
  for (Law& law : laws(points, invariants)) {
    if (law.kind == Law::Kind::rating) ratings_.push_back(law.whole.front());
    const auto patience = patience_of(law, points);
    laws_.push_back({.law = std::move(law), .patience = patience, .doubt = {}});
  }
}

std::vector<std::string> Doubts::weigh(std::span<Reading> readings) {
  std::vector<std::string> begun;
  if (laws_.empty()) return begun;
  for (const Reading& reading : readings)
    if (reading.quality == ground::Quality::good && reading.point < values_.size()) values_[reading.point] = reading.value;
  std::set<std::uint32_t> doubted;
  for (Watched& watched : laws_) {
    judge(watched, readings.empty() ? ground::Instant{} : readings.front().time, begun);
    if (watched.opinion != Opinion::doubted || !watched.doubt.spoils) continue;
    const auto points = watched.law.kind == Law::Kind::rating ? watched.law.parts : watched.law.points();
    doubted.insert(points.begin(), points.end());
  }
  for (Reading& reading : readings) {
    if (reading.point < values_.size() && !std::ranges::binary_search(ratings_, reading.point)) values_[reading.point] = no_value;
    if (reading.quality == ground::Quality::good && doubted.contains(reading.point)) reading.quality = ground::Quality::out_of_range;
  }
  return begun;
}

void Doubts::judge(Watched& watched, ground::Instant now, std::vector<std::string>& begun) const {
  if (!watched.law.judges(values_)) return;
  auto doubt = broken(watched.law, values_);
  const auto opinion = doubt.why.empty() ? Opinion::fine : Opinion::doubted;
  if (opinion != std::exchange(watched.latest, opinion)) watched.contrary = 0;
  watched.contrary = opinion == watched.opinion ? 0 : watched.contrary + 1;
  if (watched.contrary == 1) watched.since = now;
  if (watched.contrary < enough || now - watched.since < watched.patience) return;
  watched.contrary = 0;
  watched.opinion = opinion;
  watched.doubt = std::move(doubt);
  if (opinion == Opinion::doubted) begun.push_back(watched.law.part + ": " + watched.doubt.why);
}

Doubts::Opinion Doubts::opinion() const {
  const auto any = [&](Opinion wanted) { return std::ranges::any_of(laws_, [&](const Watched& w) { return w.opinion == wanted; }); };
  return any(Opinion::doubted) ? Opinion::doubted : any(Opinion::fine) ? Opinion::fine : Opinion::none;
}

std::vector<std::string> Doubts::all() const {
  std::vector<std::string> out;
  for (const Watched& watched : laws_)
    if (watched.opinion == Opinion::doubted) out.push_back(watched.law.part + ": " + watched.doubt.why);
  return out;
}

}  // namespace holdup::reading
