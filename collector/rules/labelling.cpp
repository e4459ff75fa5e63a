#include "collector/rules/labelling.hpp"

#include <algorithm>
#include <iterator>

#include "collector/rules/function.hpp"

namespace holdup::rules {
namespace {

bool listed(const std::vector<std::string>& names, std::string_view name) { return std::ranges::find(names, name) != names.end(); }

bool matches_on(const Matching& matching, std::string_view name) {
  if (matching.kind == Matching::Kind::on) return listed(matching.labels, name);
  return name != metric_name && !listed(matching.labels, name);
}

std::string text_of(const Expression& literal) { return std::get<TextLiteral>(literal.node).value; }

}  // namespace

Labels group_labels(const Aggregation& aggregation, const Element& element, bool late_names) {
  std::vector<Label> out;
  for (const auto& [name, value] : element.labels->all()) {
    const bool is_name = name == metric_name, is_listed = listed(aggregation.labels, name);
    if (aggregation.without ? !is_name && !is_listed : is_listed && (!is_name || element.named || late_names))
      out.emplace_back(name, value);
  }
  return Labels{std::move(out)};
}

Labels matched_labels(const Matching& matching, const Element& element, bool late_names) {
  std::vector<Label> out;
  for (const auto& [name, value] : element.labels->all())
    if (matches_on(matching, name) && (name != metric_name || element.named || late_names)) out.emplace_back(name, value);
  return Labels{std::move(out)};
}

Labelled paired_labels(const Binary& binary, const Element& many, const Element& one, bool late_names) {
  const auto& matching = binary.matching;
  const bool is_bool = binary.as_bool, compares = is_comparison(binary.op);
  const bool keeps_name = compares && (late_names || (many.named && !is_bool));
  Labelled out{.labels = {}, .named = keeps_name && many.named && !is_bool};
  const bool narrows = matching.many == Matching::Many::neither && matching.kind != Matching::Kind::all;
  if (!narrows && matching.include.empty() && (keeps_name || !late_names)) return out;
  std::vector<Label> labels;
  for (const auto& [name, text] : many.labels->all()) {
    const bool stays = !narrows || (matching.kind == Matching::Kind::on) == listed(matching.labels, name);
    if (stays && (name != metric_name || keeps_name)) labels.emplace_back(name, text);
  }
  out.labels.emplace(std::move(labels));
  for (const auto& name : matching.include) out.labels->set(name, one.labels->get(name));
  out.named = out.named || listed(matching.include, metric_name) || (late_names && !is_bool && !keeps_name);
  return out;
}

std::variant<Relabelling, std::string> Relabelling::of(const Expression& call) {
  const auto& operands = call.operands;
  Relabelling out;
  out.target_ = text_of(operands[1]);
  if (std::get<Call>(call.node).function->name == "label_replace") {
    out.form_ = text_of(operands[2]);
    out.sources_ = {text_of(operands[3])};
    const auto regex = text_of(operands[4]);
    const auto pattern = ground::Pattern::compile(regex);
    if (!pattern) return "invalid regular expression in label_replace(): " + regex;
    if (!is_usable_label(out.target_)) return "invalid destination label name in label_replace(): " + out.target_;
    out.pattern_ = *pattern;
    return out;
  }
  out.separator_ = text_of(operands[2]);
  std::transform(operands.begin() + 3, operands.end(), std::back_inserter(out.sources_), text_of);
  for (const auto& source : out.sources_)
    if (!is_usable_label(source)) return "invalid source label name in label_join(): " + source;
  if (!is_usable_label(out.target_)) return "invalid destination label name in label_join(): " + out.target_;
  return out;
}

Labelled Relabelling::operator()(const Element& element, bool late_names) const {
  const auto label_of = [&](const std::string& name) {  // empty for a name that no longer counts
    return name != metric_name || element.named || late_names ? element.labels->get(name) : std::string_view{};
  };
  std::optional<std::string> value;
  if (pattern_) {
    value = pattern_->expanded(label_of(sources_.front()), form_);
  } else {
    value.emplace();
    for (std::size_t i = 0; i < sources_.size(); ++i) value->append(i == 0 ? "" : separator_).append(label_of(sources_[i]));
  }
  Labelled out{.labels = {}, .named = element.named};
  if (!value) return out;
  out.labels = *element.labels;
  if (!element.named && !late_names) out.labels->set(metric_name, "");
  out.labels->set(target_, *value);
  out.named = out.named || target_ == metric_name || !late_names;
  return out;
}

}  // namespace holdup::rules
