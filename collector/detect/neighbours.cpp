#include "collector/detect/neighbours.hpp"

#include <algorithm>
#include <map>

namespace holdup::detect {
namespace {

void add(std::vector<Index>& to, Index one) {
  if (std::ranges::find(to, one) == to.end()) to.push_back(one);
}

}  // namespace

Neighbours::Neighbours(const site::Site& site)
    : of_feed_(site.feeds.size()),
      supplies_on_(site.devices.size()),
      supplies_of_(site.devices.size()),
      loads_(site.devices.size()),
      contacts_(site.supplies.size()) {
  std::map<ground::Element, Index> paths;
  for (Index d = 0; d < site.devices.size(); ++d) {
    if (site.feeds_of_pdu(d).size() == 1) of_feed_[*site.devices[d].feed].push_back(d);  // what has two ways tells of neither
    const auto [path, first] = paths.try_emplace(site.path_of_device(d), of_path_.size());
    if (first) of_path_.emplace_back();
    of_path_[path->second].push_back(d);
    path_.push_back(path->second);
  }
  for (Index s = 0; s < site.supplies.size(); ++s) {
    const site::Supply& supply = site.supplies[s];
    if (supply.pdu) supplies_on_[*supply.pdu].push_back(s), add(loads_[*supply.pdu], supply.load);
    if (supply.status) supplies_of_[*supply.status].push_back(s), add(loads_[*supply.status], supply.load);
    const auto cord = site.cord_of_supply(s);
    bank_.push_back(cord ? site.bank_of(*cord) : std::nullopt);
    above_.push_back(site.ancestors_of_supply(s));
  }
  for (const site::Battery& battery : site.batteries)
    if (battery.status) add(loads_[*battery.status], battery.load);
  for (Index l = 0; l < site.loads.size(); ++l)
    if (site.loads[l].status) add(loads_[*site.loads[l].status], l);
  for (Index c = 0; c < site.contacts.size(); ++c) contacts_[site.contacts[c].supply].push_back(c);
  name_all(site);
  for (const auto& [element, path] : paths) subjects_[element.text()] = {Subject::Kind::path, path};
}

void Neighbours::name_all(const site::Site& site) {
  using Kind = Subject::Kind;
  for (Index d = 0; d < site.devices.size(); ++d)
    for (const auto& element : {site.element_of_device(d), site.element_of_pdu(d), site.element_of_source(d)})
      subjects_[element.text()] = {Kind::device, d};
  for (Index f = 0; f < site.feeds.size(); ++f) subjects_[site.element_of_feed(f).text()] = {Kind::feed, f};
  for (Index l = 0; l < site.loads.size(); ++l) subjects_[site.element_of_load(l).text()] = {Kind::load, l};
  for (Index s = 0; s < site.supplies.size(); ++s) subjects_[site.element_of_supply(s).text()] = {Kind::supply, s};
  for (const site::Contact& contact : site.contacts)
    subjects_[ground::Element::contact(contact.name).text()] = {Kind::supply, contact.supply};
  for (Index c = 0; c < site.contacts.size(); ++c) subjects_[site.element_of_common(c).text()] = {Kind::supply, site.contacts[c].supply};
}

// A part of a PDU is its PDU, anything else of a load is its load.
std::optional<Neighbours::Subject> Neighbours::find(const ground::Element& element) const {
  auto at = subjects_.find(element.text());
  if (at == subjects_.end()) at = subjects_.find(std::string{element.first()});
  return at == subjects_.end() ? std::nullopt : std::optional{at->second};
}

}  // namespace holdup::detect
