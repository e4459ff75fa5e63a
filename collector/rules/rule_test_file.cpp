#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>

#include "collector/rules/duration.hpp"
#include "collector/rules/rule_test.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"
#include "ground/yaml/mapping.hpp"

namespace holdup::rules {
namespace {

using ground::yaml::Mapping;
using ground::yaml::Node;

std::string shown(const std::string& text) { return "'" + ground::printable(text.substr(0, 80)) + "'"; }

constexpr std::size_t most_values = 10'000'000;
constexpr std::int64_t most_evaluations = 1'000'000;
/// Tests reach to the end of what nanoseconds hold: 292 years.
constexpr ground::Duration longest_test = std::chrono::hours{24} * 106'751;

class TestFile {
 public:
  TestFile(const RuleText& file, ground::Problems& problems)
      : document_{ground::yaml::parse(file.text, file.file, problems)}, report_{file.file, problems} {}

  RuleTests read() {
    Mapping document{document_, "", report_};
    out_.rule_files = document.texts("rule_files");
    out_.interval = length(document, "evaluation_interval").value_or(out_.interval);
    if (out_.interval == ground::Duration::zero()) out_.interval = std::chrono::minutes{1};
    out_.group_order = document.texts("group_eval_order");
    for (std::set<std::string> known; const auto& group : out_.group_order)
      if (!known.insert(group).second) document.problem("group_eval_order", "group " + shown(group) + " stands twice", "name it once");
    out_.fuzzy = document.flag("fuzzy_compare").value_or(false);
    each(document, "tests", [this](Mapping& test) { read_test(test); });
    document.finish();
    return std::move(out_);
  }

 private:
  template <class Read>
  void each(Mapping& map, std::string_view key, Read read_one) {
    const Node* list = map.find(key);
    if (list == nullptr) return;
    if (!list->is_sequence()) return map.problem(key, "not a list", "write '- ' before each entry");
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      Mapping item{list->items[i], map.path(key) + "[" + std::to_string(i) + "]", report_};
      if (list->items[i].is_map()) read_one(item);
    }
  }

  static std::optional<ground::Duration> length(Mapping& map, std::string_view key) {
    const auto text = map.text(key);
    if (!text) return std::nullopt;
    const auto out = parse_prometheus_duration(*text, longest_test);
    if (!out) map.problem(key, shown(*text) + " is no duration", "write as Prometheus does: 30s, 5m, 1h30m");
    return out;
  }

  void read_test(Mapping& map) {
    RuleTest test{.line = map.node().line,
                  .name = map.text("name").value_or(""),
                  .series = {},
                  .alerts = {},
                  .expressions = {},
                  .external_labels = {},
                  .external_url = map.text("external_url").value_or("")};
    test.interval = length(map, "interval").value_or(ground::Duration::zero());
    if (test.interval == ground::Duration::zero()) test.interval = out_.interval;
    for (auto& label : pairs(map, "external_labels")) test.external_labels.set(label.first, label.second);
    if (map.has("start_timestamp")) test.start = start_of(map);
    each(map, "input_series", [&](Mapping& series) { read_series(series, test); });
    each(map, "alert_rule_test", [&](Mapping& check) { read_alert(check, test); });
    each(map, "promql_expr_test", [&](Mapping& check) { read_expression(check, test); });
    map.finish();
    auto last = ground::Duration::zero();
    for (const auto& check : test.alerts) last = std::max(last, check.at);
    for (const auto& check : test.expressions) last = std::max(last, check.at);
    if (last / out_.interval > most_evaluations)
      map.problem({}, "its last check stands more than a million evaluations from its start", "write a longer evaluation_interval");
    out_.tests.push_back(std::move(test));
  }

  static ground::Instant start_of(Mapping& map) {
    const auto text = map.text("start_timestamp").value_or("");
    if (const auto at = ground::parse_iso8601(text)) return ground::Instant{at->time_since_epoch()};
    constexpr double most = 9e9;  // seconds: what nanoseconds hold
    if (const auto seconds = ground::parse_number(text); seconds && std::abs(*seconds) < most)
      return ground::Instant{std::chrono::milliseconds{std::llround(*seconds * 1000)}};
    map.problem("start_timestamp", shown(text) + " is no time", "write seconds since 1970, or 2026-11-22T10:00:00Z");
    return {};
  }

