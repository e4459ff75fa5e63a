#include "collector/incident/restoration.hpp"

#include <algorithm>
#include <cmath>

#include "collector/detect/judge_signs.hpp"
#include "ground/number.hpp"

namespace holdup::incident {
namespace {

using detect::meter_floor_amperes;
using reading::Meaning;
using site::Index;

constexpr double good_ratio = 0.8;  // of the nominal voltage

record::Evidence evidence_of(const Told& told) {
  return {.source = told.source.text(),
          .point = told.point,
          .value = told.value,
          .quality = told.fresh ? "good" : "stale",
          .time = told.time,
          .uncertainty = {}};
}

// Nothing was seen yet; what is bad outweighs what is missing, and that what is good.
void add(RestorationLine& line, Proof proof, const std::string& why) {
  const auto weight = [](Proof p) { return p == Proof::not_yet ? 2 : p == Proof::not_observed ? 1 : 0; };
  if (line.weighed++ == 0 || weight(proof) > weight(line.proof))
    line.proof = proof, line.why = why;
  else if (proof == line.proof && !why.empty())
    line.why += (line.why.empty() ? "" : ", ") + why;
}

std::string percent(double ratio) { return ground::number_text(std::round(ratio * 100)) + " %"; }

bool contains(const auto& list, const auto& one) { return std::ranges::find(list, one) != list.end(); }

/// The first fresh word; it is kept as evidence.
std::optional<double> fresh(const std::vector<Told>& all, RestorationLine& line) {
  for (const auto& told : all)
    if (told.fresh) return line.evidence.push_back(evidence_of(told)), told.value;
  return std::nullopt;
}

}  // namespace

std::string RestorationLine::text() const {
  if (about == name(Proof::not_observed)) return std::string{about} + ": " + why;
  return std::string{about} + ": " + std::string{name(proof)} + (why.empty() ? "" : ": " + why);
}

std::vector<Index> Restoration::supplies_of(const Element& element) const {
  std::vector<Index> out;
  for (Index s = 0; s < site_.supplies.size(); ++s) {
    const auto supply = site_.element_of_supply(s);
    if (supply == element || site_.element_of_load(site_.supplies[s].load) == element || contains(site_.ancestors(supply), element))
      out.push_back(s);
  }
  return out;
}

std::vector<Index> Restoration::loads_of(const Element& element) const {
  std::vector<Index> out;
  for (const Index s : supplies_of(element))
    if (!contains(out, site_.supplies[s].load)) out.push_back(site_.supplies[s].load);
  if (const auto load = site_.load(element.first()); load && out.empty()) out.push_back(*load);  // its battery, its cache
  return out;
}

// The UPSs above it and above what hangs on it, and the batteries of its loads.
std::vector<std::pair<Element, Index>> Restoration::stores_of(const Element& element) const {
  auto above = site_.ancestors(element);
  above.push_back(element);
  for (const Index s : supplies_of(element))
    for (auto& link : site_.ancestors(site_.element_of_supply(s))) above.push_back(std::move(link));
  std::vector<std::pair<Element, Index>> out;
  for (Index u = 0; u < site_.upses.size(); ++u)
    if (site_.upses[u].status && contains(above, site_.element_of_ups(u)))
      out.emplace_back(site_.element_of_ups(u), *site_.upses[u].status);
  for (const Index load : loads_of(element))
    for (const Index b : site_.loads[load].batteries)
      if (const auto status = site_.batteries[b].status) out.emplace_back(site_.element_of_battery(b), *status);
  return out;
}

/// The devices inside the loads.
std::vector<Index> Restoration::cabinets_of(const Element& element) const {
  std::vector<Index> out;
  const auto take = [&](std::optional<Index> device) {
    if (device && !contains(out, *device)) out.push_back(*device);
  };
  for (const Index load : loads_of(element)) {
    for (const Index s : site_.loads[load].supplies) take(site_.supplies[s].status);
    for (const Index b : site_.loads[load].batteries) take(site_.batteries[b].status);
  }
  return out;
}

RestorationLine Restoration::inputs(const Element& element) const {
  RestorationLine line{.about = "inputs"};
  for (const Index s : supplies_of(element)) look_at_supply(s, line);
  look_at_inlet(element, line);
  let_attest(element, line);
  return line;
}

// Its own word first, then what its outlet gives and carries.
void Restoration::look_at_supply(Index supply, RestorationLine& line) const {
  const auto& one = site_.supplies[supply];
  const auto element = site_.element_of_supply(supply).text();
  if (one.status)
    if (const auto ok = fresh(eyes_.of_device(*one.status, Meaning::supply_input_ok), line)) {
      if (*ok != 1) return add(line, Proof::not_yet, element + " reports no input");
      return add(line, Proof::proven, idles(supply, line) ? idle_text(supply) : "");
    }
  const auto cord = site_.cord_of_supply(supply);
  if (!cord) return add(line, Proof::not_observed, element);
  if (const auto on = fresh(eyes_.of_outlet(*cord, Meaning::outlet_state), line); on && *on == 0)
    return add(line, Proof::not_yet, site_.element_of_outlet(*cord).text() + " is off");
  const auto amperes = fresh(eyes_.of_outlet(*cord, Meaning::outlet_current), line);
  if (amperes && *amperes > meter_floor_amperes) return add(line, Proof::proven, "");
  add(line, Proof::not_observed, amperes ? idle_text(supply) : element);
}

/// It carries nothing, as the first of its meters says that knows.
bool Restoration::idles(Index supply, RestorationLine& line) const {
  const auto cord = site_.cord_of_supply(supply);
  const auto amperes = cord ? fresh(eyes_.of_outlet(*cord, Meaning::outlet_current), line) : std::nullopt;
  if (amperes) return *amperes <= meter_floor_amperes;
  const auto status = site_.supplies[supply].status;
  const auto watts = status ? fresh(eyes_.of_device(*status, Meaning::supply_output_power), line) : std::nullopt;
  return watts && *watts < detect::meter_floor_watts;
}

// Whether it would carry, only its past tells (row 10).
std::string Restoration::idle_text(Index supply) const {
  const auto last = eyes_.carried(supply);
  return site_.element_of_supply(supply).text() + ": carries nothing now, " +
         (last ? "carried load last at " + ground::iso8601(*last) : "never seen carrying load");
}

void Restoration::look_at_inlet(const Element& element, RestorationLine& line) const {
  const auto device = site_.device(element.is("device") ? element.rest() : element.first());
  if (!device || !site_.devices[*device].feed) return;
  const auto nominal = site_.nominal_volts(*site_.devices[*device].feed, site_.devices[*device].phases);
  const auto volts = fresh(eyes_.of_device(*device, Meaning::input_voltage), line);
  if (!volts) return add(line, Proof::not_observed, site_.element_of_pdu(*device).text());
  const bool good = std::abs(*volts) >= good_ratio * nominal;
  add(line, good ? Proof::proven : Proof::not_yet,
      good ? "" : site_.element_of_pdu(*device).text() + " measures " + ground::number_text(*volts) + " V");
}

RestorationLine Restoration::stored_energy(const Element& element) const {
  RestorationLine line{.about = "stored energy"};
  for (const auto& [store, device] : stores_of(element)) {
    const auto on_battery = fresh(eyes_.of_device(device, Meaning::ups_on_battery), line);
    const auto charge = fresh(eyes_.of_device(device, Meaning::battery_charge), line);
    const auto ok = fresh(eyes_.of_device(device, Meaning::battery_ok), line);
    if (on_battery == 1)
      add(line, Proof::not_yet, store.text() + " runs from its battery");
    else if (ok == 0)
      add(line, Proof::not_yet, store.text() + ": its battery would not carry the load");
    else if (charge && *charge < charged_ratio)
      add(line, Proof::not_yet, store.text() + " at " + percent(*charge));
    else
      add(line, charge || ok ? Proof::proven : Proof::not_observed, charge || ok ? "" : store.text());
  }
  let_attest(element, line);
  return line;
}

RestorationLine Restoration::data_protection(const Element& element) const {
  RestorationLine line{.about = "data protection"};
  for (const Index device : cabinets_of(element)) {
    const auto write_back = fresh(eyes_.of_device(device, Meaning::cache_write_back), line);
    const auto unsaved = fresh(eyes_.of_device(device, Meaning::unsaved_data), line);
    if (!write_back && !unsaved) continue;
    const auto name = site_.element_of_device(device).text();
    if (unsaved == 1)
      add(line, Proof::not_yet, name + ": its cache holds what is not on its disks");
    else if (write_back == 0)
      add(line, Proof::not_yet, name + ": its cache writes through");
    else
      add(line, Proof::proven, "");
  }
  let_attest(element, line);
  return line;
}

RestorationLine Restoration::unobserved(const Element& element) const {
  const bool cache = data_protection(element).proof == Proof::not_observed;
  return {.about = "not observed", .proof = Proof::not_observed, .why = std::string{cache ? "cache, " : ""} + "controllers, LUN paths"};
}

// A person's word stands where nothing was seen; against what was seen it counts for nothing.
void Restoration::let_attest(const Element& element, RestorationLine& line) const {
  const auto* word = notices_.attestation_of(element);
  if (word == nullptr || line.proof != Proof::not_observed) return;
  line.proof = Proof::attested;
  line.why = "by " + word->by + ": " + word->reason;
  line.evidence.push_back({.source = element.text(),
                           .point = "attested by " + word->by,
                           .value = {},
                           .quality = "good",
                           .time = word->time,
                           .uncertainty = {}});
}

}  // namespace holdup::incident
