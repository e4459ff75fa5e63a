#include <algorithm>
#include <optional>

#include "collector/rules/template.hpp"
#include "collector/rules/template_functions.hpp"
#include "collector/rules/template_tree.hpp"

namespace holdup::rules {
namespace {

using Value = TemplateValue;

constexpr int most_steps = 20'000;
constexpr int most_queries = 32;
constexpr int deepest_inserts = 32;

/// What a range goes over: each key and its value.
using Members = std::vector<std::pair<Value, Value>>;

class Expansion {
 public:
  Expansion(const TemplateTree& tree, const Labels& labels, double value, const Surroundings& around)
      : tree_{tree},
        labels_{std::make_shared<const Labels>(labels)},
        external_{std::make_shared<const Labels>(around.external_labels)},
        value_{value},
        around_{around} {}

  ground::Result<std::string> run() {
    variables_ = {{"$", {WholeAlert{}}},
                  {"$labels", {labels_}},
                  {"$externalLabels", {external_}},
                  {"$externalURL", {around_.external_url}},
                  {"$value", {value_}}};
    walk(tree_.nodes, {WholeAlert{}});
    if (error_) return ground::Failure{ground::FailureKind::malformed, *error_};
    return std::move(out_);
  }

 private:
  enum class Way { on, leave, next };  // out of a range, or to its next member

  Way walk(const TemplateNodes& nodes, const Value& dot) {
    for (const auto& node : nodes) {
      if (!step()) return Way::leave;
      const auto way = walk(node, dot);
      if (way != Way::on) return way;
    }
    return Way::on;
  }

  Way walk(const TemplateNode& node, const Value& dot) {
    using Kind = TemplateNode::Kind;
    const auto known = variables_.size();
    switch (node.kind) {
      case Kind::text:
        write(node.text);
        break;
      case Kind::action: {
        const auto made = value_of(node.pipeline, dot);
        if (node.pipeline.variables.empty() && !error_) write(made.as<std::monostate>() != nullptr ? "<no value>" : go_text(made));
        return Way::on;  // what it declares stays known
      }
      case Kind::if_true:
      case Kind::with: {
        const auto made = value_of(node.pipeline, dot);
        const bool holds = is_true(made);
        return back(known, walk(holds ? node.then : node.otherwise, holds && node.kind == Kind::with ? made : dot));
      }
      case Kind::range:
        return back(known, range(node, dot));
      case Kind::insert:
        insert(node, dot);
        break;
      case Kind::leave:
        return Way::leave;
      case Kind::go_on:
        return Way::next;
    }
    return Way::on;
  }

  Way back(std::size_t known, Way way) {
    variables_.erase(variables_.begin() + static_cast<std::ptrdiff_t>(known), variables_.end());
    return way;
  }

  Way range(const TemplateNode& node, const Value& dot) {
    const auto members = members_of(value_of(node.pipeline, dot, false));
    const auto& names = node.pipeline.variables;
    const auto known = variables_.size();
    for (const auto& [key, member] : members) {
      if (!step()) return Way::leave;
      if (names.size() == 2) set(names[0], key, node.pipeline.declares);
      if (!names.empty()) set(names.back(), member, node.pipeline.declares);
      const auto way = back(known, walk(node.then, member));
      if (way == Way::leave) break;
    }
    if (members.empty() && !error_) return walk(node.otherwise, dot);
    return Way::on;
  }

  Members members_of(const Value& from) {
    Members out;
    if (const auto* list = from.as<ListValue>()) {
      for (const auto& sample : **list) out.push_back({{static_cast<std::int64_t>(out.size())}, {std::make_shared<const Sampled>(sample)}});
    } else if (const auto* labels = from.as<LabelsValue>()) {
      for (const auto& [name, text] : (*labels)->all()) out.push_back({{name}, {text}});
    } else if (const auto* map = from.as<MapValue>()) {
      for (const auto& [name, member] : **map) out.push_back({{name}, member});
    } else if (const auto* count = from.as<std::int64_t>()) {
      for (std::int64_t i = 0; i < std::min<std::int64_t>(*count, most_steps + 1); ++i) out.push_back({{i}, {i}});
    } else if (from.as<std::monostate>() == nullptr) {
      fail("range can't iterate over " + go_text(from));
    }
    return out;
  }

  void insert(const TemplateNode& node, const Value& dot) {
    const auto found = tree_.defined.find(node.text);
    if (found == tree_.defined.end()) return fail("template \"" + node.text + "\" not defined");
    auto inner = node.pipeline.commands.empty() ? Value{} : value_of(node.pipeline, dot);
    if (++inserts_ > deepest_inserts) return fail("templates insert each other deeper than 32");
    auto outside = std::exchange(variables_, {{"$", inner}});
    walk(found->second, inner);
    variables_ = std::move(outside);
    --inserts_;
  }

