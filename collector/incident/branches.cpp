#include "collector/incident/branches.hpp"

#include <algorithm>

namespace holdup::incident {

using site::Index;

namespace {

constexpr std::size_t most_chains = 50'000;  // more than the open incidents and what they hold have elements

}  // namespace

void Branches::learn_chains() {
  chains_.clear();
  for (Index s = 0; s < site_->supplies.size(); ++s) (void)chain_of(site_->element_of_supply(s));
  for (Index d = 0; d < site_->devices.size(); ++d) (void)chain_of(site_->element_of_device(d)), (void)chain_of(site_->element_of_pdu(d));
  for (Index f = 0; f < site_->feeds.size(); ++f) (void)chain_of(site_->element_of_feed(f));
}

bool Branches::is_above(const Element& upper, const Element& lower) const {
  const auto& chain = chain_of(lower);
  return std::ranges::find(chain, upper) != chain.end();
}

const std::vector<Element>& Branches::chain_of(const Element& element) const {
  if (chains_.size() >= most_chains && !chains_.contains(element.text())) chains_.clear();
  const auto [at, fresh] = chains_.try_emplace(element.text());
  if (fresh) at->second = site_->ancestors(element);
  return at->second;
}

bool Branches::touches(const Element& element, const Element& load) const {
  const auto found = site_->load(load.first());  // of the load, or of its cache
  if (!found) return false;
  return std::ranges::any_of(site_->loads[*found].supplies, [&](Index s) {
    const auto pdu = site_->supplies[s].pdu;
    return is_at_or_above(element, site_->element_of_supply(s)) || (pdu && is_at_or_above(element, site_->element_of_device(*pdu)));
  });
}

std::optional<Index> Branches::pdu_of(const Element& element) const {
  if (element.is("device")) return site_->device(element.rest());
  if (const auto load = site_->load(element.first())) {
    for (const Index s : site_->loads[*load].supplies)
      if (site_->element_of_supply(s) == element) return site_->supplies[s].pdu;
  }
  return site_->device(element.first());
}

std::vector<Element> Branches::cuts(const Element& element, const IsLost& is_lost) const {
  std::vector<Element> out;
  const auto pdu = pdu_of(element);
  const auto feeds = pdu ? site_->feeds_of_pdu(*pdu) : std::vector<Index>{};
  if (feeds.size() < 2) return out;
  for (const Index feed : feeds) {
    auto way = chain_of(site_->element_of_feed(feed));
    way.insert(way.begin(), site_->element_of_feed(feed));
    const auto cut = std::ranges::find_if(way, is_lost);
    if (cut == way.end()) return {};
    out.push_back(*cut);
  }
  return out;
}

bool Branches::is_other_side(const Element& element, const Element& worked_on) const {
  return std::ranges::any_of(site_->loads, [&](const site::Load& load) {
    bool worked = false, other = false;
    for (const Index s : load.supplies) {
      const auto supply = site_->element_of_supply(s);
      const bool in_work = is_at_or_above(worked_on, supply);
      worked = worked || in_work;
      other = other || (!in_work && is_at_or_above(element, supply));
    }
    return worked && other;
  });
}

bool Branches::speaks_for(const Element& speaker, const Element& element) const {
  const auto is_below = [&](Index supply) { return is_at_or_above(element, site_->element_of_supply(supply)); };
  if (speaker.is("contact")) {
    const auto contact = site_->contact(speaker.rest());
    return contact && is_below(site_->contacts[*contact].supply);
  }
  const auto device = speaker.is("device") ? site_->device(speaker.rest()) : std::nullopt;
  for (Index s = 0; device && s < site_->supplies.size(); ++s)
    if (site_->supplies[s].status == device && is_below(s)) return true;
  return false;
}

bool Branches::is_heard_by(const Element& card, const Element& path) const {
  const auto device = card.is("device") ? site_->device(card.rest()) : std::nullopt;
  return card == path || (device && site_->path_of_device(*device) == path);
}

std::vector<Element> Branches::told_by(const std::vector<Element>& cards) const {
  std::vector<Element> out;
  for (const Element& card : cards) {
    const auto device = card.is("device") ? site_->device(card.rest()) : std::nullopt;
    if (!device) continue;
    if (site_->devices[*device].feed) out.push_back(site_->element_of_pdu(*device));
    for (Index s = 0; s < site_->supplies.size(); ++s)
      if (site_->supplies[s].status == device) out.push_back(site_->element_of_supply(s));
  }
  return out;
}

bool Branches::knows_part(const Element& element) const {
  const auto rest = element.rest();
  if (const auto load = site_->load(element.first())) {
    const auto named = [&](const auto& items) { return [&](Index i) { return items[i].name == rest; }; };
    const auto& one = site_->loads[*load];
    return rest == "cache" || std::ranges::any_of(one.supplies, named(site_->supplies)) ||
           std::ranges::any_of(one.batteries, named(site_->batteries));
  }
  return site_->device(element.first()) && (rest.starts_with("outlet/") || rest.starts_with("bank/") || rest.starts_with("phase/"));
}

bool Branches::knows(const Element& element) const {
  const auto rest = element.rest();
  if (rest.empty()) return element.text() == "self" || site_->device(element.text()) || site_->load(element.text());
  if (element.is("feed")) return site_->feed(rest).has_value();
  if (element.is("ups")) return site_->ups(rest).has_value();
  if (element.is("ats")) return site_->ats(rest).has_value();
  if (element.is("device")) return site_->device(rest).has_value();
  const auto is_path = [&](const site::Device& device) { return device.via == element.text(); };
  if (element.is("switch")) return site_->network_switch(rest) || std::ranges::any_of(site_->devices, is_path);
  if (element.is("contact"))
    return site_->contact(rest) || std::ranges::any_of(site_->contacts, [&](const site::Contact& one) { return one.common == rest; });
  if (element.is("gpiochip")) return std::ranges::any_of(site_->contacts, [&](const site::Contact& one) { return one.chip == rest; });
  return knows_part(element);
}

}  // namespace holdup::incident
