#include "hw-sim/scenario/sim_keys.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "ground/nearest.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"
#include "hw-sim/scenario/chain_keys.hpp"

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

void read_card_phase(Mapping& map, const power::Rack& rack, power::Pdu& pdu) {
  const auto phase = map.integer("card_phase");
  if (!phase) return;
  const auto most = std::int64_t(power::phases(power::system_of(rack, pdu)));
  if (*phase < 1 || *phase > most)
    return map.problem("card_phase", "not between 1 and " + std::to_string(most), "write the phase that feeds it");
  pdu.card_line = static_cast<std::size_t>(*phase - 1);
}

void read_pdu(Mapping& map, const power::Rack& rack, power::Pdu& pdu, std::size_t highest) {
  if (const auto model = map.word("model", power::pdu_model_names)) pdu.model = static_cast<power::PduModel>(*model);
  read_length(map, "refresh", 1ms, pdu.refresh);
  read_length(map, "boot", 0s, pdu.boot);
  pdu.traps = map.flag("traps").value_or(pdu.traps);
  read_pdu_chain(map, rack.system, pdu);
  read_card_phase(map, rack, pdu);
  for (const power::Bank& bank : pdu.banks)
    for (const std::size_t outlet : bank.outlets) highest = std::max(highest, outlet);
  const auto outlets = map.integer("outlets");
  if (!outlets) return;
  if (*outlets < 1 || *outlets > 64) return map.problem("outlets", "not between 1 and 64", "write how many it has");
  pdu.outlets = std::max(static_cast<std::size_t>(*outlets), highest);
  if (*outlets < std::int64_t(highest))
    map.problem("outlets", "a cord or a bank needs outlet " + std::to_string(highest), "write that or more");
}

/// `cord: pdu-a/outlet/4`: where it is plugged in truth, whatever the site file says.
void read_true_cord(Mapping& map, power::Rack& rack, power::Supply& supply) {
  const auto text = map.text("cord");
  if (!text) return;
  const auto element = Element::parse(*text);
  for (std::size_t p = 0; element && p < rack.pdus.size(); ++p)
    for (std::size_t n = 1; n <= rack.pdus[p].outlets; ++n)
      if (Element::outlet(rack.pdus[p].name, std::to_string(n)) == *element) {
        for (const power::Load& load : rack.loads)
          for (const power::Supply& other : load.supplies)
            if (&other != &supply && other.pdu == p && other.outlet == n)
              return map.problem("cord", "another supply is plugged in there", "name a free outlet");
        supply.pdu = p, supply.outlet = n;
        return;
      }
  map.problem("cord", "'" + ground::printable(*text) + "' is no outlet of this rack", "write PDU/outlet/NUMBER");
}

/// Volts at its outlet; 0 where the file has no such outlet, which is told elsewhere.
double nominal_of(const power::Rack& rack, const power::Supply& supply) {
  return supply.pdu < rack.pdus.size() ? power::nominal_at(rack, rack.pdus[supply.pdu], supply.outlet) : 0;
}

