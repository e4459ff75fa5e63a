#include "collector/rules/join.hpp"

#include "collector/rules/labelling.hpp"
#include "collector/rules/numbered.hpp"
#include "collector/rules/operate.hpp"

namespace holdup::rules {
namespace {

/// Of Join: the sides as its operator wants them, and how far names go.
struct Joined {
  const Join& sides;
  Evaluator& evaluator;
  const Matching& matching = sides.binary.matching;
  bool late_names = evaluator.setting().late_names;

  [[nodiscard]] Labels group(const Element& element) const { return matched_labels(matching, element, late_names); }
  [[nodiscard]] std::string key(const Element& element) const {
    worked(a_label_set);
    const auto labels = group(element);
    return key_of({.labels = &labels}, true);
  }
  [[nodiscard]] Numbered keys(const Vector& vector) const {
    Numbered out;
    for (const auto& element : vector) out.add(key(element));
    return out;
  }

  [[nodiscard]] Vector sets() const {
    const bool is_or = sides.binary.op == Operator::set_or;
    auto others = keys(is_or ? sides.left : sides.right);
    Vector out = is_or ? sides.left : Vector{};
    for (const auto& element : is_or ? sides.right : sides.left)
      if (others.find(key(element)).has_value() == (sides.binary.op == Operator::set_and)) out.push_back(element);
    others.clear();
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

Element Joined::paired(const Element& many, const Element& one, double value) const {
  auto labelled = paired_labels(sides.binary, many, one, late_names);
  const auto* labels = labelled.labels ? evaluator.keep(*std::move(labelled.labels)) : many.labels;
  return {.labels = labels, .named = labelled.named, .value = value};
}

Vector Joined::numbers() const {
  const auto& binary = sides.binary;
  const bool swapped = matching.many == Matching::Many::right;
  const Vector &many = swapped ? sides.right : sides.left, &one = swapped ? sides.left : sides.right;
  if (many.empty() || one.empty()) return {};
  Numbered partners;  // each its own number, or there is an error
  for (const auto& element : one) {
    const auto [place, fresh] = partners.add(key(element));
    if (!fresh) return refuse_duplicates(element, one[place]), Vector{};
  }
  const bool filters = is_comparison(binary.op) && !binary.as_bool;
  Vector out;
  if (!filters) out.reserve(many.size());
  Numbered used;
  for (const auto& element : many) {
    worked(a_label_set);
    const auto group = key(element);
    const auto place = partners.find(group);
    if (!place) continue;
    const auto& partner = one[*place];
    const double value = element.value, other = partner.value;
    const auto result = swapped ? operate(binary.op, other, value) : operate(binary.op, value, other);
    const double kept = swapped ? other : value;
    const auto made = paired(element, partner, filters ? kept : result.value);
    const bool one_to_one = matching.many == Matching::Many::neither;
    if (!used.add(one_to_one ? group : key_of(made, late_names)).second)
      return evaluator.fail(sides.where, one_to_one
                                             ? "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
                                             : "multiple matches for labels: grouping labels must ensure unique matches"),
             Vector{};
    if (!filters || result.holds) out.push_back(made);
  }
  partners.clear(), used.clear();
  return out;
}

}  // namespace

Vector join(const Join& sides, Evaluator& evaluator) {
  const Joined joined{sides, evaluator};
  return is_set_operator(sides.binary.op) ? joined.sets() : joined.numbers();
}

}  // namespace holdup::rules
