#include "drivers/profile/condition_loader.hpp"

#include "ground/number.hpp"

namespace holdup::profile {

using ground::yaml::Mapping;
using ground::yaml::Node;

namespace {

/// `is: [1, ok]`: whole numbers are codes, anything else is a text.
void load_kinds(Mapping& map, std::string_view key, std::vector<std::int64_t>& codes, std::vector<std::string>& texts) {
  for (const auto& word : map.texts(key))
    if (const auto code = ground::parse_integer(word))
      codes.push_back(*code);
    else
      texts.push_back(word);
}

}  // namespace

Condition load_condition(const Node& node, const std::string& path, const FileScope& scope) {
  Mapping map{node, path, scope.report};
  Condition condition;
  const auto part = map.integer("index_part");
  condition.column = load_oid(map, "column", scope);
  if (part.has_value() != condition.column.empty()) map.problem({}, "neither or both of index_part and column", "keep one");
  if (part && (*part < 1 || *part > 100)) map.problem("index_part", "not 1 to 100", "count the parts of the row's index from 1");
  condition.index_part = static_cast<std::uint32_t>(part.value_or(0));
  load_kinds(map, "is", condition.is, condition.is_text);
  load_kinds(map, "is_not", condition.is_not, condition.not_text);
  condition.matches = load_pattern(map, "matches");
  condition.matches_not = load_pattern(map, "matches_not");
  if (const auto bit = map.integer("bit")) {
    if (*bit < 0 || *bit > 63) map.problem("bit", "not 0 to 63", "count from the first bit of the BITS value");
    condition.bit = static_cast<unsigned>(*bit & 63);
  }
  if (condition.passes_missing() && condition.is_not.empty() && condition.not_text.empty() && !condition.matches_not)
    map.problem({}, "holds nothing back", "add is, is_not, matches, matches_not or bit");
  map.finish();
  return condition;
}

std::vector<Condition> load_where(Mapping& map, const FileScope& scope) {
  std::vector<Condition> out;
  const Node* node = map.find("where");
  if (node == nullptr) return out;
  if (!node->is_sequence()) return map.problem("where", "not a list", "begin each condition with '- '"), out;
  for (const Node& item : node->items) out.push_back(load_condition(item, map.path("where"), scope));
  return out;
}

}  // namespace holdup::profile
