#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/site/chain.hpp"
#include "ground/element.hpp"
#include "ground/yaml/mapping.hpp"

// What the readers of the site file's parts have in common: names that refer to others, values with limits, keys that change nothing.
namespace holdup::site {

using ground::yaml::Mapping;
using ground::yaml::Node;

/// "did you mean 'pdu-a'?", else all that are known.
[[nodiscard]] std::string mend_by_nearest(std::string_view word, const std::vector<std::string_view>& known);

template <class Items>
std::vector<std::string_view> names(const Items& items) {
  std::vector<std::string_view> out;
  for (const auto& item : items) out.push_back(item.name);
  return out;
}

/// The item of that name; a problem of `key` otherwise.
template <class Items>
std::optional<Index> lookup(const Mapping& map, std::string_view key, std::string_view name, const Items& items, std::string_view kind) {
  const auto found = std::find_if(items.begin(), items.end(), [&](const auto& item) { return item.name == name; });
  if (found != items.end()) return static_cast<Index>(found - items.begin());
  map.problem(key, "no " + std::string{kind} + " '" + std::string{name} + "'", mend_by_nearest(name, names(items)));
  return std::nullopt;
}

/// Reads each entry of the mapping under `key` as a mapping of its own: read(Mapping&, name). Their names must be fit for elements.
template <class Read>
void each(Mapping& top, std::string_view key, Read read) {
  const Node* node = top.find(key);
  if (node == nullptr) return;
  if (!node->is_map()) return top.problem(key, "not a mapping", "write 'name: {…}' lines under it");
  for (const auto& entry : node->entries) {
    Mapping map{entry.value, top.path(key) + "." + entry.key, top.report()};
    if (!ground::is_element_part(entry.key)) map.problem({}, "no name", "letters, digits, '-', '_', '.', at most 63");
    read(map, entry.key);
    map.finish();
  }
}

/// The node under a key, or a null one.
[[nodiscard]] const Node& sub(Mapping& top, std::string_view key);

[[nodiscard]] std::optional<Duration> period(Mapping& map, std::string_view key);  // above 0
[[nodiscard]] std::optional<Duration> rhythm(Mapping& map, std::string_view key);  // a period of asking: 10 ms to 24 h
[[nodiscard]] std::optional<double> positive(Mapping& map, std::string_view key);
/// The lines under `key` that there are in this system; 0 when not told.
[[nodiscard]] Phases read_phases(Mapping& map, std::string_view key, System system);


}  // namespace holdup::site
