#include "collector/rules/rule_file.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>

#include "collector/rules/duration.hpp"
#include "collector/rules/evaluate.hpp"
#include "collector/rules/parser.hpp"
#include "collector/rules/past.hpp"
#include "collector/rules/rule_order.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"
#include "ground/yaml/mapping.hpp"

namespace holdup::rules {
namespace {

using ground::yaml::Mapping;
using ground::yaml::Node;
using ground::yaml::Report;

// Windows live in memory, sample by sample or step by step, so that either has a bound of its own.
constexpr ground::Duration longest_window = std::chrono::hours{24};
constexpr ground::Duration longest_subquery = std::chrono::days{35};
constexpr std::size_t most_rules = 10'000;
constexpr double most_steps = 10'000;

/// How often the operand of an innermost subquery is evaluated, at the most.
double subquery_steps(const Expression& expression) {
  double out = 1;
  for (const auto& operand : expression.operands) out = std::max(out, subquery_steps(operand));
  const auto* subquery = std::get_if<Subquery>(&expression.node);
  if (subquery == nullptr) return out;
  return out * std::max(1.0, ground::seconds(subquery->range) / ground::seconds(step_of(*subquery)));
}

std::string in_quotes(const std::string& text) { return "'" + ground::printable(text.substr(0, 80)) + "'"; }

std::optional<ground::Duration> duration(Mapping& map, std::string_view key) {
  const auto text = map.text(key);
  if (!text) return std::nullopt;
  const auto out = parse_prometheus_duration(*text);
  if (!out) map.problem(key, in_quotes(*text) + " is no duration", "write as Prometheus does: 30s, 5m, 1h30m");
  return out;
}

/// A metric's name: a label's, and colons.
bool is_series_name(std::string text) {
  std::ranges::replace(text, ':', '_');
  return is_label_name(text);
}

/// What goes wrong whatever the alert: types that do not go together, fields that nothing has.
std::optional<std::string> flaw_of(const Template& text) {
  const Surroundings any{
      .query = [](const std::string&) -> ground::Result<SampledList> { return SampledList{{.labels = {}, .value = 1}}; }};
  const auto made = text.expand({}, 1, any);
  if (made) return std::nullopt;
  const auto& what = made.error().what;
  for (std::string_view sign :
       {"incompatible types", "invalid type for", "can't evaluate field", "wrong type for value", "can't give arguments"})
    if (what.find(sign) != std::string::npos) return what;
  return std::nullopt;
}

enum class Written : std::uint8_t { as_template, as_is };

std::vector<NamedTemplate> templates(Mapping& map, std::string_view key, Written written = Written::as_template) {
  std::vector<NamedTemplate> out;
  const Node* node = map.find(key);
  if (node == nullptr) return out;
  Mapping entries{*node, map.path(key), map.report()};
  for (const auto& entry : node->entries) {
    const auto text = entries.text(entry.key);
    if (!is_label_name(entry.key) || entry.key == metric_name) {
      entries.problem(entry.key, in_quotes(entry.key) + " cannot be a name here", "use letters, digits and '_'");
    } else if (written == Written::as_is) {
      out.emplace_back(entry.key, Template::plain(text.value_or("")));
    } else if (text) {
      auto made = Template::parse(*text);
      if (!made) {
        entries.problem(entry.key, made.error().what);
        continue;
      }
      if (const auto flaw = flaw_of(*made)) entries.warning(entry.key, "its text will be an error: " + *flaw);
      out.emplace_back(entry.key, *std::move(made));
    }
  }
  return out;
}

class RuleFile {
 public:
  RuleFile(const RuleText& file, ground::Problems& problems, RuleSet& rules, Reach reach)
      : document_{ground::yaml::parse(file.text, file.file, problems)}, report_{file.file, problems}, rules_{rules}, reach_{reach} {}

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
    shared.interval = duration(map, "interval").value_or(ground::Duration::zero());
    if (const auto delay = duration(map, "query_offset"); delay && *delay != ground::Duration::zero())
      map.problem("query_offset", "not supported: query_offset", "leave it out");
    shared.limit = limit(map);
    shared.labels = templates(map, "labels");
    each(map, "rules", [&](Mapping& rule) { read_rule(rule, shared); });
    map.finish();
  }

