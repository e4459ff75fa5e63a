#include "collector/rules/template_functions.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "collector/rules/duration.hpp"
#include "collector/rules/letter_case.hpp"
#include "collector/rules/render_number.hpp"
#include "collector/rules/template_go.hpp"
#include "ground/pattern/pattern.hpp"

namespace holdup::rules {
namespace {

using Call = TemplateCall;
using Value = TemplateValue;

std::string path_of(std::string_view url) {
  const auto scheme = url.find("://");
  const auto host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const auto path = url.find('/', host);
  if (path == std::string_view::npos) return {};
  const auto rest = url.substr(path);
  return std::string{rest.substr(0, rest.find_first_of("?#"))};
}

Value query(Call& call) { return {std::make_shared<const SampledList>(call.query(call.text(0)))}; }

Value first(Call& call) {
  const auto list = call.of<ListValue>(0, "queryResult");
  if (call.error()) return {};
  if (list->empty()) return call.fail("first() called on vector with no elements");
  return {std::make_shared<const Sampled>(list->front())};
}

Value label(Call& call) {
  const auto name = call.text(0);
  const auto sample = call.of<SampleValue>(1, "*sample");
  return call.error() ? Value{} : Value{std::string{sample->labels.get(name)}};
}

Value value(Call& call) {
  const auto sample = call.of<SampleValue>(0, "*sample");
  return call.error() ? Value{} : Value{sample->value};
}

Value value_as_text(Call& call) {
  const auto sample = call.of<SampleValue>(0, "*sample");
  return call.error() ? Value{} : Value{std::string{sample->labels.get("__value__")}};
}

Value sorted_by_label(Call& call) {
  const auto name = call.text(0);
  const auto list = call.of<ListValue>(1, "queryResult");
  if (call.error()) return {};
  auto out = *list;
  std::ranges::stable_sort(out, {}, [&](const Sampled& sample) { return sample.labels.get(name); });
  return {std::make_shared<const SampledList>(std::move(out))};
}

Value arguments(Call& call) {
  TemplateMap out;
  for (std::size_t i = 0; i < call.arguments().size(); ++i) out["arg" + std::to_string(i)] = call[i];
  return {std::make_shared<const TemplateMap>(std::move(out))};
}

/// A dot is no line's end here.
std::optional<ground::Pattern> pattern(Call& call, std::size_t i) {
  const auto made = ground::Pattern::compile("(?-s:" + call.text(i) + ")");
  if (made) return *made;
  call.fail(made.error().what);
  return std::nullopt;
}

Value replace_all(Call& call) {
  const auto expression = pattern(call, 0);
  const auto form = call.text(1);
  const auto text = call.text(2);
  return call.error() ? Value{} : Value{expression->replaced(text, form, template_text_max)};
}

Value match(Call& call) {
  const auto expression = pattern(call, 0);
  const auto text = call.text(1);
  return call.error() ? Value{} : Value{expression->found_in(text)};
}

Value humanize(Call& call) { return {humanized(call.number(0))}; }
Value humanize_binary(Call& call) { return {humanized_binary(call.number(0))}; }
Value humanize_duration(Call& call) { return {humanized_duration(call.number(0))}; }
Value humanize_percentage(Call& call) { return {formatted(call.number(0) * 100, {.verb = 'g', .precision = 4}) + "%"}; }

std::optional<ground::Utc> moment(Call& call) {
  const double nanoseconds = call.number(0) * 1e9;
  if (call.error() || !std::isfinite(nanoseconds)) return std::nullopt;
  if (std::abs(nanoseconds) >= 9.2e18) {
    call.fail(plain_number(call.number(0)) + " cannot be represented as a nanoseconds timestamp since it overflows int64");
    return std::nullopt;
  }
  return ground::Utc{std::chrono::milliseconds{static_cast<std::int64_t>(nanoseconds) / 1'000'000}};
}

Value humanize_timestamp(Call& call) {
  const auto at = moment(call);
  if (call.error()) return {};
  return {at ? go_time_text(*at) : formatted(call.number(0), {.verb = 'g', .precision = 4})};
}

Value to_time(Call& call) {
  const auto at = moment(call);
  if (call.error()) return {};
  return at ? Value{*at} : call.fail("value is NaN or Inf");
}

Value to_duration(Call& call) {
  const double nanoseconds = call.number(0) * 1e9;
  if (call.error()) return {};
  if (!(std::abs(nanoseconds) < 9.2e18)) return call.fail("value is NaN, Inf or too large for a duration");
  return {ground::Duration{static_cast<std::int64_t>(nanoseconds)}};
}

Value parse_duration(Call& call) {
  const auto text = call.text(0);
  const auto length = parse_prometheus_duration(text);
  if (call.error()) return {};
  return length ? Value{ground::seconds(*length)} : call.fail("not a valid duration string: \"" + text + "\"");
}

Value upper(Call& call) { return {in_upper_case(call.text(0))}; }
Value lower(Call& call) { return {in_lower_case(call.text(0))}; }
Value title(Call& call) { return {in_title_case(call.text(0))}; }
Value safe_html(Call& call) { return {call.text(0)}; }

/// Host and port of "host:port" and "[::1]:port".
std::optional<std::pair<std::string, std::string>> split(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) return std::nullopt;
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string::npos) {
    return std::nullopt;
  }
  if (host.find_first_of("[]") != std::string::npos || text.find_first_of("[]", colon) != std::string::npos) return std::nullopt;
  return std::pair{std::move(host), text.substr(colon + 1)};
}

