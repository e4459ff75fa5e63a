#include "collector/serve/query.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <iostream>
#include <memory>
#include <variant>

#include "collector/cli/moment.hpp"
#include "collector/cli/progress.hpp"
#include "collector/cli/terminal.hpp"
#include "collector/cli/verbs.hpp"
#include "collector/serve/parameters.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"

// `holdup query`: a query at one time or over a range, of the daemon or of a store file.
namespace holdup::cli {
namespace {

namespace json = boost::json;

using Query = std::variant<serve::InstantQuery, serve::RangeQuery>;

constexpr int usual_steps = 250;  // as many as Prometheus' page draws

/// What is asked, or what cannot be understood.
std::variant<Query, std::string> understood(const QueryOptions& options) {
  const auto now = utc_now();
  const std::string times = " is no time; write 2026-11-22T10:00:00Z, seconds since 1970, or how long ago: 6h";
  if (options.from.empty()) {
    const auto at = options.time.empty() ? now : moment(options.time, now);
    if (!at) return "--time " + options.time + times;
    return serve::InstantQuery{options.expression, *at};
  }
  const auto from = moment(options.from, now), to = options.to.empty() ? now : moment(options.to, now);
  if (!from) return "--from " + options.from + times;
  if (!to) return "--to " + options.to + times;
  if (*to < *from) return "--to is before --from";
  const auto usual =
      std::max<ground::Duration>(std::chrono::ceil<std::chrono::seconds>((*to - *from) / usual_steps), std::chrono::seconds{1});
  const auto step = options.step.empty() ? usual : serve::query_step(options.step);
  if (!step) return "--step " + options.step + " is no duration; write 15s";
  serve::RangeQuery query{options.expression, *from, *to, *step};
  if (const auto refusal = serve::refusal_of(query)) return *refusal;
  return query;
}

std::string seconds_text(ground::Utc time) {
  return ground::number_text(ground::seconds(std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch())));
}

std::string target_of(const Query& query) {
  if (const auto* range = std::get_if<serve::RangeQuery>(&query))
    return "/api/v1/query_range?query=" + url_encoded(range->expression) + "&start=" + seconds_text(range->from) +
           "&end=" + seconds_text(range->to) + "&step=" + ground::number_text(ground::seconds(range->step));
  const auto& instant = std::get<serve::InstantQuery>(query);
  return "/api/v1/query?query=" + url_encoded(instant.expression) + "&time=" + seconds_text(instant.at);
}

ground::Result<Reply> ask(const QueryOptions& options, const Query& query, bool& damaged) {
  if (options.source.store.empty()) {
    const auto daemon = DaemonClient::at(options.source.url);
    if (!daemon) return daemon.error();
    return daemon->get(options.time.empty() && options.from.empty() ? "/api/v1/query?query=" + url_encoded(options.expression)
                                                                    : target_of(query));
  }
  auto reader = store::Reader::open(options.source.store);
  if (!reader) return reader.error();
  Progress progress;
  const auto show = [&] {
    if (progress.due()) progress.show("reading " + options.source.store);
    return false;
  };
  const auto answer = std::visit([&](const auto& asked) { return serve::answer(asked, *reader, show); }, query);
  const auto flaws = reader->take_flaws();
  damaged = !flaws.empty();
  for (const auto& flaw : flaws)
    std::cerr << "holdup: " << ground::printable(flaw.where + " is damaged and left out: " + flaw.what) << '\n';
  return Reply{answer.status, answer.body};
}

std::string text_of(const json::value& value) { return ground::printable(std::string{value.as_string()}); }

std::string series_text(const json::object& metric) {
  std::string name, labels;
  for (const auto& [key, value] : metric) {
    if (key == "__name__")
      name = text_of(value);
    else
      labels += (labels.empty() ? "" : ",") + ground::printable(std::string{key}) + "=\"" + text_of(value) + "\"";
  }
  return name + "{" + labels + "}";
}

void print_series(const json::object& series) {
  const auto text = series_text(series.at("metric").as_object());
  if (const auto* value = series.if_contains("value")) {
    std::cout << text << ' ' << text_of(value->at(1)) << '\n';
    return;
  }
  for (const auto& pair : series.at("values").as_array()) {
    const auto at = ground::Utc{std::chrono::milliseconds{std::llround(pair.at(0).to_number<double>() * 1000)}};
    std::cout << text << ' ' << text_of(pair.at(1)) << "  " << time_for_people(at) << '\n';
  }
}

int print(const QueryOptions& options, const Reply& reply) {
  const auto answer = json::parse(reply.body).as_object();
  if (reply.status != 200) {
    std::cerr << "holdup: " << text_of(answer.at("error")) << '\n';
    return reply.status == 400 || reply.status == 422 ? usage : cannot_know;
  }
  if (options.json) return std::cout << ground::printable(reply.body) << '\n', fine;
  const auto& data = answer.at("data").as_object();
  const auto type = text_of(data.at("resultType"));
  if (type == "scalar" || type == "string") return std::cout << text_of(data.at("result").at(1)) << '\n', fine;
  for (const auto& series : data.at("result").as_array()) print_series(series.as_object());
  return fine;
}

}  // namespace

int query(const QueryOptions& options) {
  const auto asked = understood(options);
  if (const auto* wrong = std::get_if<std::string>(&asked)) return std::cerr << "holdup: " << ground::printable(*wrong) << '\n', usage;
  bool damaged = false;
  const auto reply = ask(options, std::get<Query>(asked), damaged);
  if (!reply) return std::cerr << "holdup: " << ground::printable(reply.error().what) << '\n', cannot_know;
  try {
    const int code = print(options, *reply);
    return code == fine && damaged ? problem_found : code;
  } catch (const std::exception& error) {
    std::cerr << "holdup: that is no answer to a query: " << error.what() << '\n';
    return cannot_know;
  }
}

}  // namespace holdup::cli
