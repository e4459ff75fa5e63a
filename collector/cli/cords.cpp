#include "collector/cli/cords.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "collector/cli/moment.hpp"
#include "ground/number.hpp"

namespace holdup::cli {
namespace {

namespace json = boost::json;

std::string text(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string{value->as_string()} : "";
}

Sampled sample_of(const json::value& pair) {
  const double seconds = pair.at(0).to_number<double>();
  const auto time = std::chrono::milliseconds{std::llround(seconds * 1000)};
  return {.time = ground::Utc{time}, .value = ground::parse_number(std::string{pair.at(1).as_string()}).value_or(0)};
}

/// The series of a selector, with their samples; none when the daemon keeps nothing.
std::vector<std::pair<json::object, std::vector<Sampled>>> series_of(const DaemonClient& daemon, const std::string& selector,
                                                                     ground::Utc from) {
  std::vector<std::pair<json::object, std::vector<Sampled>>> out;
  const auto span = std::max<ground::Duration>(utc_now() - from, std::chrono::seconds{1});
  const auto expression = selector + "[" + std::to_string(std::chrono::ceil<std::chrono::seconds>(span).count()) + "s]";
  const auto reply = daemon.get("/api/v1/query?query=" + url_encoded(expression));
  boost::system::error_code error;
  const auto answer = reply ? json::parse(reply->body, error) : json::value{};
  if (!reply || error || reply->status != 200) return out;
  for (const auto& series : answer.at("data").at("result").as_array()) {
    auto& [labels, samples] = out.emplace_back(series.at("metric").as_object(), std::vector<Sampled>{});
    for (const auto& pair : series.at("values").as_array()) samples.push_back(sample_of(pair));
  }
  return out;
}

bool is_attested(const json::object& status, const std::string& element) {
  return std::ranges::any_of(status.at("attested").as_array(),
                             [&](const json::value& each) { return text(each.as_object(), "element") == element; });
}

/// An open incident that has to do with the load.
std::string trouble_of(const json::object& status, const std::string& load) {
  for (const auto& each : status.at("incidents").as_array())
    for (const auto& open : each.at("open").as_array())
      if (load_of(text(open.as_object(), "element")) == load)
        return text(open.as_object(), "element") + " " + text(open.as_object(), "verdict") + " is open";
  return {};
}

/// Somebody else's window on a supply of the same load.
std::string work_on(const json::object& status, const std::string& supply) {
  for (const auto& each : status.at("maintenance").as_array()) {
    const auto element = text(each.as_object(), "element");
    if (element != supply && load_of(element) == load_of(supply) && text(each.as_object(), "reason") != "commission")
      return text(each.as_object(), "owner") + " works on " + element;
  }
  return {};
}

}  // namespace

std::string load_of(const std::string& supply) { return supply.substr(0, supply.find('/')); }

std::vector<Cord> cords_of(const json::object& status) {
  std::vector<Cord> out;
  for (const auto& each : status.at("supplies").as_array()) {
    const auto& supply = each.as_object();
    out.push_back({.supply = text(supply, "element"), .outlet = text(supply, "cord"), .status = text(supply, "status"), .contacts = {}});
    for (const auto& contact : status.at("contacts").as_array())
      if (text(contact.as_object(), "of") == out.back().supply) out.back().contacts.push_back(text(contact.as_object(), "element"));
  }
  return out;
}

std::string objection(const json::object& status, const std::string& supply) {
  bool others = false;
  for (const auto& each : status.at("supplies").as_array()) {
    const auto element = text(each.as_object(), "element");
    if (load_of(element) != load_of(supply)) continue;
    const auto state = text(each.as_object(), "state");
    others = others || element != supply;
    // What nothing shows may be pulled itself: that is how it comes to light. What is left has to be proven good, or vouched for.
    const bool stands = state == "on" || (state == "unknown" && (element == supply || is_attested(status, element)));
    if (!stands) return element + " is not proven good: " + text(each.as_object(), "why") + "; where no sensor can tell, attest it first";
  }
  if (!others) return load_of(supply) + " has no other supply: it would go down";
  if (auto trouble = trouble_of(status, load_of(supply)); !trouble.empty()) return trouble;
  return work_on(status, supply);
}

std::vector<Track> tracks_of(const DaemonClient& daemon, const std::vector<record::Evidence>& signs, ground::Utc from) {
  std::vector<Track> out;
  for (const auto& sign : signs) {
    auto& track = out.emplace_back(Track{.sign = sign, .outlet = {}, .samples = {}});
    const auto selector = selector_of(sign);
    if (selector.empty()) continue;
    auto series = series_of(daemon, selector, from);
    if (series.size() == 1) track.samples = std::move(series.front().second);
  }
  return out;
}

std::vector<Track> meters_of(const DaemonClient& daemon, ground::Utc from) {
  std::vector<Track> out;
  for (const std::string metric : {"rack_current_amperes", "rack_power_watts"})
    for (auto& [labels, samples] : series_of(daemon, metric + "{part=\"outlet\"}", from)) {
      const auto device = text(labels, "device"), index = text(labels, "index");
      Track meter{.sign = {}, .outlet = device + "/outlet/" + index, .samples = std::move(samples)};
      meter.sign.source = "device/" + device;
      meter.sign.point = metric + "{part=\"outlet\",index=\"" + index + "\"}";
      out.push_back(std::move(meter));
    }
  return out;
}

Handovers handovers_of(const DaemonClient& daemon) {
  Handovers out;
  const auto reply = daemon.get("/metrics");
  if (!reply) return out;
  const auto value_of = [&](const std::string& name) {
    const auto at = reply->body.find("\n" + name + " ");
    if (at == std::string::npos) return 0.0;
    const auto begin = at + name.size() + 2;
    return ground::parse_number(reply->body.substr(begin, reply->body.find('\n', begin) - begin)).value_or(0);
  };
  out.count = value_of("holdup_detect_seconds_count"), out.seconds = value_of("holdup_detect_seconds_sum");
  return out;
}

}  // namespace holdup::cli
