#include "collector/serve/query.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "collector/rules/evaluate.hpp"
#include "collector/rules/parser.hpp"
#include "collector/serve/query_shape.hpp"
#include "collector/serve/query_source.hpp"
#include "ground/json_writer.hpp"
#include "ground/number.hpp"

namespace holdup::serve {
namespace {

using ground::JsonWriter;

constexpr std::size_t most_values = 2'000'000;  // of an answer

ground::Instant as_instant(ground::Utc time) { return ground::Instant{time.time_since_epoch()}; }
ground::Utc as_utc(ground::Instant time) { return ground::Utc{time.time_since_epoch()}; }

/// The series of an answer with their values so far, by labels.
class Table {
 public:
  void add(const rules::Labels& labels, bool named, ground::Instant at, double value) {
    all_[rules::counted(labels, named)].emplace_back(as_utc(at), value);
    ++count_;
  }
  [[nodiscard]] bool is_full() const { return count_ > most_values; }
  [[nodiscard]] Answer answer(const std::vector<rules::Remark>& remarks) const {
    return success("matrix", remarks, [&](JsonWriter& out) {
      out.begin_array();
      for (const auto& [labels, values] : all_) {
        out.begin_object();
        write_metric(out, labels, true);
        out.key("values").begin_array();
        for (const auto& [at, value] : values) write_pair(out, at, ground::number_text(value));
        out.end_array().end_object();
      }
      out.end_array();
    });
  }

 private:
  std::map<rules::Labels, std::vector<std::pair<ground::Utc, double>>> all_;
  std::size_t count_ = 0;
};

const Answer too_many_values =
    query_error(422, "execution", "the answer has more than 2 million values: ask for fewer series or a longer step");

Answer vector_answer(const rules::Evaluation& evaluation, ground::Utc at) {
  return success("vector", evaluation.remarks, [&](JsonWriter& out) {
    out.begin_array();
    for (const auto& element : std::get<rules::Vector>(evaluation.value)) {
      out.begin_object();
      write_metric(out, *element.labels, element.named);
      write_pair(out.key("value"), at, ground::number_text(element.value));
      out.end_object();
    }
    out.end_array();
  });
}

// A range vector answers with its samples, as in Prometheus.
Answer matrix_answer(const rules::Evaluation& evaluation) {
  Table table;
  for (const auto& track : std::get<rules::Matrix>(evaluation.value))
    for (const auto& point : track.points) table.add(*track.labels, track.named, point.at, point.value);
  return table.is_full() ? too_many_values : table.answer(evaluation.remarks);
}

void add_remarks(std::vector<rules::Remark>& to, const std::vector<rules::Remark>& remarks) {
  for (const auto& remark : remarks)
    if (std::ranges::find(to, remark.text(), &rules::Remark::text) == to.end()) to.push_back(remark);
}

Answer evaluated(const rules::Expression& expression, const RangeQuery& query, QuerySource& source) {
  Table table;
  std::vector<rules::Remark> remarks;
  const std::pair range{as_instant(query.from), as_instant(query.to)};
  const auto steps = (query.to - query.from) / query.step;
  for (std::int64_t i = 0; i <= steps; ++i) {
    const auto at = range.first + i * query.step;
    if (source.gave_up()) return *source.failure();
    const auto evaluation = rules::evaluate(expression, {.at = at, .range = range, .lookback = query_lookback}, source);
    if (source.failure()) return *source.failure();
    if (evaluation.error) return query_error(422, "execution", evaluation.error->text());
    add_remarks(remarks, evaluation.remarks);
    if (const auto* number = std::get_if<double>(&evaluation.value))
      table.add({}, true, at, *number);
    else
      for (const auto& element : std::get<rules::Vector>(evaluation.value)) table.add(*element.labels, element.named, at, element.value);
    if (table.is_full()) return too_many_values;
  }
  return table.answer(remarks);
}

}  // namespace

Answer answer(const InstantQuery& query, store::Reader& reader, const OutOfTime& out_of_time) {
  const auto parsed = rules::parse(query.expression);
  if (const auto* error = std::get_if<rules::ExpressionError>(&parsed)) return query_error(400, "bad_data", error->text());
  const auto& expression = std::get<rules::Expression>(parsed);
  QuerySource source{reader, expression, {.last = query.at}, out_of_time};
  const auto evaluation = rules::evaluate(expression, {.at = as_instant(query.at), .lookback = query_lookback}, source);
  if (source.failure()) return *source.failure();
  if (evaluation.error) return query_error(422, "execution", evaluation.error->text());
  const auto pair = [&](const char* type, const std::string& text) {
    return success(type, evaluation.remarks, [&](JsonWriter& out) { write_pair(out, query.at, text); });
  };
  if (const auto* text = std::get_if<std::string>(&evaluation.value)) return pair("string", *text);
  if (const auto* number = std::get_if<double>(&evaluation.value)) return pair("scalar", ground::number_text(*number));
  return expression.type == rules::Type::range_vector ? matrix_answer(evaluation) : vector_answer(evaluation, query.at);
}

std::optional<std::string> refusal_of(const RangeQuery& query) {
  if (query.to < query.from) return "invalid parameter \"end\": end timestamp must not be before start time";
  if (query.step <= ground::Duration{}) return "invalid parameter \"step\": zero or negative query resolution step widths are not accepted";
  const auto span_seconds = ground::seconds(query.to.time_since_epoch()) - ground::seconds(query.from.time_since_epoch());
  if (span_seconds > 9e9) return "invalid parameter \"end\": it is more than 285 years after the start";
  if ((query.to - query.from) / query.step <= query_most_steps) return std::nullopt;
  return "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)";
}

Answer answer(const RangeQuery& query, store::Reader& reader, const OutOfTime& out_of_time) {
  if (const auto refusal = refusal_of(query)) return query_error(400, "bad_data", *refusal);
  const auto parsed = rules::parse(query.expression);
  if (const auto* error = std::get_if<rules::ExpressionError>(&parsed)) return query_error(400, "bad_data", error->text());
  const auto& expression = std::get<rules::Expression>(parsed);
  if (expression.type == rules::Type::range_vector || expression.type == rules::Type::text)
    return query_error(
        400, "bad_data",
        "invalid expression type \"" + std::string{rules::name(expression.type)} + "\" for range query, must be Scalar or instant Vector");
  QuerySource source{reader, expression, {.last = query.to, .step = query.step}, out_of_time};
  return evaluated(expression, query, source);
}

}  // namespace holdup::serve
