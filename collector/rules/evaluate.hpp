#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "collector/rules/expression.hpp"
#include "collector/rules/paged.hpp"
#include "collector/rules/point.hpp"
#include "ground/instant.hpp"

// The meaning of an expression at one instant, over any source of series: the engine's live values or a store. It also tells until when
// the result holds if no sample comes, which is what makes timers enough.
namespace holdup::rules {

/// One series of an instant vector. Labels belong to the source or to the Evaluation.
struct Element {
  const Labels* labels = nullptr;
  bool named = true;  // false: the metric's name no longer counts as a label
  double value = 0;
};
using Vector = std::vector<Element>;

/// One series of a range vector.
struct Track {
  const Labels* labels = nullptr;
  bool named = true;
  std::vector<Point> points;
};
using Matrix = std::vector<Track>;

/// The samples of one series, oldest first, stale markers among them.
struct SeriesView {
  const Labels* labels = nullptr;
  std::span<const Point> points;
};

/// The steps of a subquery, as they were when each was evaluated.
struct HeldSteps {
  Matrix tracks;  // labels as long as the source
  std::optional<ExpressionError> error;
};

class Source {
 public:
  virtual ~Source() = default;
  /// Every series that the selector means with its samples in (after, to]; those without one may be left out. Points stay until the next
  /// call, labels as long as the source.
  [[nodiscard]] virtual std::vector<SeriesView> select(const Selector& selector, ground::Instant after, ground::Instant to) = 0;
  /// Those of the subquery `expression` in (after, to], where it holds them; else they are evaluated.
  [[nodiscard]] virtual std::optional<HeldSteps> held(const Expression& expression, ground::Instant after, ground::Instant to) {
    return (void)expression, (void)after, (void)to, std::nullopt;
  }
  /// It will tell nothing more; what is evaluated over it may end.
  [[nodiscard]] virtual bool gave_up() { return false; }
};

struct Setting {
  ground::Instant at{};
  std::optional<std::pair<ground::Instant, ground::Instant>> range = {};  // of which this is a step: what `@ start()` and `@ end()` mean
  ground::Duration utc_offset{};                                          // of these instants: UTC = instant + offset
  ground::Duration lookback = std::chrono::minutes{5};                    // a value lives that long without a new one
  ground::Duration step = std::chrono::minutes{1};                        // of a subquery that has none
  ground::Duration tick{};  // how often a result that drifts is worth another look; 0: nobody asks when it changes
  bool late_names = false;  // names go at the end, not where they no longer count: what Prometheus calls delayed name removal
};

/// What Prometheus would remark on beside the result.
struct Remark {
  enum class Weight : std::uint8_t { info, warning };
  Weight weight = Weight::info;
  Position at;
  std::string what;
  /// "PromQL warning: what (1:5)"
  [[nodiscard]] std::string text() const;
};

struct Evaluation {
  std::variant<double, std::string, Vector, Matrix> value;
  ground::Instant changes_at = ground::Instant::max();  // by time alone
  std::optional<ExpressionError> error;                 // the value is then meaningless
  std::vector<Remark> remarks;
  Paged<std::unique_ptr<const Labels>> made;
};

/// `expression` comes from parse().
[[nodiscard]] Evaluation evaluate(const Expression& expression, const Setting& setting, Source& source);

}  // namespace holdup::rules
