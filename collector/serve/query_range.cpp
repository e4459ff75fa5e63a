#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "collector/rules/aggregate_window.hpp"
#include "collector/rules/evaluate.hpp"
#include "collector/rules/parser.hpp"
#include "collector/serve/query.hpp"
#include "collector/serve/query_shape.hpp"
#include "collector/serve/selection.hpp"
#include "ground/number.hpp"

namespace holdup::serve {
namespace {

using ground::Quality;
using rules::Labels;

constexpr std::size_t most_values = 2'000'000;   // of an answer
constexpr double samples_a_stretch = 2'000'000;  // that are in memory of one leaf, at one a second
constexpr ground::Duration longest_stretch = std::chrono::hours{2};

ground::Instant as_instant(ground::Utc time) { return ground::Instant{time.time_since_epoch()}; }

ground::Utc before(ground::Utc at, ground::Duration reach) { return at < ground::Utc::min() + reach ? ground::Utc::min() : at - reach; }

/// One series of a leaf, with the points ahead of the evaluation that are read already.
struct Track {
  Selected selected;
  std::vector<store::Point> ahead;
  std::size_t next = 0;                // in ahead
  std::optional<store::Point> newest;  // up to now
  std::optional<rules::AggregateWindow> window;

  void advance(ground::Utc at) {
    for (; next < ahead.size() && ahead[next].time <= at; ++next) {
      const auto& point = ahead[next];
      if (window && point.quality == Quality::good && (!pushed || point.time > *pushed)) {
        window->push(as_instant(point.time), point.value);
        pushed = point.time;
      }
      newest = point;
    }
  }

 private:
  std::optional<ground::Utc> pushed;
};

/// What one leaf of the expression reads: all its series, a stretch of time at once.
struct Lead {
  std::vector<Track> tracks;
  ground::Duration reach{};  // how far back an evaluation looks
  ground::Utc read_to{};     // all up to here has been read
};

/// Evaluations rise in time: what lies behind is forgotten, what lies ahead is read stretch by stretch.
class RisingSource : public rules::Source {
 public:
  RisingSource(store::Reader& reader, const RangeQuery& query, const OutOfTime& out_of_time)
      : reader_{reader}, query_{query}, out_of_time_{out_of_time} {}

  ground::Instant read(const rules::Leaf& leaf, ground::Instant at, rules::Vector& out) override {
    const ground::Utc now{at.time_since_epoch()};
    Lead& lead = lead_of(leaf);
    read_ahead(lead, now);
    for (auto& track : lead.tracks) {
      track.advance(now);
      if (const auto value = value_of(track, at)) out.push_back({.labels = &track.selected.labels, .value = *value});
    }
    return ground::Instant::max();
  }

  [[nodiscard]] const std::optional<Answer>& failure() const { return failure_; }
  bool stopped() {
    if (!failure_ && out_of_time_()) failure_ = query_error(503, "timeout", "the query took too long");
    return failure_.has_value();
  }

 private:
  static std::optional<double> value_of(Track& track, ground::Instant at) {
    if (track.window) return track.window->value(at);
    const auto& newest = track.newest;
    if (!newest || newest->quality != Quality::good || as_instant(newest->time) <= at - query_lookback) return std::nullopt;
    return newest->value;
  }

  Lead& lead_of(const rules::Leaf& leaf) {
    const auto known = leads_.find(leaf.selector->slot);
    if (known != leads_.end()) return known->second;
    Lead& lead = leads_[leaf.selector->slot];
    auto found = select(reader_, *leaf.selector);
    if (!found) failure_ = query_error(503, "internal", found.error().what);
    for (auto& selected : found ? *found : std::vector<Selected>{}) {
      auto& track = lead.tracks.emplace_back();
      track.selected = std::move(selected);
      if (leaf.window) track.window.emplace(rules::AggregateWindow::Shape{leaf.window->kind, leaf.selector->range}, query_most_samples);
    }
    lead.reach = leaf.window != nullptr ? leaf.selector->range : query_lookback;
    lead.read_to = before(query_.from, lead.reach);
    return lead;
  }

