#include "collector/serve/routes.hpp"

#include <array>
#include <cmath>
#include <utility>

#include "collector/serve/coverage_answer.hpp"
#include "collector/serve/exposition.hpp"
#include "collector/serve/guard_answer.hpp"
#include "collector/serve/page.hpp"
#include "collector/serve/parameters.hpp"
#include "collector/serve/rules_answer.hpp"
#include "collector/serve/status_json.hpp"
#include "collector/serve/verify_json.hpp"
#include "ground/json_writer.hpp"
#include "ground/number.hpp"

namespace holdup::serve {
namespace {

constexpr std::string_view plain = "text/plain; charset=utf-8";

struct Asked {
  const Request& request;
  const Mirror& mirror;
  incident::Moment moment;
  std::string_view query;
};

Answer text(unsigned status, std::string body) { return {.status = status, .type = std::string{plain}, .body = std::move(body) + "\n"}; }

Route root(const Asked& asked) { return Answer{.type = "text/html; charset=utf-8", .body = page(asked.mirror, asked.moment)}; }

Route metrics(const Asked& asked) {
  const auto format = format_wanted(asked.request.accept);
  return Answer{.type = std::string{content_type(format)}, .body = exposition(asked.mirror, asked.moment.now, format)};
}

Route healthy(const Asked&) { return text(200, "healthy"); }

Route ready(const Asked& asked) {
  const auto reason = asked.mirror.unready();
  return reason.empty() ? text(200, "ready") : text(503, reason);
}

Route status(const Asked& asked) { return Answer{.body = status_json(asked.mirror, asked.moment)}; }

Route incidents(const Asked& asked) { return Answer{.body = incidents_json(asked.mirror)}; }

Route coverage(const Asked& asked) { return Answer{.body = coverage_json(asked.mirror, asked.moment)}; }

Route traps(const Asked& asked) { return Answer{.body = traps_json(asked.mirror)}; }

Route stream(const Asked& asked) { return StreamAsked{asked.request.last_event_id}; }

/// From the URL, or a form; else what is wrong.
std::variant<Parameters, Answer> parameters(const Asked& asked) {
  Parameters read;
  bool well = read.read(asked.query);
  if (asked.request.method == Method::post) {
    if (!asked.request.content_type.starts_with("application/x-www-form-urlencoded"))
      return query_error(415, "bad_data", "a posted query is application/x-www-form-urlencoded");
    well = well && read.read(asked.request.body);
  }
  if (!well) return query_error(400, "bad_data", "the parameters are not url-encoded");
  return read;
}

Answer invalid(std::string_view parameter, std::string_view what) {
  return query_error(400, "bad_data", "invalid parameter \"" + std::string{parameter} + "\": " + std::string{what});
}

Answer no_time(std::string_view parameter) { return invalid(parameter, "neither seconds since 1970 nor a time in UTC"); }

Route query(const Asked& asked, const Parameters& given) {
  const auto expression = given.first("query"), time = given.first("time");
  if (expression.empty()) return invalid("query", "it is missing");
  const auto at = time.empty() ? std::optional{ground::utc(asked.moment.now, asked.moment.utc_offset)} : query_time(time);
  if (!at) return no_time("time");
  return InstantQuery{expression, *at};
}

Route query_range(const Asked&, const Parameters& given) {
  if (given.first("query").empty()) return invalid("query", "it is missing");
  const auto from = query_time(given.first("start")), to = query_time(given.first("end"));
  if (!from) return no_time("start");
  if (!to) return no_time("end");
  const auto step = query_step(given.first("step"));
  if (!step) return invalid("step", "neither seconds nor a duration");
  RangeQuery asked_for{given.first("query"), *from, *to, *step};
  if (const auto refusal = refusal_of(asked_for)) return query_error(400, "bad_data", *refusal);
  return asked_for;
}

/// The parameters that questions for series, names and values share.
std::variant<CatalogueQuery, Answer> catalogue_query(const Parameters& given, CatalogueQuery::Kind kind) {
  CatalogueQuery query{.kind = kind, .matches = given.all("match[]")};
  for (auto [parameter, bound] : {std::pair{"start", &query.from}, std::pair{"end", &query.to}}) {
    const auto text = given.first(parameter);
    if (!text.empty() && !(*bound = query_time(text))) return no_time(parameter);
  }
  if (query.from && query.to && *query.to < *query.from) return invalid("end", "end timestamp must not be before start time");
  if (const auto text = given.first("limit"); !text.empty()) {
    const auto limit = ground::parse_number(text);
    if (!limit || *limit < 0 || *limit > 1e9 || *limit != std::floor(*limit)) return invalid("limit", "not a whole number from 0 to 1e9");
    query.limit = static_cast<std::size_t>(*limit);
  }
  if (kind == CatalogueQuery::Kind::series && query.matches.empty()) return query_error(400, "bad_data", "no match[] parameter provided");
  return query;
}

template <CatalogueQuery::Kind kind>
Route catalogue(const Asked&, const Parameters& given) {
  return std::visit([](auto&& found) -> Route { return std::move(found); }, catalogue_query(given, kind));
}

Route rules_told(const Asked& asked, const Parameters& given) {
  return rules_answer(asked.mirror, given, ground::utc(asked.moment.now, asked.moment.utc_offset));
}

Route alerts_told(const Asked& asked) { return alerts_answer(asked.mirror); }

/// /api/v1/label/NAME/values
Route label_values(const Asked& asked, std::string_view rest) {
  constexpr std::string_view values = "/values";
  if (!rest.ends_with(values)) return text(404, "no such path");
  const auto name = url_decoded(rest.substr(0, rest.size() - values.size()));
  if (!name || !rules::is_label_name(*name)) return query_error(400, "bad_data", "invalid label name: \"" + name.value_or("") + "\"");
  auto read = parameters(asked);
  if (auto* wrong = std::get_if<Answer>(&read)) return std::move(*wrong);
  auto made = catalogue_query(std::get<Parameters>(read), CatalogueQuery::Kind::values);
  if (auto* wrong = std::get_if<Answer>(&made)) return std::move(*wrong);
  auto& query = std::get<CatalogueQuery>(made);
  query.label = *name;
  return std::move(query);
}

template <Route (*answer)(const Asked&, const Parameters&)>
Route with_parameters(const Asked& asked) {
  auto read = parameters(asked);
  if (auto* wrong = std::get_if<Answer>(&read)) return std::move(*wrong);
  return answer(asked, std::get<Parameters>(read));
}

Route incident(const Asked& asked, std::string_view encoded) {
  const auto id = url_decoded(encoded);
  if (!id || id->empty() || id->find('/') != std::string::npos) return text(404, "no such incident");
  if (auto known = incident_json(asked.mirror, *id); !known.empty()) return Answer{.body = std::move(known)};
  return IncidentAsked{*id};
}

template <auto json_of>
Route of_element(const Asked& asked, std::string_view encoded) {
  const auto element = url_decoded(encoded);
  auto known = element ? json_of(asked.mirror, *element, asked.moment) : std::string{};
  return known.empty() ? text(404, "no such element") : Answer{.body = std::move(known)};
}

struct Path {
  std::string_view path;
  Route (*answer)(const Asked&);
  bool posted = false;  // POST is meant as well
};

constexpr std::array<Path, 15> paths{{{"/", root},
                                      {"/metrics", metrics},
                                      {"/-/healthy", healthy},
                                      {"/-/ready", ready},
                                      {"/api/holdup/v1/status", status},
                                      {"/api/holdup/v1/incidents", incidents},
                                      {"/api/holdup/v1/coverage", coverage},
                                      {"/api/holdup/v1/traps", traps},
                                      {"/api/holdup/v1/stream", stream},
                                      {"/api/v1/query", with_parameters<query>, true},
                                      {"/api/v1/query_range", with_parameters<query_range>, true},
                                      {"/api/v1/series", with_parameters<catalogue<CatalogueQuery::Kind::series>>, true},
                                      {"/api/v1/labels", with_parameters<catalogue<CatalogueQuery::Kind::names>>, true},
                                      {"/api/v1/rules", with_parameters<rules_told>},
                                      {"/api/v1/alerts", alerts_told}}};

/// What follows names what is asked for.
struct Prefix {
  std::string_view prefix;
  Route (*answer)(const Asked&, std::string_view encoded);
};

constexpr std::array<Prefix, 4> prefixes{{{"/api/v1/label/", label_values},
                                          {"/api/holdup/v1/incidents/", incident},
                                          {"/api/holdup/v1/verify/", of_element<verify_json>},
                                          {"/api/holdup/v1/guard/", of_element<guard_json>}}};

Answer not_meant(bool posted) {
  auto answer = text(405, "this method is not meant here");
  answer.allow = posted ? "GET, HEAD, POST" : "GET, HEAD";
  return answer;
}

bool reads(Method method) { return method == Method::get || method == Method::head; }

}  // namespace

Route route(const Request& request, const Mirror& mirror, incident::Moment moment) {
  const std::string_view target = request.target;
  const auto mark = target.find('?');
  const auto path = target.substr(0, mark);
  const Asked asked{request, mirror, moment, mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1)};
  for (const auto& known : paths) {
    if (known.path != path) continue;
    const bool meant = reads(request.method) || (known.posted && request.method == Method::post);
    return meant ? known.answer(asked) : not_meant(known.posted);
  }
  for (const auto& [prefix, answer] : prefixes)
    if (path.starts_with(prefix)) return reads(request.method) ? answer(asked, path.substr(prefix.size())) : not_meant(false);
  return text(404, "no such path");
}

}  // namespace holdup::serve
