#include "collector/serve/query.hpp"

#include <boost/json.hpp>
#include <cmath>
#include <iostream>
#include <memory>

#include "collector/cli/terminal.hpp"
#include "collector/cli/verbs.hpp"
#include "ground/clock/clock.hpp"
#include "ground/utf8.hpp"

// `holdup query`: one instant query, of the daemon or of a store file.
namespace holdup::cli {
namespace {

namespace json = boost::json;

ground::Result<Reply> ask(const QueryOptions& options) {
  if (options.source.store.empty()) {
    const auto daemon = DaemonClient::at(options.source.url);
    if (!daemon) return daemon.error();
    return daemon->get("/api/v1/query?query=" + url_encoded(options.expression));
  }
  auto reader = store::Reader::open(options.source.store);
  if (!reader) return reader.error();
  const serve::InstantQuery query{options.expression, ground::utc(ground::clock::now(), ground::clock::utc_offset())};
  const auto answer = serve::answer(query, *reader, [] { return false; });
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
  const auto reply = ask(options);
  if (!reply) return std::cerr << "holdup: " << ground::printable(reply.error().what) << '\n', cannot_know;
  try {
    return print(options, *reply);
  } catch (const std::exception& error) {
    std::cerr << "holdup: that is no answer to a query: " << error.what() << '\n';
    return cannot_know;
  }
}

}  // namespace holdup::cli
