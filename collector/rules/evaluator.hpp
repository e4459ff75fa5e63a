#pragma once

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "collector/rules/evaluate.hpp"
#include "collector/rules/function.hpp"
#include "collector/rules/turns.hpp"

// How evaluate() walks a tree. Used by the files that say what each kind of node means; everybody else calls evaluate().
namespace holdup::rules {

using Value = std::variant<double, std::string, Vector, Matrix>;

class Evaluator {
 public:
  Evaluator(const Setting& setting, Source& source, Evaluation& out) : setting_{setting}, source_{source}, out_{out} {}

  [[nodiscard]] Value value(const Expression& expression);
  [[nodiscard]] double scalar(const Expression& expression) { return std::get<double>(value(expression)); }
  [[nodiscard]] std::string text(const Expression& expression) { return std::get<std::string>(value(expression)); }
  [[nodiscard]] Vector vector(const Expression& expression) { return std::get<Vector>(value(expression)); }

  /// Calls `take(labels, named, window)` for each series of a range vector that has a sample.
  template <class Take>
  void each_window(const Expression& range, Take take);
  /// The newest samples of an instant selector with their times.
  [[nodiscard]] std::vector<std::pair<Element, ground::Instant>> newest(const Selector& selector);

  [[nodiscard]] const Labels* keep(Labels labels);
  /// The metric's name stops being a label of these; two that differed by it only are an error.
  void unname(Vector& vector, const Expression& where);
  /// Two elements with the same labels are an error.
  void expect_distinct(const Vector& vector, const Expression& where);
  void fail(const Expression& where, std::string what);
  void remark(Remark::Weight weight, const Expression& where, std::string what);
  /// The result is worth another look at the next multiple of a tick, whatever arrives.
  void drifts();

  [[nodiscard]] const Setting& setting() const { return setting_; }
  [[nodiscard]] ground::Utc now() const { return ground::Utc{(setting_.at + setting_.utc_offset).time_since_epoch()}; }

 private:
  Value of(const NumberLiteral& number, const Expression&) { return number.value; }
  Value of(const TextLiteral& text, const Expression&) { return text.value; }
  Value of(const Selector& selector, const Expression& expression);
  Value of(const Subquery& subquery, const Expression& expression);
  Value of(const Call& call, const Expression& expression);
  Value of(const Aggregation& aggregation, const Expression& expression);
  Value of(const Negation&, const Expression& expression);
  Value of(const Binary& binary, const Expression& expression);

  Value call(OverTime reckon, const Function& function, const Expression& expression);
  Value call(OfNumber reckon, const Function& function, const Expression& expression);
  Value call(OfMoment reckon, const Function& function, const Expression& expression);
  Value call(Special which, const Function& function, const Expression& expression);

  Matrix matrix(const Selector& selector);
  Vector step(const Expression& operand, ground::Instant at);
  [[nodiscard]] ground::Instant moment(const View& view) const;
  /// `when` counts as the view's own time.
  void changes(const View& view, ground::Instant when);
  void changes_with_arrivals(const Selector& selector, ground::Instant seen_to);

  Setting setting_;
  ground::Instant asked_at_ = setting_.at;  // whatever step of a subquery is at work
  Source& source_;
  Evaluation& out_;
  std::vector<Point> scratch_;
  std::size_t steps_ = 0;
};

/// The first multiple of `step`, counted from 1970, that is after `at`.
[[nodiscard]] ground::Instant multiple_after(ground::Instant at, ground::Duration step, ground::Duration utc_offset);

/// What labels of an element count, as one text: equal for two when, and only when, they are the same.
[[nodiscard]] std::string key_of(const Element& element, bool late_names);

/// The parts of Evaluator::call that fill a file each.
[[nodiscard]] Vector histogram_quantiles(Evaluator& evaluator, const Expression& expression);
[[nodiscard]] Vector aggregated(Evaluator& evaluator, const Aggregation& aggregation, const Expression& expression);
[[nodiscard]] Vector relabelled(Evaluator& evaluator, const Expression& expression);
[[nodiscard]] Labels labels_of_absence(const Expression& operand);

template <class Take>
void Evaluator::each_window(const Expression& range, Take take) {
  const auto* selector = std::get_if<Selector>(&range.node);
  const auto* subquery = std::get_if<Subquery>(&range.node);
  const View& view = selector != nullptr ? selector->view : subquery->view;
  const auto length = selector != nullptr ? selector->range : subquery->range;
  const auto to = moment(view);
  Window window{.samples = {}, .from = ground::shifted(to, -length), .to = to, .at = setting_.at, .utc_offset = setting_.utc_offset};
  const auto offer = [&](const Labels* labels, bool named, std::span<const Point> points) {
    worked(2 + points.size() / 4);
    if (points.empty()) return;
    window.samples = points;
    changes(view, ground::shifted(points.front().at, length));
    take(labels, named, window);
  };
  if (selector == nullptr) {
    const auto tracks = std::get<Matrix>(value(range));
    for (const auto& track : tracks) offer(track.labels, track.named, track.points);
    return;
  }
  for (const auto& series : source_.select(*selector, window.from, to)) {
    const bool stale = std::ranges::any_of(series.points, [](const Point& point) { return is_stale(point.value); });
    if (stale) {
      scratch_.clear();
      std::ranges::copy_if(series.points, std::back_inserter(scratch_), [](const Point& point) { return !is_stale(point.value); });
    }
    offer(series.labels, true, stale ? std::span<const Point>{scratch_} : series.points);
  }
  changes_with_arrivals(*selector, to);
}

}  // namespace holdup::rules
