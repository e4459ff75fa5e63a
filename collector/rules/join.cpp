#include "collector/rules/join.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "collector/rules/operate.hpp"

namespace holdup::rules {
namespace {

using Keys = std::unordered_set<std::string>;

bool listed(const Matching& matching, std::string_view name) {
  return std::find(matching.labels.begin(), matching.labels.end(), name) != matching.labels.end();
}

/// The labels of `element` that are part of its key.
template <class Take>
void key_labels(const Element& element, const Matching& matching, Take take) {
  for (const auto& [name, value] : element.labels->all()) {
    const bool is_name = name == metric_name;
    const bool in_key =
        matching.kind == Matching::Kind::on ? listed(matching, name) && (!is_name || element.named) : !is_name && !listed(matching, name);
    if (in_key) take(name, value);
  }
}

Keys keys_of(const Vector& vector, const Matching& matching) {
  Keys out;
  for (const auto& element : vector) out.insert(match_key(element, matching));
  return out;
}

Vector join_sets(const Join& sides) {
  const auto& matching = sides.binary.matching;
  const bool is_or = sides.binary.op == Operator::set_or;
  const auto others = keys_of(is_or ? sides.left : sides.right, matching);
  Vector out = is_or ? sides.left : Vector{};
  for (const auto& element : is_or ? sides.right : sides.left)
    if (others.contains(match_key(element, matching)) == (sides.binary.op == Operator::set_and)) out.push_back(element);
  return out;
}

/// The result of a pair: the left element's labels, narrowed to the key where `on` or `ignoring` stands.
Element paired(const Join& sides, const Element& left, double value, Evaluation& evaluation) {
  const bool keeps_name = is_comparison(sides.binary.op) && !sides.binary.as_bool && left.named;
  Element out{.labels = left.labels, .named = keeps_name, .value = value};
  const auto& matching = sides.binary.matching;
  if (matching.kind == Matching::Kind::all) return out;
  std::vector<Label> labels;
  key_labels(left, matching, [&](const std::string& name, const std::string& text) { labels.emplace_back(name, text); });
  const bool name_stays = keeps_name && matching.kind == Matching::Kind::ignoring && !listed(matching, metric_name);
  if (name_stays) labels.emplace_back(metric_name, left.labels->get(metric_name));
  evaluation.made.push_back(std::make_unique<const Labels>(std::move(labels)));
  out.labels = evaluation.made.back().get();
  return out;
}

Vector join_one_to_one(const Join& sides, Evaluation& evaluation) {
  const auto& binary = sides.binary;
  const auto fail = [&](std::string what) {
    if (!evaluation.error) evaluation.error = ExpressionError{sides.at, std::move(what)};
    return Vector{};
  };
  std::unordered_map<std::string, const Element*> partners;
  for (const auto& element : sides.right) {
    if (partners.emplace(match_key(element, binary.matching), &element).second) continue;
    return fail("two series on the right side match the same labels: " + element.labels->text());
  }
  Vector out;
  Keys used;
  for (const auto& element : sides.left) {
    auto key = match_key(element, binary.matching);
    const auto partner = partners.find(key);
    if (partner == partners.end()) continue;
    const auto result = operate(binary.op, element.value, partner->second->value);
    const bool filters = is_comparison(binary.op) && !binary.as_bool;
    if (filters && !result.holds) continue;
    if (!used.insert(std::move(key)).second) return fail("two series on the left side match the same labels: " + element.labels->text());
    out.push_back(paired(sides, element, filters ? element.value : result.value, evaluation));
  }
  return out;
}

}  // namespace

Vector join(const Join& sides, Evaluation& evaluation) {
  return is_set_operator(sides.binary.op) ? join_sets(sides) : join_one_to_one(sides, evaluation);
}

std::string match_key(const Element& element, const Matching& matching) {
  std::string out;
  key_labels(element, matching, [&](const std::string& name, const std::string& value) {
    // Lengths, not separators: label values may hold any byte.
    out += std::to_string(name.size()) + ":" + name + std::to_string(value.size()) + ":" + value;
  });
  return out;
}

}  // namespace holdup::rules