  static std::vector<Label> pairs(Mapping& map, std::string_view key) {
    std::vector<Label> out;
    const Node* node = map.find(key);
    if (node == nullptr) return out;
    Mapping entries{*node, map.path(key), map.report()};
    for (const auto& entry : node->entries) out.emplace_back(entry.key, entries.text(entry.key).value_or(""));
    std::ranges::sort(out);
    return out;
  }

  void read_series(Mapping& map, RuleTest& test) {
    const auto name = map.required_text("series");
    const auto values = map.required_text("values");
    map.finish();
    std::string_view rest = name;
    const auto labels = take_series_name(rest);
    if (!labels || rest.find_first_not_of(' ') != std::string_view::npos)
      return map.problem("series", shown(name) + " is no series", "write as metric{label=\"value\"}");
    auto series = parse_series(name + " " + values);
    if (!series) return map.problem("values", series.error().what, "write values, '_', 'stale', 1+2x3 or 5x3");
    values_ += series->values.size();
    if (values_ > most_values) return map.problem("values", "more than ten million values in this file", "split the tests");
    test.series.push_back(*std::move(series));
  }

  static ground::Duration moment(Mapping& map, const RuleTest& test) {
    const auto at = length(map, "eval_time").value_or(ground::Duration::zero());
    if (at <= longest_test - test.start.time_since_epoch()) return at;
    map.problem("eval_time", "beyond what a time can hold", "ask earlier");
    return {};
  }

  void read_alert(Mapping& map, RuleTest& test) {
    AlertCheck check{.line = map.node().line, .at = moment(map, test), .alert = map.text("alertname").value_or(""), .expected = {}};
    if (check.alert.empty()) map.problem({}, "'alertname' is missing", "name the alert that is looked for");
    each(map, "exp_alerts", [&](Mapping& alert) {
      ExpectedAlert expected{.labels = Labels{pairs(alert, "exp_labels")}, .annotations = pairs(alert, "exp_annotations")};
      alert.finish();
      expected.labels.set("alertname", check.alert);
      check.expected.push_back(std::move(expected));
    });
    map.finish();
    test.alerts.push_back(std::move(check));
  }

  void read_expression(Mapping& map, RuleTest& test) {
    ExpressionCheck check{.line = map.node().line, .at = moment(map, test), .text = map.required_text("expr"), .expected = {}};
    each(map, "exp_samples", [&](Mapping& sample) {
      ExpectedSample expected;
      if (const auto text = sample.text("labels"); text && !text->empty()) expected.labels = labels_of(sample, *text);
      if (const auto text = sample.text("value")) expected.value = value_of(sample, *text);
      check.native = check.native || sample.has("histogram");
      sample.finish();
      check.expected.push_back(std::move(expected));
    });
    map.finish();
    test.expressions.push_back(std::move(check));
  }

  static Labels labels_of(const Mapping& map, std::string_view text) {
    const std::string written{text};
    auto labels = take_series_name(text);
    if (labels && text.find_first_not_of(' ') == std::string_view::npos) return *std::move(labels);
    map.problem("labels", shown(written) + " is no series", "write as metric{label=\"value\"}");
    return {};
  }

  /// As YAML writes numbers: .inf, .nan, 0x10, 1_000.
  static double value_of(const Mapping& map, std::string text) {
    const bool negative = text.starts_with('-');
    std::string_view rest = std::string_view{text}.substr(negative || text.starts_with('+') ? 1 : 0);
    const double sign = negative ? -1 : 1;
    if (rest == ".inf" || rest == ".Inf" || rest == ".INF") return sign * std::numeric_limits<double>::infinity();
    if (rest == ".nan" || rest == ".NaN" || rest == ".NAN") return std::nan("");
    double out = 0;
    const bool hex = rest.starts_with("0x") || rest.starts_with("0X");
    if (hex) rest.remove_prefix(2);
    const auto* end = rest.data() + rest.size();
    const auto [at, error] = std::from_chars(rest.data(), end, out, hex ? std::chars_format::hex : std::chars_format::general);
    if (error == std::errc{} && at == end && std::isfinite(out)) return sign * out;
    map.problem("value", shown(text) + " is no number", "write a number, .inf or .nan");
    return 0;
  }

  Node document_;
  ground::yaml::Report report_;
  RuleTests out_;
  std::size_t values_ = 0;
};

}  // namespace

RuleTests read_tests(const RuleText& file, ground::Problems& problems) {
  const auto before = problems.errors();
  TestFile reader{file, problems};
  return problems.errors() == before ? reader.read() : RuleTests{};
}

}  // namespace holdup::rules
