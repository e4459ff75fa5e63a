#include "collector/cli/told.hpp"

#include <algorithm>
#include <iostream>
#include <set>

#include "drivers/reading/plausibility.hpp"
#include "ground/json_writer.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"

namespace holdup::cli {
namespace {

using ground::Quality;
using reading::Point;
using reading::Reading;
using reading::State;

const State* state_of(const Point& point, const Reading& reading) {
  if (!point.states || reading.quality != Quality::good) return nullptr;
  const auto at = std::find_if(point.states->begin(), point.states->end(),
                               [&](const State& state) { return static_cast<double>(state.code) == reading.value; });
  static const State unknown{.code = 0, .name = "unknown", .health = reading::Health::unknown};
  return at == point.states->end() ? &unknown : &*at;
}

bool has_value(const Reading& reading) { return reading.quality == Quality::good || reading.quality == Quality::out_of_range; }

std::string_view health_name(const State& state) { return reading::health_names[static_cast<std::size_t>(state.health)]; }

std::string device_json(const reading::Identity& identity) {
  ground::JsonWriter json;
  json.begin_object().key("device").begin_object();
  json.field("vendor", identity.vendor).field("model", identity.model).field("firmware", identity.firmware);
  json.field("serial", identity.serial).field("profile", identity.profile);
  json.end_object().end_object();
  return json.take();
}

std::string point_json(const Told& told, std::size_t at) {
  const Reading& reading = told.readings[at];
  const Point& point = told.identified.points[reading.point];
  ground::JsonWriter json;
  json.begin_object().field("metric", point.metric).key("labels").begin_object();
  for (const auto& [key, value] : point.labels) json.field(key, value);
  json.end_object().key("value");
  has_value(reading) ? json.value(reading.value) : json.null();
  json.field("quality", ground::name(reading.quality)).field("raw", told.raw[at]).field("source", point.source);
  if (const State* state = state_of(point, reading)) json.field("state", state->name).field("health", health_name(*state));
  if (point.spare) json.field("spare", true);
  if (const auto doubt = told.doubts.find(reading.point); doubt != told.doubts.end()) json.field("doubt", doubt->second);
  json.end_object();
  return json.take();
}

std::string labels_text(const Point& point) {
  std::string out;
  for (const auto& [key, value] : point.labels)
    if (key != "name") out.append(out.empty() ? "" : "/").append(value);
  return ground::printable(out);
}

std::string value_text(const Point& point, const Reading& reading) {
  if (!has_value(reading)) return std::string{ground::name(reading.quality)};
  if (const State* state = state_of(point, reading)) return ground::printable(state->name) + " (" + std::string{health_name(*state)} + ")";
  auto text = ground::number_text(reading.value);
  if (reading.quality != Quality::good) text.append("  ").append(ground::name(reading.quality));
  return text;
}

std::string padded(std::string text, std::size_t width) {
  const auto characters = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  return characters < width ? text.append(width - characters, ' ') : text.append(" ");
}

void print_people(const Told& told) {
  const auto& identity = told.identified.identity;
  const auto word = [](const std::string& text) { return text.empty() ? std::string{"-"} : ground::printable(text); };
  std::cout << word(identity.vendor) << ' ' << word(identity.model) << "  firmware " << word(identity.firmware) << "  serial "
            << word(identity.serial) << "  profile " << word(identity.profile) << '\n';
  for (std::size_t i = 0; i < told.readings.size(); ++i) {
    const Point& point = told.identified.points[told.readings[i].point];
    const bool excused = told.readings[i].quality == Quality::failed && !told.raw[i].empty();
    std::cout << padded(labels_text(point), 12) << padded(ground::printable(reading::label(point, "name")), 26) << padded(point.metric, 36)
              << padded(value_text(point, told.readings[i]), 24) << point.source << (point.spare ? "  spare" : "")
              << (excused ? "  " + ground::printable(told.raw[i]) : "") << '\n';
  }
  for (const auto& [point, why] : told.doubts)
    std::cout << "doubt: " << labels_text(told.identified.points[point]) << ' ' << told.identified.points[point].metric << ": " << why
              << '\n';
  for (const auto& source : told.identified.left) std::cout << "left out: " << source << ": reading clears it\n";
}

void print_json(const Told& told) {
  std::cout << device_json(told.identified.identity) << '\n';
  for (std::size_t i = 0; i < told.readings.size(); ++i) std::cout << point_json(told, i) << '\n';
}

}  // namespace

void doubt(Told& told) {
  std::vector<double> values(told.identified.points.size(), reading::no_value);
  for (const Reading& reading : told.readings)
    if (reading.quality == Quality::good) values[reading.point] = reading.value;
  std::set<std::uint32_t> spoilt;
  for (const auto& law : reading::laws(told.identified.points, told.identified.invariants)) {
    const auto doubt = law.judges(values) ? reading::broken(law, values) : reading::Doubt{};
    if (doubt.why.empty()) continue;
    const auto points = law.kind == reading::Law::Kind::rating ? law.parts : law.points();
    for (const auto point : points) told.doubts.emplace(point, doubt.why);
    if (doubt.spoils) spoilt.insert(points.begin(), points.end());
  }
  for (Reading& reading : told.readings)
    if (reading.quality == Quality::good && spoilt.contains(reading.point)) reading.quality = Quality::out_of_range;
}

void print_told(const Told& told, bool json) { json ? print_json(told) : print_people(told); }

}  // namespace holdup::cli
