#include "collector/rules/join.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "collector/rules/operate.hpp"

namespace holdup::rules {
namespace {

bool listed(const std::vector<std::string>& names, std::string_view name) { return std::ranges::find(names, name) != names.end(); }

bool matches_on(const Matching& matching, std::string_view name) {
  if (matching.kind == Matching::Kind::on) return listed(matching.labels, name);
  return name != metric_name && !listed(matching.labels, name);
}

/// Of Join: the sides as its operator wants them, and how far names go.
struct Joined {
  const Join& sides;
  Evaluator& evaluator;
  const Matching& matching = sides.binary.matching;
  bool late_names = evaluator.setting().late_names;

  [[nodiscard]] Labels group(const Element& element) const {
    std::vector<Label> out;
    for (const auto& [name, value] : element.labels->all())
      if (matches_on(matching, name) && (name != metric_name || element.named || late_names)) out.emplace_back(name, value);
    return Labels{std::move(out)};
  }
  [[nodiscard]] std::string key(const Element& element) const {
    const auto labels = group(element);
    return key_of({.labels = &labels}, true);
  }
  [[nodiscard]] std::unordered_set<std::string> keys(const Vector& vector) const {
    std::unordered_set<std::string> out;
    for (const auto& element : vector) out.insert(key(element));
    return out;
  }

  [[nodiscard]] Vector sets() const {
    const bool is_or = sides.binary.op == Operator::set_or;
    const auto others = keys(is_or ? sides.left : sides.right);
    Vector out = is_or ? sides.left : Vector{};
    for (const auto& element : is_or ? sides.right : sides.left)
      if (others.contains(key(element)) == (sides.binary.op == Operator::set_and)) out.push_back(element);
    return out;
  }

  [[nodiscard]] Vector numbers() const;
  void refuse_duplicates(const Element& first, const Element& second) const;
  [[nodiscard]] Element paired(const Element& many, const Element& one, double value) const;
};

std::string braced(const Labels& labels, bool with_name) {
  std::string out;
  for (const auto& [name, value] : labels.all())
    if (with_name || name != metric_name) out += (out.empty() ? "" : ", ") + name + "=\"" + value + "\"";
  return "{" + out + "}";
}

void Joined::refuse_duplicates(const Element& first, const Element& second) const {
  const std::string hand = matching.many == Matching::Many::right ? "left" : "right";
  evaluator.fail(sides.where, "found duplicate series for the match group " + braced(group(first), true) + " on the " + hand +
                                  " hand-side of the operation: [" + braced(*second.labels, second.named || late_names) + ", " +
                                  braced(*first.labels, first.named || late_names) +
                                  "];many-to-many matching not allowed: matching labels must be unique on one side");
}

/// The labels of a pair: the many side's, of one to one narrowed to what was matched on, with what was to be included of the one side.
Element Joined::paired(const Element& many, const Element& one, double value) const {
  const bool is_bool = sides.binary.as_bool, compares = is_comparison(sides.binary.op);
  const bool keeps_name = compares && (late_names || (many.named && !is_bool));
  Element out{.labels = many.labels, .named = keeps_name && many.named && !is_bool, .value = value};
  const bool narrows = matching.many == Matching::Many::neither && matching.kind != Matching::Kind::all;
  if (!narrows && matching.include.empty() && (keeps_name || !late_names)) return out;
  std::vector<Label> labels;
  for (const auto& [name, text] : many.labels->all()) {
    const bool stays = !narrows || (matching.kind == Matching::Kind::on) == listed(matching.labels, name);
    if (stays && (name != metric_name || keeps_name)) labels.emplace_back(name, text);
  }
  Labels made{std::move(labels)};
  for (const auto& name : matching.include) made.set(name, one.labels->get(name));
  out.named = out.named || listed(matching.include, metric_name) || (late_names && !is_bool && !keeps_name);
  out.labels = evaluator.keep(std::move(made));
  return out;
}

Vector Joined::numbers() const {
  const auto& binary = sides.binary;
  const bool swapped = matching.many == Matching::Many::right;
  const Vector &many = swapped ? sides.right : sides.left, &one = swapped ? sides.left : sides.right;
  if (many.empty() || one.empty()) return {};
  std::unordered_map<std::string, const Element*> partners;
  for (const auto& element : one) {
    const auto [place, fresh] = partners.emplace(key(element), &element);
    if (!fresh) return refuse_duplicates(element, *place->second), Vector{};
  }
  const bool filters = is_comparison(binary.op) && !binary.as_bool;
  Vector out;
  std::unordered_set<std::string> used;
  for (const auto& element : many) {
    auto group = key(element);
    const auto partner = partners.find(group);
    if (partner == partners.end()) continue;
    const double value = element.value, other = partner->second->value;
    const auto result = swapped ? operate(binary.op, other, value) : operate(binary.op, value, other);
    const double kept = swapped ? other : value;
    const auto made = paired(element, *partner->second, filters ? kept : result.value);
    const bool one_to_one = matching.many == Matching::Many::neither;
    if (!used.insert(one_to_one ? std::move(group) : key_of(made, late_names)).second)
      return evaluator.fail(sides.where, one_to_one
                                             ? "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
                                             : "multiple matches for labels: grouping labels must ensure unique matches"),
             Vector{};
    if (!filters || result.holds) out.push_back(made);
  }
  return out;
}

}  // namespace

Vector join(const Join& sides, Evaluator& evaluator) {
  const Joined joined{sides, evaluator};
  return is_set_operator(sides.binary.op) ? joined.sets() : joined.numbers();
}

}  // namespace holdup::rules
