#include "collector/rules/rule_file.hpp"

#include <algorithm>
#include <set>

#include "collector/rules/duration.hpp"
#include "collector/rules/parser.hpp"
#include "ground/utf8.hpp"
#include "ground/yaml/mapping.hpp"

namespace holdup::rules {
namespace {

using ground::yaml::Mapping;
using ground::yaml::Node;
using ground::yaml::Report;

// Windows live in memory, so that a range has a bound of its own.
constexpr ground::Duration longest_window = std::chrono::hours{24};
constexpr std::size_t most_rules = 10'000;

std::string in_quotes(const std::string& text) { return "'" + ground::printable(text.substr(0, 80)) + "'"; }

std::optional<ground::Duration> duration(Mapping& map, std::string_view key) {
  const auto text = map.text(key);
  if (!text) return std::nullopt;
  const auto out = parse_prometheus_duration(*text);
  if (!out) map.problem(key, in_quotes(*text) + " is no duration", "write as Prometheus does: 30s, 5m, 1h30m");
  return out;
}

std::vector<NamedTemplate> templates(Mapping& map, std::string_view key) {
  std::vector<NamedTemplate> out;
  const Node* node = map.find(key);
  if (node == nullptr) return out;
  Mapping entries{*node, map.path(key), map.report()};
  for (const auto& entry : node->entries) {
    const auto text = entries.text(entry.key);
    if (!is_label_name(entry.key) || entry.key == metric_name) {
      entries.problem(entry.key, in_quotes(entry.key) + " cannot be a name here", "use letters, digits and '_'");
    } else if (text) {
      auto made = Template::parse(*text);
      if (made)
        out.emplace_back(entry.key, *std::move(made));
      else
        entries.problem(entry.key, made.error().what, "write one of these, or plain text");
    }
  }
  return out;
}

class RuleFile {
 public:
  RuleFile(const RuleText& file, ground::Problems& problems, RuleSet& rules)
      : document_{ground::yaml::parse(file.text, file.file, problems)}, report_{file.file, problems}, rules_{rules} {}

  void read() {
    Mapping document{document_, "", report_};
    each(document, "groups", [this](Mapping& group) { read_group(group); });
    document.finish();
  }

 private:
  template <class Read>
  void each(Mapping& map, std::string_view key, Read read_one) {
    const Node* list = map.find(key);
    if (list == nullptr) return;
    if (!list->is_sequence()) return map.problem(key, "not a list", "write '- ' before each entry");
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      Mapping item{list->items[i], map.path(key) + "[" + std::to_string(i) + "]", report_};
      if (list->items[i].is_map()) read_one(item);
    }
  }

  void read_group(Mapping& map) {
    Rule shared;
    shared.group = map.required_text("name");
    if (!shared.group.empty() && !groups_.insert(shared.group).second)
      map.problem("name", "group " + in_quotes(shared.group) + " stands twice in this file", "give each group a name of its own");
    if (duration(map, "interval"))
      map.warning("interval", "nothing acts on this yet: a rule is evaluated whenever a sample or a deadline can change it");
    if (const auto delay = duration(map, "query_offset"); delay && *delay != ground::Duration::zero())
      map.problem("query_offset", "not supported: query_offset", "leave it out");
    shared.limit = limit(map);
    shared.labels = templates(map, "labels");
    each(map, "rules", [this, &shared](Mapping& rule) { read_rule(rule, shared); });
    map.finish();
  }

  static std::size_t limit(Mapping& map) {
    const auto number = map.integer("limit");
    if (number && *number < 0) map.problem("limit", "less than 0", "write 0 for no limit");
    return number && *number > 0 ? static_cast<std::size_t>(*number) : 0;
  }

  void read_rule(Mapping& map, const Rule& shared) {
    const auto before = report_.problems.errors();
    Rule rule = shared;
    rule.file = report_.file;
    rule.line = map.node().line;
    if (map.has("record")) map.problem("record", "not supported: recording rules", "write its expression where it is used");
    rule.alert = map.has("record") ? map.text("alert").value_or("") : map.required_text("alert");
    if (map.has("alert") && rule.alert.empty()) map.problem("alert", "an alert needs a name");
    rule.text = map.required_text("expr");
    if (map.has("expr")) read_expression(map, rule);
    rule.hold = duration(map, "for").value_or(ground::Duration::zero());
    rule.keep_firing = duration(map, "keep_firing_for").value_or(ground::Duration::zero());
    for (auto& own : templates(map, "labels")) {
      std::erase_if(rule.labels, [&](const NamedTemplate& of_group) { return of_group.first == own.first; });
      rule.labels.push_back(std::move(own));
    }
    rule.annotations = templates(map, "annotations");
    map.finish();
    if (report_.problems.errors() != before) return;
    if (rules_.size() == most_rules) return map.problem({}, "more than 10000 rules", "split them over several racks");
    rules_.push_back(std::move(rule));
  }

  static void read_expression(Mapping& map, Rule& rule) {
    auto parsed = parse(rule.text);
    if (const auto* error = std::get_if<ExpressionError>(&parsed)) return map.problem("expr", error->text());
    rule.expression = std::get<Expression>(std::move(parsed));
    const Type type = rule.expression.type;
    if (type != Type::scalar && type != Type::instant_vector)
      return map.problem("expr", "the result is a " + std::string{name(type)}, "an alert needs an instant vector");
    for (const auto& [selector, behind] : leaves(rule.expression)) {
      const auto reach = selector->range + selector->view.offset + behind;
      if (reach > longest_window)
        map.problem("expr", "not supported: a window that reaches " + prometheus_duration_text(reach) + " back",
                    "at most 1d is held in memory");
      if (selector->view.offset < ground::Duration::zero()) map.problem("expr", "not supported: an offset into what is to come");
      if (selector->view.fixed == View::Fixed::at) map.problem("expr", "not supported: '@' with a time, in a rule");
    }
  }

  Node document_;
  Report report_;
  RuleSet& rules_;
  std::set<std::string> groups_;
};

}  // namespace

std::string identity(const Rule& rule) {
  std::vector<Label> labels;
  for (const auto& [name, text] : rule.labels) labels.emplace_back(name, text.text());
  return rule.alert + Labels{std::move(labels)}.text();
}

RuleSet load(std::span<const RuleText> files, ground::Problems& problems) {
  RuleSet rules;
  for (const auto& file : files) {
    const auto before = problems.errors();
    RuleFile reader{file, problems, rules};
    if (problems.errors() == before) reader.read();  // what YAML could not read has no keys to judge
  }
  return rules;
}

}  // namespace holdup::rules
