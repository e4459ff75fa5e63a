#include "collector/rules/rule_test.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "collector/rules/duration.hpp"
#include "collector/rules/memory.hpp"
#include "collector/rules/parser.hpp"
#include "collector/rules/plain_rules.hpp"
#include "collector/rules/render_number.hpp"
#include "ground/utf8.hpp"

namespace holdup::rules {
namespace {

using Kind = RuleTestOutcome::Kind;

constexpr std::string_view no_native = "not supported: native histograms";

/// Groups that an order names come in it, among each other; what it does not name counts as its first, as in promtool.
std::vector<const Rule*> in_order(const RuleSet& rules, const std::vector<std::string>& order) {
  std::vector<const Rule*> out;
  for (const Rule& rule : rules) out.push_back(&rule);
  const auto place = [&](const Rule* rule) {
    const auto found = std::ranges::find(order, rule->group);
    return found == order.end() ? 0 : found - order.begin();
  };
  std::ranges::stable_sort(out, {}, place);
  return out;
}

std::string text_of(const std::vector<Label>& pairs) { return Labels{pairs}.text(); }

template <class All, class Text>
std::string listed(const All& all, Text text) {
  std::string out;
  for (const auto& one : all) out += (out.empty() ? "" : ", ") + text(one);
  return out.empty() ? "nothing" : out;
}

/// One test on its way through time.
class Play {
 public:
  Play(const RuleTests& all, const RuleTest& test, const RuleSet& rules)
      : all_{all},
        test_{test},
        rules_{in_order(rules, all.group_order),
               {.step = all.interval, .external_labels = test.external_labels, .external_url = test.external_url}} {}

  std::vector<RuleTestOutcome> outcomes() {
    for (const auto& series : test_.series)
      if (series.native) memory_.add_foreign(series.labels);
    const auto last = last_check();
    for (ground::Duration at{}; at <= last && !broken_;) {
      evaluate(at);
      const auto next = at > ground::Duration::max() - all_.interval ? ground::Duration::max() : at + all_.interval;
      for (const auto& check : test_.alerts)
        if (!broken_ && at <= check.at && check.at < next) look(check, at);
      if (next == ground::Duration::max()) break;
      at = next;
    }
    if (!broken_)
      for (const auto& check : test_.expressions) look(check);
    std::ranges::stable_sort(out_, {}, &RuleTestOutcome::line);
    return std::move(out_);
  }

 private:
  [[nodiscard]] ground::Instant instant(ground::Duration at) const { return ground::shifted(test_.start, at); }

  [[nodiscard]] ground::Duration last_check() const {
    ground::Duration out{};
    for (const auto& check : test_.alerts) out = std::max(out, check.at);
    for (const auto& check : test_.expressions) out = std::max(out, check.at);
    return out;
  }

  /// Samples are there once an evaluation may see them: after the last one none comes.
  void evaluate(ground::Duration at) {
    for (std::size_t i = 0; i < test_.series.size(); ++i) {
      const auto& values = test_.series[i].values;
      std::vector<Point> points;
      for (auto& next = given_[i]; next < values.size() && due(next, at); ++next)
        if (values[next]) points.push_back({instant(test_.interval * static_cast<std::int64_t>(next)), *values[next]});
      if (!points.empty()) memory_.add(test_.series[i].labels, points);
    }
    (void)rules_.evaluate(instant(at), memory_);
    const bool native = memory_.met_foreign();
    for (const auto& failure : rules_.failures()) {
      broken_ = true;
      tell(Kind::failed, test_.line, "rule " + name(*failure.rule) + " at " + prometheus_duration_text(at), failure.what);
    }
    rules_met_native_ = rules_met_native_ || native;
  }

  [[nodiscard]] bool due(std::size_t sample, ground::Duration at) const { return static_cast<std::int64_t>(sample) <= at / test_.interval; }

