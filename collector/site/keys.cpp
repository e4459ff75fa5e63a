#include "collector/site/keys.hpp"

#include "collector/site/site.hpp"
#include "ground/nearest.hpp"

namespace holdup::site {
namespace {

/// What `phase:` may say, for people.
std::string_view known_phases(System system) {
  switch (system) {
    case System::single_phase:
      return "1";
    case System::split:
      return "1, 2 or 12";
    case System::wye:
      return "1, 2 or 3, or line to line 12, 23 or 31";
    case System::delta:
      return "12, 23 or 31";
    case System::dc:
      break;
  }
  return "";
}

bool has_lines(System system, Phases phases) {
  switch (system) {
    case System::single_phase:
      return phases == 1;
    case System::split:
      return phases <= 3;
    case System::wye:
      return true;
    case System::delta:
      return phases == 3 || phases == 5 || phases == 6;
    case System::dc:
      break;
  }
  return false;
}

}  // namespace

std::string mend_by_nearest(std::string_view word, const std::vector<std::string_view>& known) {
  const auto guess = ground::nearest(word, known);
  if (!guess.empty()) return "did you mean '" + guess + "'?";
  std::string all;
  for (auto k : known) all += (all.empty() ? "known: " : ", ") + std::string{k};
  return all.empty() ? "none is configured" : all;
}

const Node& sub(Mapping& top, std::string_view key) {
  static const Node none;
  const Node* node = top.find(key);
  return node != nullptr ? *node : none;
}

std::optional<Duration> period(Mapping& map, std::string_view key) {
  const auto length = map.duration(key);
  if (length && *length == Duration::zero()) map.problem(key, "zero", "write a length above 0");
  return length;
}

std::optional<Duration> rhythm(Mapping& map, std::string_view key) {
  const auto length = period(map, key);
  if (length && *length != Duration::zero() && (*length < shortest_period || *length > longest_period))
    map.problem(key, ground::duration_text(*length) + " is not between 10ms and 24h", "write a period from 10ms to 24h");
  return length;
}

std::optional<double> positive(Mapping& map, std::string_view key) {
  const auto value = map.number(key);
  if (value && !(*value > 0)) map.problem(key, "not above 0", "write a positive number");
  return value;
}

Phases read_phases(Mapping& map, std::string_view key, System system) {
  const auto text = map.text(key);
  if (!text) return 0;
  const auto known = std::string{known_phases(system)};
  const auto phases = parse_phases(*text);
  if (known.empty())
    map.problem(key, "dc has no phases", "take it out");
  else if (!phases || !has_lines(system, *phases))
    map.problem(key, "'" + *text + "' is no phase of system " + std::string{system_names[static_cast<std::size_t>(system)]},
                "write " + known);
  return phases.value_or(0);
}

}  // namespace holdup::site