  static std::size_t limit(Mapping& map) {
    const auto number = map.integer("limit");
    if (number && *number < 0) map.problem("limit", "less than 0", "write 0 for no limit");
    return number && *number > 0 ? static_cast<std::size_t>(*number) : 0;
  }

  void read_rule(Mapping& map, Rule rule) {
    const auto before = report_.problems.errors();
    rule.file = report_.file;
    rule.line = map.node().line;
    map.has("record") ? read_recording(map, rule) : read_alert(map, rule);
    rule.text = map.required_text("expr");
    if (map.has("expr")) read_expression(map, rule);
    for (auto& own : templates(map, "labels", map.has("record") ? Written::as_is : Written::as_template)) {
      std::erase_if(rule.labels, [&](const NamedTemplate& of_group) { return of_group.first == own.first; });
      rule.labels.push_back(std::move(own));
    }
    map.finish();
    judge_basis(map, rule);
    if (report_.problems.errors() != before) return;
    if (rules_.size() == most_rules) return map.problem({}, "more than 10000 rules", "split them over several racks");
    rules_.push_back(std::move(rule));
  }

  static void read_alert(Mapping& map, Rule& rule) {
    if (!map.has("alert")) map.problem({}, "neither 'alert' nor 'record' is there", "write 'alert: NAME', or 'record: NAME' for a series");
    rule.alert = map.text("alert").value_or("");
    if (map.has("alert") && rule.alert.empty()) map.problem("alert", "an alert needs a name");
    rule.hold = duration(map, "for").value_or(ground::Duration::zero());
    rule.keep_firing = duration(map, "keep_firing_for").value_or(ground::Duration::zero());
    rule.annotations = templates(map, "annotations");
  }

  /// A rule that says what its limit stands on may page only where that is a norm or the maker's word.
  static void judge_basis(Mapping& map, const Rule& rule) {
    const auto text_of = [](const std::vector<NamedTemplate>& all, std::string_view name) {
      const auto at = std::ranges::find(all, name, &NamedTemplate::first);
      return at == all.end() ? std::string_view{} : std::string_view{at->second.text()};
    };
    const auto basis = text_of(rule.annotations, "basis");
    if (basis.empty() || text_of(rule.labels, "severity") != "critical") return;
    if (!basis.starts_with("norm") && !basis.starts_with("vendor"))
      map.problem("labels", "severity critical, though its basis is " + in_quotes(std::string{basis}),
                  "write severity: warning; only a limit of a norm or of a vendor may page");
  }

  static void read_recording(Mapping& map, Rule& rule) {
    rule.record = map.text("record").value_or("");
    for (auto& [name, text] : rule.labels) text = Template::plain(text.text());
    if (map.has("alert")) map.problem("alert", "'record' is there as well", "make two rules of it");
    if (!is_series_name(rule.record))
      map.problem("record", in_quotes(rule.record) + " cannot be a series' name", "use letters, digits, '_' and ':'");
    for (std::string_view key : {"for", "keep_firing_for", "annotations"})
      if (map.has(key)) map.problem(key, "a recording rule has none", "leave it out");
  }

  void read_expression(Mapping& map, Rule& rule) {
    auto parsed = parse(rule.text);
    if (const auto* error = std::get_if<ExpressionError>(&parsed)) return map.problem("expr", error->text());
    rule.expression = std::get<Expression>(std::move(parsed));
    const Type type = rule.expression.type;
    if (type != Type::scalar && type != Type::instant_vector)
      return map.problem("expr", "the result is a " + std::string{name(type)}, "a rule needs an instant vector or a number");
    if (reach_ == Reach::held) judge_reach(map, rule);
  }