bool is_address(const std::string& host) {
  const auto figures = [&](std::string_view more) {
    return !host.empty() &&
           std::ranges::all_of(host, [&](char c) { return (c >= '0' && c <= '9') || more.find(c) != std::string_view::npos; });
  };
  return (host.find(':') != std::string::npos && figures("abcdefABCDEF:.")) || (std::ranges::count(host, '.') == 3 && figures("."));
}

Value strip_port(Call& call) {
  const auto text = call.text(0);
  const auto parts = split(text);
  return {parts ? parts->first : text};
}

Value strip_domain(Call& call) {
  const auto text = call.text(0);
  const auto parts = split(text);
  const auto host = parts ? parts->first : text;
  if (is_address(host)) return {text};
  const auto short_name = host.substr(0, host.find('.'));
  return {parts && !parts->second.empty() ? short_name + ":" + parts->second : short_name};
}

Value path_prefix(Call& call) { return {path_of(call.around().external_url)}; }
Value external_url(Call& call) { return {call.around().external_url}; }
Value graph_link(Call& call) { return {"/graph?g0.expr=" + url_escaped(call.text(0)) + "&g0.tab=0"}; }
Value table_link(Call& call) { return {"/graph?g0.expr=" + url_escaped(call.text(0)) + "&g0.tab=1"}; }

constexpr std::array functions_of_prometheus{
    TemplateFunction{"args", 0, 64, arguments},
    TemplateFunction{"externalURL", 0, 0, external_url},
    TemplateFunction{"first", 1, 1, first},
    TemplateFunction{"graphLink", 1, 1, graph_link},
    TemplateFunction{"humanize", 1, 1, humanize},
    TemplateFunction{"humanize1024", 1, 1, humanize_binary},
    TemplateFunction{"humanizeDuration", 1, 1, humanize_duration},
    TemplateFunction{"humanizePercentage", 1, 1, humanize_percentage},
    TemplateFunction{"humanizeTimestamp", 1, 1, humanize_timestamp},
    TemplateFunction{"label", 2, 2, label},
    TemplateFunction{"match", 2, 2, match},
    TemplateFunction{"parseDuration", 1, 1, parse_duration},
    TemplateFunction{"pathPrefix", 0, 0, path_prefix},
    TemplateFunction{"query", 1, 1, query},
    TemplateFunction{"reReplaceAll", 3, 3, replace_all},
    TemplateFunction{"safeHtml", 1, 1, safe_html},
    TemplateFunction{"sortByLabel", 2, 2, sorted_by_label},
    TemplateFunction{"stripDomain", 1, 1, strip_domain},
    TemplateFunction{"stripPort", 1, 1, strip_port},
    TemplateFunction{"strvalue", 1, 1, value_as_text},
    TemplateFunction{"tableLink", 1, 1, table_link},
    TemplateFunction{"title", 1, 1, title},
    TemplateFunction{"toDuration", 1, 1, to_duration},
    TemplateFunction{"toLower", 1, 1, lower},
    TemplateFunction{"toTime", 1, 1, to_time},
    TemplateFunction{"toUpper", 1, 1, upper},
    TemplateFunction{"value", 1, 1, value},
};

}  // namespace

const TemplateFunction* find_template_function(std::string_view name) {
  for (const auto all : {std::span<const TemplateFunction>{functions_of_prometheus}, template_functions_of_go()})
    if (const auto found = std::ranges::find(all, name, &TemplateFunction::name); found != all.end()) return &*found;
  return nullptr;
}

TemplateValue TemplateCall::fail(std::string what) {
  if (!error_) error_ = std::move(what);
  return {};
}

std::string TemplateCall::text(std::size_t i) { return of<std::string>(i, "string"); }

double TemplateCall::number(std::size_t i) {
  const auto& value = arguments_[i];
  if (const auto* number = value.as<double>()) return *number;
  if (const auto* number = value.as<std::int64_t>()) return static_cast<double>(*number);
  if (const auto* length = value.as<ground::Duration>()) return ground::seconds(*length);
  if (const auto* text = value.as<std::string>()) {
    double out = 0;
    const auto digits = std::string_view{*text}.substr(text->starts_with('+') ? 1 : 0);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    if (error == std::errc{} && end == digits.data() + digits.size() && !digits.empty()) return out;
    fail("parsing \"" + *text + "\": invalid syntax");
  } else {
    fail("can't convert " + std::string{type_name(value)} + " to float");
  }
  return 0;
}

SampledList TemplateCall::query(const std::string& expression) {
  if (error_) return {};
  if (!around_.query) return fail("no queries here"), SampledList{};
  if (queries_left_-- <= 0) return fail("it asks more than 32 queries"), SampledList{};
  auto found = around_.query(expression);
  if (!found) return fail(found.error().what), SampledList{};
  return *std::move(found);
}

}  // namespace holdup::rules
