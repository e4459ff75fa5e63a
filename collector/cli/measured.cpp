#include "collector/cli/measured.hpp"

#include <boost/json.hpp>
#include <map>

#include "collector/cli/moment.hpp"
#include "collector/serve/query.hpp"
#include "ground/number.hpp"

namespace holdup::cli {
namespace {

namespace json = boost::json;

/// By supply, as "cab1/psu1".
using Readings = std::map<std::string, double, std::less<>>;

ground::Result<Reply> ask(const Source& source, const std::string& expression) {
  if (source.store.empty()) {
    const auto daemon = DaemonClient::at(source.url);
    if (!daemon) return daemon.error();
    return daemon->get("/api/v1/query?query=" + url_encoded(expression));
  }
  auto reader = store::Reader::open(source.store);
  if (!reader) return reader.error();
  const auto answer = serve::answer(serve::InstantQuery{expression, utc_now()}, *reader, [] { return false; });
  return Reply{answer.status, answer.body};
}

/// The newest value of each supply in the answer to a selector.
Readings readings_of(const json::value& answer) {
  Readings out;
  for (const auto& series : answer.at("data").at("result").as_array()) {
    const auto* supply = series.at("metric").as_object().if_contains("supply");
    const auto value = ground::parse_number(std::string{series.at("value").at(1).as_string()});
    if (supply != nullptr && value) out[std::string{supply->as_string()}] = *value;
  }
  return out;
}

ground::Result<Readings> read(const Source& source, const std::string& expression) {
  const auto reply = ask(source, expression);
  if (!reply) return reply.error();
  try {
    return readings_of(json::parse(reply->body));
  } catch (const std::exception& error) {
    return ground::Failure{ground::FailureKind::malformed, std::string{"that is no answer to a query: "} + error.what()};
  }
}

}  // namespace

ground::Result<std::vector<std::optional<double>>> measured_watts(const site::Site& site, const Source& source) {
  const auto watts = read(source, "rack_power_watts{part=\"outlet\"}");
  if (!watts) return watts.error();
  const auto amperes = read(source, "rack_current_amperes{part=\"outlet\"}");
  if (!amperes) return amperes.error();
  std::vector<std::optional<double>> out;
  for (const auto& load : site.loads) {
    auto& sum = out.emplace_back(0.0);
    for (const auto s : load.supplies) {
      const auto name = site.element_of_supply(s).text();
      const auto volts = site.nominal_volts_of_supply(s);
      if (const auto at = watts->find(name); at != watts->end() && sum)
        *sum += at->second;
      else if (const auto current = amperes->find(name); current != amperes->end() && volts && sum)
        *sum += current->second * *volts;
      else
        sum.reset();
    }
  }
  return out;
}

}  // namespace holdup::cli
