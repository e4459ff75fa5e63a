#include "collector/core/wording.hpp"

#include <algorithm>

#include "collector/incident/severity.hpp"
#include "ground/number.hpp"

namespace holdup::core {
namespace {

using incident::Incident;

// The labels that a feed's `upstream:` gives to every alert below it: "room=r1,ups=u1".
std::string upstream_of(const site::Site& site, const ground::Element& element) {
  if (std::ranges::all_of(site.feeds, [](const site::Feed& feed) { return feed.upstream.empty(); })) return {};
  auto chain = site.ancestors(element);
  chain.insert(chain.begin(), element);
  for (const auto& link : chain) {
    if (!link.is("feed")) continue;
    for (const auto& feed : site.feeds) {
      if (feed.name != link.rest()) continue;
      std::string text;
      for (const auto& [name, value] : feed.upstream) text += (text.empty() ? "" : ",") + name + "=" + value;
      return text;
    }
  }
  return {};
}

std::string evidence_text(const std::vector<record::Evidence>& evidence) {
  std::string text;
  for (const auto& e : evidence) {
    if (!text.empty()) text += "; ";
    text += e.source + " " + e.point + (e.value ? " = " + ground::number_text(*e.value) : "") + " at " + ground::iso8601(e.time);
  }
  return text;
}

std::string element_of(const Labels& labels) {
  for (std::string_view name : {"supply", "load"})
    if (auto value = first_of(labels, name); !value.empty()) return value;
  const auto device = first_of(labels, "device");
  return device.empty() ? "self" : "device/" + device;
}

// "work by alice until 2026-11-22T12:00:00.000Z: new fans"
std::string maintenance_text(const incident::Window* window) {
  if (window == nullptr) return {};
  return std::string{name(window->intent)} + " by " + window->owner + " until " + ground::iso8601(window->end) + ": " + window->reason;
}

}  // namespace

std::string first_of(const Labels& labels, std::string_view name) {
  const auto at = std::find_if(labels.begin(), labels.end(), [&](const auto& l) { return l.first == name; });
  return at == labels.end() ? std::string{} : at->second;
}

std::string page_url(const site::Site& site) { return "http://" + site.http_listen + "/"; }

Alert alert_of(const Incident& incident, const site::Site& site, const incident::Ledger& ledger) {
  Alert alert{.labels = {}, .annotations = {}, .starts = incident.begin, .generator = page_url(site)};
  const auto label = [&](const char* key, auto&& value) { alert.labels.emplace_back(key, std::forward<decltype(value)>(value)); };
  alert.labels.reserve(5);
  label("alertname", name(incident.verdict));
  label("element", incident.cause.text());
  label("rack", site.rack);
  label("severity", ledger.severity_of(incident));
  if (auto upstream = upstream_of(site, incident.cause); !upstream.empty()) label("upstream", std::move(upstream));
  const auto annotate = [&](const char* key, auto&& value) { alert.annotations.emplace_back(key, std::forward<decltype(value)>(value)); };
  alert.annotations.reserve(6);
  annotate("incident", incident.id);
  annotate("strength", name(incident.strength));
  annotate("summary", incident::sentence(incident));
  annotate("evidence", evidence_text(incident.evidence));
  annotate("maintenance", maintenance_text(ledger.quieted_by(incident)));
  annotate("url", alert.generator);
  return alert;
}

Alert alert_of_rule(const rules::Transition& transition, const site::Site& site, ground::Utc starts) {
  Alert alert{.labels = transition.labels.all(), .annotations = {}, .starts = starts, .generator = page_url(site)};
  const auto add = [&](const char* name, std::string value) {
    if (first_of(alert.labels, name).empty()) alert.labels.emplace_back(name, std::move(value));
  };
  add("alertname", transition.alert);
  add("severity", "warning");
  add("rack", site.rack);
  add("element", element_of(alert.labels));
  std::sort(alert.labels.begin(), alert.labels.end());
  for (const auto& [name, text] : transition.annotations) alert.annotations.emplace_back(name, text);
  return alert;
}

}  // namespace holdup::core
