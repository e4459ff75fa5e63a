#include "collector/site/site.hpp"

#include <algorithm>
#include <bit>
#include <numbers>
#include <numeric>

namespace holdup::site {
namespace {

// A supply made for 230 V gives what its label says from 200 V on, less 10 % that the line may lack, and so do its kin.
constexpr double reached = 0.85;

template <class Items>
std::optional<Index> find_named(const Items& items, std::string_view name) {
  for (Index i = 0; i < items.size(); ++i)
    if (items[i].name == name) return i;
  return std::nullopt;
}

/// Items in the order of their names.
template <class Items>
std::vector<Index> sorted_by_name(const Items& items) {
  std::vector<Index> order(items.size());
  std::iota(order.begin(), order.end(), Index{});
  std::ranges::sort(order, {}, [&](Index i) -> std::string_view { return items[i].name; });
  return order;
}

/// While the site is being read there is no order yet.
template <class Items>
std::optional<Index> find_named(const Items& items, const std::vector<Index>& order, std::string_view name) {
  if (order.size() != items.size()) return find_named(items, name);
  const auto at = std::ranges::lower_bound(order, name, {}, [&](Index i) -> std::string_view { return items[i].name; });
  return at != order.end() && items[*at].name == name ? std::optional{*at} : std::nullopt;
}

template <class Items>
std::optional<Index> reported_by(const Items& items, Index device) {
  for (Index i = 0; i < items.size(); ++i)
    if (items[i].status == device) return i;
  return std::nullopt;
}

}  // namespace

std::optional<Index> Site::feed(std::string_view name) const { return find_named(feeds, name); }
std::optional<Index> Site::ups(std::string_view name) const { return find_named(upses, name); }
std::optional<Index> Site::ats(std::string_view name) const { return find_named(atses, name); }
std::optional<Index> Site::device(std::string_view name) const { return find_named(devices, devices_by_name, name); }
std::optional<Index> Site::load(std::string_view name) const { return find_named(loads, loads_by_name, name); }
std::optional<Index> Site::contact(std::string_view name) const { return find_named(contacts, name); }
std::optional<Index> Site::network_switch(std::string_view name) const { return find_named(switches, name); }
std::optional<Index> Site::ups_of_device(Index device) const { return reported_by(upses, device); }
std::optional<Index> Site::ats_of_device(Index device) const { return reported_by(atses, device); }

std::optional<Cord> Site::cord_of_supply(Index supply) const {
  const auto& one = supplies[supply];
  return one.pdu ? std::optional{Cord{*one.pdu, one.outlet}} : std::nullopt;
}

std::optional<Index> Site::feed_of_supply(Index supply) const {
  const auto pdu = supplies[supply].pdu;
  return pdu ? devices[*pdu].feed : std::nullopt;
}

std::vector<Index> Site::feeds_of_pdu(Index device) const {
  std::vector<Index> out;
  const auto& pdu = devices[device];
  if (pdu.feed) out.push_back(*pdu.feed);
  if (pdu.ats && pdu.feed != atses[*pdu.ats].alternate) out.push_back(atses[*pdu.ats].alternate);
  return out;
}

std::optional<Index> Site::bank_of(const Cord& cord) const {
  for (const Index bank : devices[cord.pdu].banks)
    if (std::ranges::find(banks[bank].outlets, cord.outlet) != banks[bank].outlets.end()) return bank;
  return std::nullopt;
}

Phases Site::phases_of(const Cord& cord) const {
  const auto bank = bank_of(cord);
  return bank && banks[*bank].phases != 0 ? banks[*bank].phases : devices[cord.pdu].phases;
}

void Site::finish() {
  devices_by_name = sorted_by_name(devices);
  loads_by_name = sorted_by_name(loads);
  elements = {};
  for (const auto& one : feeds) elements.feeds.push_back(Element::feed(one.name));
  for (const auto& one : upses) elements.upses.push_back(Element::ups(one.name));
  for (const auto& one : atses) elements.atses.push_back(Element::ats(one.name));
  for (const auto& one : loads) elements.loads.push_back(Element::named(one.name));
  for (const auto& one : supplies) elements.supplies.push_back(Element::supply(loads[one.load].name, one.name));
  for (const auto& one : batteries) elements.batteries.push_back(Element::supply(loads[one.load].name, one.name));
  for (const auto& one : banks) elements.banks.push_back(Element::bank(devices[one.pdu].name, one.name));
  for (const auto& one : contacts)
    elements.commons.push_back(one.common == one.chip ? Element::gpiochip(one.chip) : Element::contact(one.common));
  for (const auto& one : devices) {
    elements.pdus.push_back(Element::named(one.name));
    elements.devices.push_back(Element::device(one.name));
    elements.paths.push_back(Element::named(one.via.empty() ? "self" : one.via));
  }
  elements.sources = elements.pdus;
  for (Index d = 0; d < devices.size(); ++d) {
    if (const auto ats = ats_of_device(d)) elements.sources[d] = elements.atses[*ats];
    if (const auto ups = ups_of_device(d)) elements.sources[d] = elements.upses[*ups];
  }
}

double Site::nominal_volts(Index feed, Phases phases) const {
  const double one = feeds[feed].nominal_volts;
  if (std::popcount(phases) != 2) return one;
  if (system == System::split) return 2 * one;
  return system == System::wye ? std::numbers::sqrt3 * one : one;
}

std::optional<double> Site::nominal_volts_of_supply(Index supply) const {
  const auto cord = cord_of_supply(supply);
  const auto feed = feed_of_supply(supply);
  return cord && feed ? std::optional{nominal_volts(*feed, phases_of(*cord))} : std::nullopt;
}

std::optional<double> rated_watts_at(const Supply& supply, double volts) {
  std::optional<double> best;
  for (const auto& point : supply.rated_watts)
    if (!best || volts >= reached * point.volts) best = point.watts;
  return best;
}

bool is_numbered(std::string_view name, std::string_view index) {
  const auto digits = name.find_last_not_of("0123456789") + 1;
  return index.empty() || digits >= name.size() || index == name.substr(digits);
}

std::optional<Duration> holdup_at(const Supply& supply, double watts) {
  const auto above = std::ranges::find_if(supply.holdup, [&](const HoldUp& point) { return point.watts == 0 || point.watts >= watts; });
  if (above == supply.holdup.end()) return std::nullopt;
  if (above == supply.holdup.begin() || above->watts == 0) return above->length;
  const HoldUp& below = *std::prev(above);
  const double part = (1 / watts - 1 / above->watts) / (1 / below.watts - 1 / above->watts);
  return above->length + std::chrono::duration_cast<Duration>((below.length - above->length) * part);
}

}  // namespace holdup::site
