#include "collector/serve/routes.hpp"

#include <array>
#include <cmath>

#include "collector/serve/coverage_answer.hpp"
#include "collector/serve/exposition.hpp"
#include "collector/serve/guard_answer.hpp"
#include "collector/serve/page.hpp"
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

using Fields = std::map<std::string, std::string>;

/// The parameters of a query, from the URL or a form, with its expression; else what is wrong.
std::variant<Fields, Answer> query_fields(const Asked& asked) {
  const bool form = asked.request.method == Method::post;
  if (form && !asked.request.content_type.starts_with("application/x-www-form-urlencoded"))
    return query_error(415, "bad_data", "a posted query is application/x-www-form-urlencoded");
  auto fields = form_fields(form ? std::string_view{asked.request.body} : asked.query);
  if (!fields) return query_error(400, "bad_data", "the parameters are not url-encoded");
  if ((*fields)["query"].empty()) return query_error(400, "bad_data", "invalid parameter \"query\": it is missing");
  return std::move(*fields);
}

Answer no_time(std::string_view parameter) {
  return query_error(400, "bad_data", "invalid parameter \"" + std::string{parameter} + "\": neither seconds since 1970 nor a time in UTC");
}

Route query(const Asked& asked) {
  auto read = query_fields(asked);
  if (auto* wrong = std::get_if<Answer>(&read)) return std::move(*wrong);
  auto& fields = std::get<Fields>(read);
  auto at = std::optional{ground::utc(asked.moment.now, asked.moment.utc_offset)};
  if (!fields["time"].empty()) at = query_time(fields["time"]);
  if (!at) return no_time("time");
  return InstantQuery{fields["query"], *at};
}

Route query_range(const Asked& asked) {
  auto read = query_fields(asked);
  if (auto* wrong = std::get_if<Answer>(&read)) return std::move(*wrong);
  auto& fields = std::get<Fields>(read);
  const auto from = query_time(fields["start"]), to = query_time(fields["end"]);
  if (!from) return no_time("start");
  if (!to) return no_time("end");
  const auto step = query_step(fields["step"]);
  if (!step) return query_error(400, "bad_data", "invalid parameter \"step\": neither seconds nor a duration");
  RangeQuery asked_for{fields["query"], *from, *to, *step};
  if (const auto refusal = refusal_of(asked_for)) return query_error(400, "bad_data", *refusal);
  return asked_for;
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

constexpr std::array<Path, 11> paths{{{"/", root},
                                      {"/metrics", metrics},
                                      {"/-/healthy", healthy},
                                      {"/-/ready", ready},
                                      {"/api/holdup/v1/status", status},
                                      {"/api/holdup/v1/incidents", incidents},
                                      {"/api/holdup/v1/coverage", coverage},
                                      {"/api/holdup/v1/traps", traps},
                                      {"/api/holdup/v1/stream", stream},
                                      {"/api/v1/query", query, true},
                                      {"/api/v1/query_range", query_range, true}}};

/// What follows names what is asked for.
struct Prefix {
  std::string_view prefix;
  Route (*answer)(const Asked&, std::string_view encoded);
};

constexpr std::array<Prefix, 3> prefixes{{{"/api/holdup/v1/incidents/", incident},
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

std::optional<std::string> url_decoded(std::string_view text) {
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size() || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0) return std::nullopt;
    out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
    i += 2;
  }
  return out;
}

std::optional<std::map<std::string, std::string>> form_fields(std::string_view text) {
  std::map<std::string, std::string> out;
  while (!text.empty()) {
    const auto field = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(field.size() + 1, text.size()));
    const auto equals = std::min(field.find('='), field.size());
    const auto name = url_decoded(field.substr(0, equals));
    const auto value = url_decoded(field.substr(std::min(equals + 1, field.size())));
    if (!name || !value) return std::nullopt;
    if (!name->empty()) out.emplace(*name, *value);
  }
  return out;
}

std::optional<ground::Utc> query_time(std::string_view text) {
  constexpr double furthest_seconds = 9e9;  // year 2255, within 64 bits of nanoseconds
  if (const auto seconds = ground::parse_number(text)) {
    if (!(std::abs(*seconds) <= furthest_seconds)) return std::nullopt;
    return ground::Utc{std::chrono::milliseconds{std::llround(*seconds * 1000)}};
  }
  return ground::parse_iso8601(text);
}

std::optional<ground::Duration> query_step(std::string_view text) {
  constexpr double longest_seconds = 9e9;
  if (const auto seconds = ground::parse_number(text)) {
    if (!(std::abs(*seconds) <= longest_seconds)) return std::nullopt;
    return std::chrono::milliseconds{std::llround(*seconds * 1000)};
  }
  return ground::parse_duration(text);
}

}  // namespace holdup::serve
