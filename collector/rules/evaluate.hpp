#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "collector/rules/expression.hpp"
#include "ground/instant.hpp"

// The meaning of an expression at one instant, over any source of series: the engine's live values today, a store as well. It also tells
// until when the result holds if no sample comes, which is what makes timers enough.
namespace holdup::rules {

/// One series of an instant vector. Labels belong to the source or to the Evaluation.
struct Element {
  const Labels* labels = nullptr;
  bool named = true;  // false: the metric's name no longer counts as a label
  double value = 0;
};
using Vector = std::vector<Element>;

class Source {
 public:
  virtual ~Source() = default;
  /// Appends what the leaf selects at that instant, one element a series; returns when that changes by time alone (Instant::max(): never).
  virtual ground::Instant read(const Leaf& leaf, ground::Instant at, Vector& out) = 0;
};

struct Evaluation {
  std::variant<double, Vector> value;
  ground::Instant changes_at = ground::Instant::max();
  std::optional<ExpressionError> error;  // two series where only one may stand; the value is then meaningless
  std::vector<std::unique_ptr<const Labels>> made;
};

/// `expression` comes from parse() and is a scalar or an instant vector.
[[nodiscard]] Evaluation evaluate(const Expression& expression, ground::Instant at, Source& source);

}  // namespace holdup::rules