  void read_ahead(Lead& lead, ground::Utc now) {
    if (lead.read_to >= now || lead.tracks.empty()) return;
    const ground::Duration share{static_cast<std::int64_t>(1e9 * samples_a_stretch / static_cast<double>(lead.tracks.size()))};
    const auto stretch = query_.step > longest_stretch ? ground::Duration{} : std::min(longest_stretch, share);
    const store::Range range{.from = std::max(lead.read_to, before(now, lead.reach)) + ground::Duration{1},
                             .to = std::min(now + stretch, std::max(now, query_.to))};
    for (auto& track : lead.tracks) {
      if (stopped()) return;
      auto points = reader_.range(track.selected.row, range);
      if (!points) {
        failure_ = query_error(503, "internal", points.error().what);
        return;
      }
      samples_ += points->size();
      if (samples_ > query_most_samples) failure_ = query_error(503, "execution", "the query reads more than 50 million samples");
      track.advance(lead.read_to);  // what was read and lies behind now
      track.ahead = std::move(*points);
      track.next = 0;
    }
    lead.read_to = range.to;
  }

  store::Reader& reader_;
  const RangeQuery& query_;
  const OutOfTime& out_of_time_;
  std::map<std::size_t, Lead> leads_;  // by slot
  std::size_t samples_ = 0;
  std::optional<Answer> failure_;
};

/// The series of the answer with their values so far.
class Matrix {
 public:
  bool add(const Labels& labels, bool named, ground::Utc at, double value) {
    auto& series = all_[key_of(labels, named)];
    if (series.values.empty()) series.labels = labels, series.named = named;
    series.values.emplace_back(at, value);
    return ++count_ <= most_values;
  }
  [[nodiscard]] Answer answer() const {
    return success("matrix", [&](ground::JsonWriter& out) {
      out.begin_array();
      for (const auto& [key, series] : all_) {
        out.begin_object();
        write_metric(out, series.labels, series.named);
        out.key("values").begin_array();
        for (const auto& [at, value] : series.values) write_pair(out, at, ground::number_text(value));
        out.end_array().end_object();
      }
      out.end_array();
    });
  }

 private:
  using Key = std::vector<rules::Label>;
  struct Values {
    Labels labels;
    bool named = true;
    std::vector<std::pair<ground::Utc, double>> values;
  };
  static Key key_of(const Labels& labels, bool named) {
    Key key = labels.all();
    if (!named) std::erase_if(key, [](const auto& label) { return label.first == rules::metric_name; });
    return key;
  }

  std::map<Key, Values> all_;
  std::size_t count_ = 0;
};

Answer evaluated(const rules::Expression& expression, const RangeQuery& query, RisingSource& source) {
  Matrix matrix;
  const auto steps = (query.to - query.from) / query.step;
  for (std::int64_t i = 0; i <= steps; ++i) {
    const auto at = query.from + i * query.step;
    if (source.stopped()) return *source.failure();
    const auto evaluation = rules::evaluate(expression, as_instant(at), source);
    if (source.failure()) return *source.failure();
    if (evaluation.error) return query_error(422, "execution", evaluation.error->text());
    bool fits = true;
    if (const auto* number = std::get_if<double>(&evaluation.value))
      fits = matrix.add({}, true, at, *number);
    else
      for (const auto& element : std::get<rules::Vector>(evaluation.value))
        fits = matrix.add(*element.labels, element.named, at, element.value) && fits;
    if (!fits) return query_error(422, "execution", "the answer has more than 2 million values: ask for fewer series or a longer step");
  }
  return matrix.answer();
}

}  // namespace

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
  RisingSource source{reader, query, out_of_time};
  return evaluated(expression, query, source);
}

}  // namespace holdup::serve