  static void judge_reach(Mapping& map, const Rule& rule) {
    if (const double steps = subquery_steps(rule.expression); steps > most_steps)
      map.problem("expr", "not supported: subqueries of " + ground::number_text(steps) + " steps",
                  "at most 10000 are reckoned for a sample");
    for (const auto* held : held_subqueries(rule.expression)) judge_held(map, std::get<Subquery>(held->node));
    for (const auto& leaf : leaves(rule.expression)) {
      const auto* selector = leaf.selector;
      const auto in_window = ground::shifted(ground::Instant{selector->range}, selector->view.offset);
      const auto reach = ground::shifted(in_window, leaf.within).time_since_epoch();
      if (reach > longest_window)
        map.problem("expr", "not supported: a window that reaches " + prometheus_duration_text(reach) + " back sample by sample",
                    "at most 1d is held in memory; of a subquery's steps 35d are: write max_over_time(x[7d:5m]) for max_over_time(x[7d])");
      if (selector->view.offset < ground::Duration::zero()) map.problem("expr", "not supported: an offset into what is to come");
      const bool asked = selector->view.fixed == View::Fixed::start || selector->view.fixed == View::Fixed::end;
      if (asked && leaf.behind > ground::Duration::zero())
        map.problem("expr", "not supported: '@ start()' or '@ end()' in a subquery, in a rule");
      if (selector->view.fixed == View::Fixed::at) map.problem("expr", "not supported: '@' with a time, in a rule");
    }
  }

  static void judge_held(Mapping& map, const Subquery& subquery) {
    if (reach_of(subquery) > longest_subquery)
      map.problem("expr", "not supported: a subquery that reaches " + prometheus_duration_text(reach_of(subquery)) + " back",
                  "at most 35d of steps are held in memory");
    else if (const double steps = steps_held(subquery); steps > most_steps)
      map.problem("expr", "not supported: a subquery that holds " + ground::number_text(std::round(steps)) + " steps of each series",
                  "at most 10000 are held in memory: make its step longer, its range or its offset shorter");
  }

  Node document_;
  Report report_;
  RuleSet& rules_;
  Reach reach_;
  std::set<std::string> groups_;
};

ground::Problem problem_of(const Rule& rule, std::string what, std::string mend, ground::Problem::Weight weight) {
  return {.file = rule.file,
          .line = rule.line,
          .key = (rule.record.empty() ? "alert " : "record ") + name(rule),
          .what = std::move(what),
          .mend = std::move(mend),
          .weight = weight};
}

void refuse_circles(RuleSet& rules, ground::Problems& problems) {
  std::set<std::size_t> refused;
  for (const auto& circle : order_of(rules).circles) {
    std::string others;
    for (std::size_t i = 1; i < circle.size() && i < 8; ++i) others += (i == 1 ? ", by way of " : ", ") + name(rules[circle[i]]);
    problems.add(problem_of(rules[circle.front()], "it needs its own result" + others, "let one of them read something else",
                            ground::Problem::Weight::error));
    refused.insert(circle.begin(), circle.end());
  }
  std::size_t place = 0;
  std::erase_if(rules, [&](const Rule&) { return refused.contains(place++); });
}

/// Two rules whose alerts or series cannot be told apart, where their expressions find the same.
void warn_of_twins(const RuleSet& rules, ground::Problems& problems) {
  std::map<std::string, const Rule*> known;
  for (const Rule& rule : rules) {
    const auto [first, fresh] = known.try_emplace(identity(rule), &rule);
    if (!fresh)
      problems.add(problem_of(
          rule, "the rule at " + first->second->file + ":" + std::to_string(first->second->line) + " has the same name and labels",
          "give one a label of its own", ground::Problem::Weight::warning));
  }
}

}  // namespace

std::string identity(const Rule& rule) {
  std::vector<Label> labels;
  for (const auto& [name, text] : rule.labels) labels.emplace_back(name, text.text());
  return name(rule) + Labels{std::move(labels)}.text();
}

bool queries(const Rule& rule) {
  const auto asks = [](const NamedTemplate& text) { return text.second.queries(); };
  return std::ranges::any_of(rule.labels, asks) || std::ranges::any_of(rule.annotations, asks);
}

const std::string& name(const Rule& rule) { return rule.record.empty() ? rule.alert : rule.record; }

RuleSet load(std::span<const RuleText> files, ground::Problems& problems, Reach reach) {
  RuleSet rules;
  for (const auto& file : files) {
    const auto before = problems.errors();
    RuleFile reader{file, problems, rules, reach};
    if (problems.errors() == before) reader.read();  // what YAML could not read has no keys to judge
  }
  warn_of_twins(rules, problems);
  if (reach == Reach::held) refuse_circles(rules, problems);
  return rules;
}

}  // namespace holdup::rules
