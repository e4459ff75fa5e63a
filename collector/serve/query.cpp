#include "collector/serve/query.hpp"

#include <deque>
#include <optional>

#include "collector/rules/aggregate_window.hpp"
#include "collector/rules/evaluate.hpp"
#include "collector/rules/parser.hpp"
#include "collector/serve/query_shape.hpp"
#include "collector/serve/selection.hpp"
#include "ground/json_writer.hpp"
#include "ground/number.hpp"

namespace holdup::serve {
namespace {

using ground::JsonWriter;
using ground::Quality;

// The evaluator's time is whatever its source says it is: here UTC, as the store keeps it.
ground::Instant as_instant(ground::Utc time) { return ground::Instant{time.time_since_epoch()}; }
ground::Utc as_utc(ground::Instant time) { return ground::Utc{time.time_since_epoch()}; }

class StoreSource : public rules::Source {
 public:
  StoreSource(store::Reader& reader, const OutOfTime& out_of_time) : reader_{reader}, out_of_time_{out_of_time} {}

  ground::Instant read(const rules::Leaf& leaf, ground::Instant at, rules::Vector& out) override {
    const auto& found = select(*leaf.selector);
    if (leaf.window == nullptr)
      read_last(found, as_utc(at), out);
    else
      for (const auto& series : found) read_window(series, leaf, at, out);
    return ground::Instant::max();
  }

  [[nodiscard]] const std::vector<Selected>& select(const rules::Selector& selector) {
    return found_.emplace_back(taken(serve::select(reader_, selector)));
  }

  /// The good ones in (at - range, at].
  [[nodiscard]] std::vector<store::Point> points(std::int64_t row, ground::Utc at, ground::Duration range) {
    if (failure_ || stopped()) return {};
    auto points = taken(reader_.range(row, {.from = at - range + ground::Duration{1}, .to = at}));
    samples_ += points.size();
    if (samples_ > query_most_samples) failure_ = query_error(503, "execution", "the query reads more than 50 million samples");
    std::erase_if(points, [](const store::Point& p) { return p.quality != Quality::good; });
    return points;
  }

  [[nodiscard]] const std::optional<Answer>& failure() const { return failure_; }

 private:
  // A series whose newest point is not good has no value: what was good before it is no longer true.
  void read_last(const std::vector<Selected>& found, ground::Utc at, rules::Vector& out) {
    if (failure_ || stopped()) return;
    std::vector<std::int64_t> rows;
    for (const auto& series : found) rows.push_back(series.row);
    const auto points = taken(reader_.instant(rows, at, query_lookback));
    for (std::size_t i = 0; i < points.size(); ++i)
      if (points[i] && points[i]->quality == Quality::good) out.push_back({.labels = &found[i].labels, .value = points[i]->value});
  }

  void read_window(const Selected& series, const rules::Leaf& leaf, ground::Instant at, rules::Vector& out) {
    rules::AggregateWindow window{{.kind = leaf.window->kind, .range = leaf.selector->range}, query_most_samples};
    std::optional<ground::Utc> last;
    for (const auto& point : points(series.row, as_utc(at), leaf.selector->range)) {
      if (last && point.time <= *last) continue;  // the wall clock was stepped back
      last = point.time;
      window.push(as_instant(point.time), point.value);
    }
    if (const auto value = window.value(at)) out.push_back({.labels = &series.labels, .value = *value});
  }

  bool stopped() {
    if (!failure_ && out_of_time_()) failure_ = query_error(503, "timeout", "the query took too long");
    return failure_.has_value();
  }

  template <class T>
  T taken(ground::Result<T> result) {
    if (result) return std::move(*result);
    failure_ = query_error(503, "internal", result.error().what);
    return {};
  }

  store::Reader& reader_;
  const OutOfTime& out_of_time_;
  std::deque<std::vector<Selected>> found_;  // labels that elements point to
  std::size_t samples_ = 0;
  std::optional<Answer> failure_;
};

Answer vector_answer(const rules::Vector& vector, ground::Utc at) {
  return success("vector", [&](JsonWriter& out) {
    out.begin_array();
    for (const auto& element : vector) {
      out.begin_object();
      write_metric(out, *element.labels, element.named);
      write_pair(out.key("value"), at, ground::number_text(element.value));
      out.end_object();
    }
    out.end_array();
  });
}

// A bare range selector answers with its samples, as in Prometheus.
Answer matrix_answer(const rules::Selector& selector, StoreSource& source, ground::Utc at) {
  auto answer = success("matrix", [&](JsonWriter& out) {
    out.begin_array();
    for (const auto& series : source.select(selector)) {
      const auto points = source.points(series.row, at, selector.range);
      if (points.empty()) continue;
      out.begin_object();
      write_metric(out, series.labels, true);
      out.key("values").begin_array();
      for (const auto& point : points) write_pair(out, point.time, ground::number_text(point.value));
      out.end_array().end_object();
    }
    out.end_array();
  });
  return source.failure().value_or(std::move(answer));
}

}  // namespace

Answer answer(const InstantQuery& query, store::Reader& reader, const OutOfTime& out_of_time) {
  const auto parsed = rules::parse(query.expression);
  if (const auto* error = std::get_if<rules::ExpressionError>(&parsed)) return query_error(400, "bad_data", error->text());
  const auto& expression = std::get<rules::Expression>(parsed);
  if (const auto* text = std::get_if<rules::TextLiteral>(&expression.node))
    return success("string", [&](JsonWriter& out) { write_pair(out, query.at, text->value); });
  StoreSource source{reader, out_of_time};
  if (expression.type == rules::Type::range_vector) return matrix_answer(std::get<rules::Selector>(expression.node), source, query.at);
  const auto evaluation = rules::evaluate(expression, as_instant(query.at), source);
  if (source.failure()) return *source.failure();
  if (evaluation.error) return query_error(422, "execution", evaluation.error->text());
  if (const auto* number = std::get_if<double>(&evaluation.value))
    return success("scalar", [&](JsonWriter& out) { write_pair(out, query.at, ground::number_text(*number)); });
  return vector_answer(std::get<rules::Vector>(evaluation.value), query.at);
}

}  // namespace holdup::serve