void read_supply(Mapping& map, double nominal_volts, power::Supply& supply) {
  read_supply_chain(map, nominal_volts, supply);
  read_number(map, "fan_rpm", {.least = 0, .most = 100'000}, supply.fan_rpm);
  read_number(map, "fan_least", {.least = 0.05, .most = 1}, supply.fan_least);
  if (!supply.status) {
    for (const char* key : {"model", "refresh", "boot"})
      if (map.has(key)) map.problem(key, "no unit reports on this supply", "add status: to it under loads, or leave this out");
    return;
  }
  if (const auto model = map.word("model", power::status_model_names)) supply.status->model = static_cast<power::StatusModel>(*model);
  read_length(map, "refresh", 1ms, supply.status->refresh);
  read_length(map, "boot", 0s, supply.status->boot);
}

void read_card(Mapping& map, power::Card& card) {
  card.device = map.text("card").value_or(card.device);
  read_length(map, "refresh", 1ms, card.refresh);
  read_length(map, "boot", 0s, card.boot);
  card.traps = map.flag("traps").value_or(card.traps);
}

void read_ups(Mapping& map, power::Ups& ups) {
  if (const auto model = map.word("model", power::ups_model_names)) ups.model = static_cast<power::UpsModel>(*model);
  read_number(map, "rated_watts", {.least = 1, .most = 1e6}, ups.rated_watts);
  read_length(map, "runtime", 1s, ups.runtime);
  read_card(map, ups.card);
}

template <class List>
std::optional<std::size_t> named(Mapping& map, std::string_view key, const List& list, std::string_view what) {
  const auto name = map.required_text(key);
  const auto at = std::find_if(list.begin(), list.end(), [&](const auto& item) { return item.name == name; });
  if (at != list.end()) return static_cast<std::size_t>(at - list.begin());
  if (!name.empty()) map.problem(key, "no " + std::string{what} + " is called '" + ground::printable(name) + "'", "name one of this file");
  return std::nullopt;
}

void read_ats(Mapping& map, std::string_view name, power::Rack& rack) {
  const auto is_it = [&](const power::Ats& ats) { return ats.name == name; };
  if (std::none_of(rack.atses.begin(), rack.atses.end(), is_it)) read_ats_chain(map, name, rack);
  const auto ats = std::find_if(rack.atses.begin(), rack.atses.end(), is_it);
  if (const auto model = map.word("model", power::ats_model_names); model && ats != rack.atses.end())
    ats->model = static_cast<power::AtsModel>(*model);
  ground::Duration transfer{};
  read_length(map, "transfer", 0s, transfer);
  if (ats != rack.atses.end()) ats->transfer = transfer;
  power::Card nobody;
  read_card(map, ats == rack.atses.end() ? nobody : ats->card);
}

void read_unit(Mapping& map, power::Battery& battery) {
  if (const auto model = map.word("model", power::battery_model_names)) battery.model = static_cast<power::BatteryModel>(*model);
  read_number(map, "rated_watts", {.least = 1, .most = 1e6}, battery.rated_watts);
  read_length(map, "runtime", 1s, battery.runtime);
  if (!battery.status) return;
  read_length(map, "refresh", 1ms, battery.status->refresh);
  read_length(map, "boot", 0s, battery.status->boot);
}

void read_load(Mapping& map, power::Load& load) {
  read_load_chain(map, load);
  read_number(map, "watts", {.least = 0, .most = 1e6}, load.watts);
  read_number(map, "triplen", {.least = 0, .most = 1}, load.triplen);
  if (!map.has("card") && !load.cabinet) {
    for (const char* key : {"model", "disks", "refresh", "boot", "traps"})
      if (map.has(key)) map.problem(key, "nothing speaks for this load", "add card: with the name of a device, or leave this out");
    return;
  }
  power::Cabinet cabinet = load.cabinet.value_or(power::Cabinet{});
  if (const auto model = map.word("model", power::storage_model_names)) cabinet.model = static_cast<power::StorageModel>(*model);
  const auto disks = map.integer("disks").value_or(static_cast<std::int64_t>(cabinet.disks));
  if (disks < 1 || disks > 240) map.problem("disks", "not between 1 and 240", "write how many it has");
  cabinet.disks = static_cast<std::size_t>(std::clamp<std::int64_t>(disks, 1, 240));
  read_card(map, cabinet.card);
  load.cabinet = std::move(cabinet);
}

void read_count(Mapping& map, std::string_view key, unsigned& out) {
  const auto count = map.integer(key);
  if (!count) return;
  if (*count < 0 || *count > 100) return map.problem(key, "not between 0 and 100", "write how often");
  out = static_cast<unsigned>(*count);
}

void read_contact(Mapping& map, power::Contact& contact) {
  if (const auto relay = map.flag("relay")) contact.relay = *relay ? power::Relay::typical() : power::Relay{};
  read_length(map, "operate", 0s, contact.relay.operate);
  read_length(map, "release", 0s, contact.relay.release);
  read_length(map, "flight", 0s, contact.relay.flight);
  read_length(map, "bounce", 0s, contact.relay.bounce);
  read_count(map, "bounces", contact.relay.bounces);
  read_count(map, "rebounds", contact.relay.rebounds);
}

void read_wire(Mapping& map, Wire& wire) {
  read_length(map, "turnaround", 0s, wire.turnaround);
  wire.link = map.text("link").value_or("");
  if (!wire.link.empty() && wire.link.front() != '/') map.problem("link", "no absolute path", "write one, as in /tmp/holdup-line");
  if (!map.has("master")) return;
  ground::Duration master{};
  read_length(map, "master", 1ms, master);
  wire.master = master;
}

void read_days(Mapping& map, power::Rack& rack) {
  power::Days days;
  read_number(map, "swing", {.least = 0, .most = 0.9}, days.swing);
  read_number(map, "weekend", {.least = 0.05, .most = 2}, days.weekend);
  read_number(map, "noise", {.least = 0, .most = 0.5}, days.noise);
  read_number(map, "growth", {.least = -0.5, .most = 5}, days.growth);
  read_number(map, "celsius", {.least = -20, .most = 60}, days.celsius);
  read_number(map, "celsius_day", {.least = 0, .most = 20}, days.celsius_day);
  read_number(map, "celsius_year", {.least = 0, .most = 30}, days.celsius_year);
  read_number(map, "volts", {.least = 0, .most = 0.1}, days.volts);
  read_length(map, "every", 1s, days.every);
  rack.days = days;
}

bool read_element(Mapping& map, std::string_view name, power::Rack& rack, std::span<NamedWire> wires) {
  if (name == "days") return read_days(map, rack), true;
  for (NamedWire& wire : wires)
    if (Element::device(wire.device).text() == name) return read_wire(map, wire.wire), true;
  for (power::Contact& contact : rack.contacts)
    if (Element::contact(contact.name).text() == name) return read_contact(map, contact), true;
  for (power::Ups& ups : rack.upses)
    if ("ups/" + ups.name == name) return read_ups(map, ups), true;
  if (name.starts_with("ats/") && ground::is_element_part(name.substr(4))) return read_ats(map, name.substr(4), rack), true;
  for (power::Feed& feed : rack.feeds)
    if (Element::feed(feed.name).text() == name)
      return read_number(map, "frequency_hertz", {.least = 0, .most = 400}, feed.frequency_hertz), true;
  for (std::size_t p = 0; p < rack.pdus.size(); ++p)
    if (rack.pdus[p].name == name) return read_pdu(map, rack, rack.pdus[p], highest_plugged(rack, p)), true;
  for (power::Load& load : rack.loads) {
    if (load.name == name) return read_load(map, load), true;
    for (power::Supply& supply : load.supplies)
      if (Element::supply(load.name, supply.name).text() == name)
        return read_true_cord(map, rack, supply), read_supply(map, nominal_of(rack, supply), supply), true;
    for (power::Battery& battery : load.batteries)
      if (load.name + "/" + battery.name == name) return read_unit(map, battery), true;
  }
  return false;
}

std::string guess(std::string_view name, const power::Rack& rack) {
  const auto known = power::elements(rack);
  std::vector<std::string_view> names;
  for (const Element& element : known) names.push_back(element.text());
  const auto found = ground::nearest(name, names);
  return found.empty() ? "name a feed, PDU, UPS, transfer switch (ats/NAME), load, supply, contact or device of this file"
                       : "did you mean '" + found + "'?";
}

}  // namespace

void read_ats_chain(Mapping& map, std::string_view name, power::Rack& rack) {
  power::Ats ats{.name = std::string{name}};
  ats.pdu = named(map, "carries", rack.pdus, "PDU").value_or(0);
  ats.alternate = named(map, "alternate", rack.feeds, "feed").value_or(0);
  if (ats.pdu < rack.pdus.size() && ats.alternate == rack.pdus[ats.pdu].feed && rack.feeds.size() > 1)
    map.problem("alternate", "that is the PDU's own feed already", "name the other source");
  const bool taken = std::any_of(rack.atses.begin(), rack.atses.end(), [&](const power::Ats& other) { return other.pdu == ats.pdu; });
  if (taken) map.problem("carries", "another transfer switch carries it", "give each its own PDU");
  if (!rack.pdus.empty() && !rack.feeds.empty()) rack.atses.push_back(std::move(ats));
}

void read_sim(const ground::yaml::Node& node, const ground::yaml::Report& report, power::Rack& rack, std::span<NamedWire> wires) {
  const Mapping sim{node, "sim", report};
  for (const auto& entry : node.entries) {
    Mapping map{entry.value, sim.path(entry.key), report};
    if (!read_element(map, entry.key, rack, wires)) {
      sim.problem(entry.key, "'" + ground::printable(entry.key) + "' is nothing that is simulated", guess(entry.key, rack));
      continue;
    }
    map.finish();
  }
}

}  // namespace hwsim::scenario