  /// A range takes its variables itself, one member after the other.
  Value value_of(const TemplatePipeline& pipeline, const Value& dot, bool assigns = true) {
    std::optional<Value> made;
    for (const auto& command : pipeline.commands) {
      made = value_of(command, made, dot);
      if (error_) return {};
    }
    if (assigns)
      for (const auto& name : pipeline.variables) set(name, *made, pipeline.declares);
    return *std::move(made);
  }

  Value value_of(const std::vector<TemplateOperand>& command, const std::optional<Value>& piped, const Value& dot) {
    const auto& first = command.front();
    if (!step()) return {};
    if (first.kind == TemplateOperand::Kind::function) return called(command, piped, dot);
    if (command.size() == 1) return value_of(first, dot);
    return fail("can't give arguments to " + (first.fields.empty() ? "a value" : first.fields.back())), Value{};
  }

  Value called(const std::vector<TemplateOperand>& command, const std::optional<Value>& piped, const Value& dot) {
    const auto& function = *command.front().function;
    const bool stops_at_true = function.name == "or";
    std::vector<Value> arguments;
    for (std::size_t i = 1; i < command.size(); ++i) {
      arguments.push_back(value_of(command[i], dot));
      if (error_) return {};
      if ((stops_at_true || function.name == "and") && is_true(arguments.back()) == stops_at_true) return arguments.back();
    }
    if (piped) arguments.push_back(*piped);
    TemplateCall call{std::move(arguments), around_, queries_};
    auto out = function.perform(call);
    if (call.error()) return fail("error calling " + std::string{function.name} + ": " + *call.error()), Value{};
    if (const auto* text = out.as<std::string>(); text != nullptr && text->size() > template_text_max)
      return fail("a text in it is longer than 64 KiB"), Value{};
    return out;
  }

  Value value_of(const TemplateOperand& operand, const Value& dot) {
    using Kind = TemplateOperand::Kind;
    Value out = dot;
    if (operand.kind == Kind::constant) out = operand.constant;
    if (operand.kind == Kind::variable) out = variable(operand.name);
    if (operand.kind == Kind::pipeline) out = value_of(*operand.pipeline, dot);
    if (operand.kind == Kind::function) out = called({operand}, std::nullopt, dot);
    for (const auto& field : operand.fields) {
      if (error_) return {};
      out = field_of(out, field);
    }
    return out;
  }

  Value field_of(const Value& of, const std::string& name) {
    if (of.as<WholeAlert>() != nullptr) {
      if (name == "Labels") return {labels_};
      if (name == "Value") return {value_};
      if (name == "ExternalLabels") return {external_};
      if (name == "ExternalURL") return {around_.external_url};
    }
    if (const auto* sample = of.as<SampleValue>()) {
      if (name == "Labels") return {std::make_shared<const Labels>((*sample)->labels)};
      if (name == "Value") return {(*sample)->value};
    }
    if (of.as<LabelsValue>() != nullptr || of.as<MapValue>() != nullptr) return *template_member(of, {name});
    return fail("can't evaluate field " + name + " in type " + std::string{type_name(of)}), Value{};
  }

  Value variable(const std::string& name) const {
    const auto found = std::find_if(variables_.rbegin(), variables_.rend(), [&](const auto& known) { return known.first == name; });
    return found == variables_.rend() ? Value{} : found->second;
  }

  void set(const std::string& name, const Value& value, bool declares) {
    if (declares) return void(variables_.emplace_back(name, value));
    const auto found = std::find_if(variables_.rbegin(), variables_.rend(), [&](const auto& known) { return known.first == name; });
    if (found != variables_.rend()) found->second = value;
  }

  bool step() {
    if (++steps_ > most_steps) fail("it takes more than 20000 steps");
    return !error_;
  }

  void write(std::string_view text) {
    if (out_.size() + text.size() > template_text_max) return fail("its text is longer than 64 KiB");
    out_ += text;
  }

  void fail(std::string what) {
    if (!error_) error_ = std::move(what);
  }

  const TemplateTree& tree_;
  LabelsValue labels_, external_;
  double value_;
  const Surroundings& around_;
  std::vector<std::pair<std::string, Value>> variables_;
  int steps_ = 0, queries_ = most_queries, inserts_ = 0;
  std::string out_;
  std::optional<std::string> error_;
};

}  // namespace

ground::Result<std::string> Template::expand(const Labels& labels, double value, const Surroundings& around) const {
  if (!tree_) return text_;
  return Expansion{*tree_, labels, value, around}.run();
}

}  // namespace holdup::rules
