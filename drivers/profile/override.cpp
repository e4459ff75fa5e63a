#include "drivers/profile/override.hpp"

#include "drivers/profile/rule_loader.hpp"
#include "ground/yaml/mapping.hpp"

namespace holdup::profile {
namespace {

using ground::yaml::Mapping;
using ground::yaml::Node;

Change load_change(const Node& node, const std::string& path, const FileScope& scope) {
  Mapping map{node, path, scope.report};
  Change change;
  change.oid = load_oid(map, "oid", scope);
  if (change.oid.empty()) map.problem("oid", "no OID", "write the OID of the object or column, as `holdup profile show` prints it");
  change.line = map.line("oid");
  change.ignore = map.flag("ignore").value_or(false);
  change.multiply = map.number("multiply"), change.divide = map.number("divide"), change.offset = map.number("offset");
  change.lowest = map.number("lowest"), change.highest = map.number("highest");
  if (change.divide == 0.0) map.problem("divide", "a division by 0", "write the divisor");
  if (const auto lane = map.word("lane", reading::lane_names)) change.lane = static_cast<reading::Lane>(*lane);
  change.refresh = map.duration("refresh");
  change.every = load_every(map);
  map.finish();
  return change;
}

std::optional<std::uint32_t> load_count(Mapping& map, std::string_view key) {
  const auto number = map.integer(key);
  if (number && (*number < 0 || *number > 100)) map.problem(key, "not 0 to 100");
  return number ? std::optional{static_cast<std::uint32_t>(*number)} : std::nullopt;
}

template <class T>
void take(const std::optional<T>& from, T& to) {
  if (from) to = *from;
}

void apply(const Change& change, Rule& rule) {
  Conversion& conversion = rule.conversion;
  take(change.multiply, conversion.multiply), take(change.divide, conversion.divide), take(change.offset, conversion.offset);
  if (change.lowest) conversion.lowest = change.lowest;
  if (change.highest) conversion.highest = change.highest;
  take(change.lane, rule.lane);
  if (change.refresh) rule.refresh = change.refresh;
  if (change.every) rule.every = change.every;
}

/// Changes the entries of the list that are read from the change's OID; true when there was one.
template <class Entry>
bool apply(const Change& change, std::vector<Entry>& entries) {
  bool met = false;
  for (Entry& entry : entries) {
    if (entry.oid != change.oid) continue;
    met = true;
    apply(change, entry.rule);
  }
  if (change.ignore) std::erase_if(entries, [&](const Entry& entry) { return entry.oid == change.oid; });
  return met;
}

}  // namespace

std::optional<Override> load_override(const std::string& file, const Node& root, ground::Problems& problems) {
  const auto before = problems.errors();
  FileScope scope{.report = {file, problems}, .base = {}, .sentinels = {}, .states = {}};
  Mapping map{root, "", scope.report};
  Override out;
  out.file = file;
  out.profile = map.required_text("override");
  out.line = map.line("override");
  map.text("about");
  scope.base = load_oid(map, "base", scope);
  out.max_repetitions = load_count(map, "max_repetitions"), out.max_varbinds = load_count(map, "max_varbinds");
  if (const Node* points = map.find("points"); points != nullptr && points->is_sequence())
    for (const Node& item : points->items) out.changes.push_back(load_change(item, "points", scope));
  else if (points != nullptr)
    map.problem("points", "not a list", "begin each entry with '- oid:'");
  map.finish();
  if (problems.errors() != before) return std::nullopt;
  return out;
}

void apply(const Override& change, Profile& profile, ground::Problems& problems) {
  take(change.max_repetitions, profile.quirks.max_repetitions);
  take(change.max_varbinds, profile.quirks.max_varbinds);
  for (const Change& one : change.changes) {
    bool met = apply(one, profile.scalars);
    for (Table& table : profile.tables) met = apply(one, table.columns) || met;
    if (met) continue;
    problems.add({.file = change.file,
                  .line = one.line,
                  .key = "oid",
                  .what = "'" + profile.name + "' reads nothing from " + one.oid.text(),
                  .mend = "see `holdup profile show " + profile.name + "`"});
  }
  profile.overrides.push_back(change.file);
}

}  // namespace holdup::profile
