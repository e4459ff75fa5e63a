#include "drivers/profile/trap_loader.hpp"

#include "ground/number.hpp"

namespace holdup::profile {
namespace {

using ground::yaml::Mapping;
using ground::yaml::Node;

/// `is: [2, .1.6.3.6, lost]`: a whole number is a code, two numbers and more with dots are an OID, anything else is a text.
void load_is(Mapping& map, const FileScope& scope, TrapCondition& condition) {
  for (const auto& word : map.texts("is"))
    if (const auto code = ground::parse_integer(word))
      condition.is.push_back(*code);
    else if (auto oid = parse_oid(word, scope))
      condition.is_oid.push_back(*std::move(oid));
    else
      condition.is_text.push_back(word);
}

Oid required_oid(Mapping& map, std::string_view key, const FileScope& scope) {
  if (!map.has(key)) map.problem({}, "'" + std::string{key} + "' is missing", "add it: numbers with dots");
  return load_oid(map, key, scope);
}

TrapCondition load_trap_condition(const Node& node, const std::string& path, const FileScope& scope) {
  Mapping map{node, path, scope.report};
  TrapCondition condition;
  condition.varbind = required_oid(map, "varbind", scope);
  load_is(map, scope, condition);
  condition.is_not = load_codes(map, "is_not");
  condition.matches = load_pattern(map, "matches");
  map.finish();
  return condition;
}

TrapIndex load_index(const Node& node, const std::string& path, const FileScope& scope) {
  Mapping map{node, path, scope.report};
  TrapIndex index;
  const bool by_name = map.has("name_of");
  if (by_name == map.has("varbind")) map.problem({}, "neither or both of varbind and name_of", "keep one");
  index.from = by_name ? TrapIndex::From::name : TrapIndex::From::value;
  index.varbind = load_oid(map, by_name ? "name_of" : "varbind", scope);
  const auto part = map.integer("part");
  if (part && (!by_name || *part < 1 || *part > 100))
    map.problem("part", "not 1 to 100 of a name_of", "count the parts of the name from 1");
  index.part = static_cast<std::uint32_t>(part.value_or(0));
  index.extract = load_pattern(map, "extract");
  map.finish();
  return index;
}

}  // namespace

TrapRule load_trap(const Node& node, const std::string& path, const FileScope& scope) {
  Mapping map{node, path, scope.report};
  TrapRule rule;
  rule.trap = required_oid(map, "oid", scope);
  (void)map.text("called");  // the MIB's name, for people
  if (const auto says = map.word("says", reading::trap_says_names))
    rule.says = static_cast<reading::TrapSays>(*says);
  else if (!map.has("says"))
    map.problem({}, "'says' is missing", "add what it means, for example says: on_battery");
  if (const Node* when = map.find("when")) {
    if (!when->is_sequence()) map.problem("when", "not a list", "begin each condition with '- varbind:'");
    for (const Node& item : when->items) rule.when.push_back(load_trap_condition(item, map.path("when"), scope));
  }
  rule.part = map.text("part").value_or("");
  if (const Node* index = map.find("index")) rule.index = load_index(*index, map.path("index"), scope);
  if (rule.index && rule.part.empty()) map.problem("index", "of what?", "add part: outlet, or another");
  map.finish();
  return rule;
}

}  // namespace holdup::profile