  void look(const AlertCheck& check, ground::Duration evaluated) {
    const auto what = "alert " + check.alert + " at " + prometheus_duration_text(check.at);
    if (rules_met_native_) return tell(Kind::refused, check.line, what, std::string{no_native});
    std::vector<ExpectedAlert> found;
    for (auto& alert : rules_.active(check.alert, instant(evaluated), memory_)) {
      if (alert.to != AlertState::firing) continue;
      std::ranges::sort(alert.annotations);
      found.push_back({.labels = std::move(alert.labels), .annotations = std::move(alert.annotations)});
    }
    auto expected = check.expected;
    const auto order = [](const ExpectedAlert& a, const ExpectedAlert& b) {
      return std::tie(a.labels, a.annotations) < std::tie(b.labels, b.annotations);
    };
    std::ranges::sort(expected, order);
    std::ranges::sort(found, order);
    const auto same = [](const ExpectedAlert& a, const ExpectedAlert& b) { return a.labels == b.labels && a.annotations == b.annotations; };
    if (std::ranges::equal(expected, found, same)) return tell(Kind::passed, check.line, what, {});
    const auto text = [](const ExpectedAlert& alert) {
      return alert.labels.text() + (alert.annotations.empty() ? "" : " with " + text_of(alert.annotations));
    };
    tell(Kind::failed, check.line, what, "expected " + listed(expected, text) + "; fires: " + listed(found, text));
  }

  void look(const ExpressionCheck& check) {
    const auto what = "expr " + ground::printable(check.text) + " at " + prometheus_duration_text(check.at);
    const auto parsed = parse(check.text);
    if (const auto* error = std::get_if<ExpressionError>(&parsed)) return tell(Kind::failed, check.line, what, error->text());
    const auto& expression = std::get<Expression>(parsed);
    if (expression.type != Type::instant_vector && expression.type != Type::scalar)
      return tell(Kind::failed, check.line, what, "the result is a " + std::string{name(expression.type)});
    const auto evaluation = evaluate_at(expression, check.at);
    if (memory_.met_foreign() || check.native) return tell(Kind::refused, check.line, what, std::string{no_native});
    if (evaluation.error) return tell(Kind::failed, check.line, what, evaluation.error->text());
    auto found = samples(evaluation);
    auto expected = check.expected;
    std::ranges::stable_sort(found, {}, &ExpectedSample::labels);
    std::ranges::stable_sort(expected, {}, &ExpectedSample::labels);
    const auto same = [this](const ExpectedSample& a, const ExpectedSample& b) { return a.labels == b.labels && equal(a.value, b.value); };
    if (std::ranges::equal(expected, found, same)) return tell(Kind::passed, check.line, what, {});
    const auto text = [](const ExpectedSample& sample) { return sample.labels.text() + " " + plain_number(sample.value); };
    const bool no_number = std::ranges::any_of(expected, [](const ExpectedSample& sample) { return std::isnan(sample.value); });
    tell(Kind::failed, check.line, what,
         "expected " + listed(expected, text) + "; got " + listed(found, text) +
             (no_number ? "; NaN is equal to nothing: ask count(… != …) instead" : ""));
  }

  Evaluation evaluate_at(const Expression& expression, ground::Duration at) {
    return rules::evaluate(expression, {.at = instant(at), .step = all_.interval}, memory_);
  }

  static std::vector<ExpectedSample> samples(const Evaluation& evaluation) {
    if (const auto* number = std::get_if<double>(&evaluation.value)) return {{.labels = {}, .value = *number}};
    std::vector<ExpectedSample> out;
    for (const auto& element : std::get<Vector>(evaluation.value)) out.push_back({counted(*element.labels, element.named), element.value});
    return out;
  }

  [[nodiscard]] bool equal(double a, double b) const {
    if (a == b) return true;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return all_.fuzzy && (std::nextafter(a, infinity) == b || std::nextafter(a, -infinity) == b);
  }

  void tell(Kind kind, int line, std::string check, std::string what) {
    out_.push_back({.kind = kind, .line = line, .test = test_.name, .check = std::move(check), .what = std::move(what)});
  }

  const RuleTests& all_;
  const RuleTest& test_;
  PlainRules rules_;
  Memory memory_;
  std::vector<std::size_t> given_ = std::vector<std::size_t>(test_.series.size());  // of each series: samples that are there
  bool broken_ = false, rules_met_native_ = false;
  std::vector<RuleTestOutcome> out_;
};

}  // namespace

std::vector<RuleTestOutcome> run_tests(const RuleTests& tests, const RuleSet& rules) {
  std::vector<RuleTestOutcome> out;
  for (const auto& test : tests.tests) {
    auto made = Play{tests, test, rules}.outcomes();
    out.insert(out.end(), std::make_move_iterator(made.begin()), std::make_move_iterator(made.end()));
  }
  return out;
}

}  // namespace holdup::rules
