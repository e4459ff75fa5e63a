#include "collector/derive/ways.hpp"

#include <algorithm>

namespace holdup::derive {

Ways::Ways(const site::Site& site)
    : site_{site},
      feeds_of_load_(site.loads.size()),
      supply_lost_(site.supplies.size()),
      feed_lost_(site.feeds.size()),
      selected_(site.devices.size()) {
  for (Index d = 0; d < site.devices.size(); ++d) feeds_.push_back(site.feeds_of_pdu(d));
  for (Index s = 0; s < site.supplies.size(); ++s) {
    const auto& supply = site.supplies[s];
    const auto cord = site.cord_of_supply(s);
    phases_.push_back(cord ? site.phases_of(*cord) : site::Phases{0});
    supplies_below_[site.element_of_supply(s)].push_back(s);
    for (const auto& element : site.ancestors_of_supply(s))
      if (!element.is("feed") && !element.is("ups")) supplies_below_[element].push_back(s);
    auto& all = feeds_of_load_[supply.load];
    if (supply.pdu)
      for (const Index feed : feeds_[*supply.pdu])
        if (std::ranges::find(all, feed) == all.end()) all.push_back(feed);
  }
  for (Index f = 0; f < site.feeds.size(); ++f) {
    feeds_below_[site.element_of_feed(f)].push_back(f);
    if (site.feeds[f].ups) feeds_below_[site.element_of_ups(*site.feeds[f].ups)].push_back(f);
  }
}

bool Ways::lose(std::span<const ground::Element> lost) {
  std::vector<bool> supplies(supply_lost_.size()), feeds(feed_lost_.size());
  const auto mark = [](const auto& below, const ground::Element& element, std::vector<bool>& flags) {
    if (const auto at = below.find(element); at != below.end())
      for (const Index one : at->second) flags[one] = true;
  };
  for (const auto& element : lost) mark(supplies_below_, element, supplies), mark(feeds_below_, element, feeds);
  const bool changed = supplies != supply_lost_ || feeds != feed_lost_;
  supply_lost_ = std::move(supplies), feed_lost_ = std::move(feeds);
  return changed;
}

bool Ways::select(Index pdu, std::optional<unsigned> source) { return std::exchange(selected_[pdu], source) != source; }

std::optional<Index> Ways::carrier(Index pdu, const Without& without) const {
  const auto& feeds = feeds_[pdu];
  const auto selected = selected_[pdu];
  if (selected && *selected >= 1 && *selected <= feeds.size() && feed_lives(feeds[*selected - 1], without)) return feeds[*selected - 1];
  const auto at = std::ranges::find_if(feeds, [&](Index feed) { return feed_lives(feed, without); });
  return at == feeds.end() ? std::nullopt : std::optional{*at};
}

bool Ways::lives(Index supply, const Without& without) const {
  if (supply_lost_[supply] || without.supply == supply) return false;
  const auto pdu = site_.supplies[supply].pdu;
  return !pdu || carrier(*pdu, without);
}

}  // namespace holdup::derive
