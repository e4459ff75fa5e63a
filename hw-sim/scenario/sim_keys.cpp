#include "hw-sim/scenario/sim_keys.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "ground/nearest.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"

namespace hwsim::scenario {
namespace {

using namespace std::chrono_literals;
using ground::Element;
using ground::yaml::Mapping;

struct Bounds {
  double least;
  double most;
};

void read_number(Mapping& map, std::string_view key, Bounds bounds, double& out) {
  const auto number = map.number(key);
  if (!number) return;
  if (*number < bounds.least || *number > bounds.most)
    return map.problem(key, "not between " + ground::number_text(bounds.least) + " and " + ground::number_text(bounds.most),
                       "write one that is");
  out = *number;
}

void read_length(Mapping& map, std::string_view key, ground::Duration least, ground::Duration& out) {
  const auto length = map.duration(key);
  if (!length) return;
  if (*length < least || *length > 1h)
    return map.problem(key, "not between " + ground::duration_text(least) + " and 1h", "write one that is");
  out = *length;
}

std::size_t highest_plugged(const power::Rack& rack, std::size_t pdu) {
  std::size_t out = 1;
  for (const power::Load& load : rack.loads)
    for (const power::Supply& supply : load.supplies)
      if (supply.pdu == pdu) out = std::max(out, supply.outlet);
  return out;
}

void read_pdu(Mapping& map, power::Pdu& pdu, std::size_t highest) {
  if (const auto model = map.word("model", power::pdu_model_names)) pdu.model = static_cast<power::PduModel>(*model);
  read_length(map, "refresh", 1ms, pdu.refresh);
  read_length(map, "boot", 0s, pdu.boot);
  pdu.traps = map.flag("traps").value_or(pdu.traps);
  const auto outlets = map.integer("outlets");
  if (!outlets) return;
  if (*outlets < 1 || *outlets > 64) return map.problem("outlets", "not between 1 and 64", "write how many it has");
  pdu.outlets = std::max(static_cast<std::size_t>(*outlets), highest);
  if (*outlets < std::int64_t(highest))
    map.problem("outlets", "a cord is plugged into outlet " + std::to_string(highest), "write that or more");
}

void read_supply(Mapping& map, power::Supply& supply) {
  read_number(map, "fan_rpm", {.least = 0, .most = 100'000}, supply.fan_rpm);
  if (!supply.status) {
    for (const char* key : {"model", "refresh", "boot"})
      if (map.has(key)) map.problem(key, "no unit reports on this supply", "add status: to it under loads, or leave this out");
    return;
  }
  if (const auto model = map.word("model", power::status_model_names)) supply.status->model = static_cast<power::StatusModel>(*model);
  read_length(map, "refresh", 1ms, supply.status->refresh);
  read_length(map, "boot", 0s, supply.status->boot);
}

bool read_element(Mapping& map, std::string_view name, power::Rack& rack) {
  for (power::Feed& feed : rack.feeds)
    if (Element::feed(feed.name).text() == name)
      return read_number(map, "frequency_hertz", {.least = 0, .most = 400}, feed.frequency_hertz), true;
  for (std::size_t p = 0; p < rack.pdus.size(); ++p)
    if (rack.pdus[p].name == name) return read_pdu(map, rack.pdus[p], highest_plugged(rack, p)), true;
  for (power::Load& load : rack.loads) {
    if (load.name == name) return read_number(map, "watts", {.least = 0, .most = 1e6}, load.watts), true;
    for (power::Supply& supply : load.supplies)
      if (Element::supply(load.name, supply.name).text() == name) return read_supply(map, supply), true;
  }
  return false;
}

std::string guess(std::string_view name, const power::Rack& rack) {
  const auto known = power::elements(rack);
  std::vector<std::string_view> names;
  for (const Element& element : known) names.push_back(element.text());
  const auto found = ground::nearest(name, names);
  return found.empty() ? "name a feed, PDU, load or supply of this file" : "did you mean '" + found + "'?";
}

}  // namespace

void read_sim(const ground::yaml::Node& node, const ground::yaml::Report& report, power::Rack& rack) {
  const Mapping sim{node, "sim", report};
  for (const auto& entry : node.entries) {
    Mapping map{entry.value, sim.path(entry.key), report};
    if (!read_element(map, entry.key, rack)) {
      sim.problem(entry.key, "'" + ground::printable(entry.key) + "' is nothing that is simulated", guess(entry.key, rack));
      continue;
    }
    map.finish();
  }
}

}  // namespace hwsim::scenario
