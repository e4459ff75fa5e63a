#include "collector/poll/contact_desk.hpp"

#include <spdlog/spdlog.h>

#include <map>

namespace holdup::poll {
namespace {

void add(gpio::Counters& sum, const gpio::Counters& part) {
  sum.edges += part.edges;
  sum.lost += part.lost;
  sum.maybe_lost += part.maybe_lost;
  sum.seen += part.seen;
  sum.openings += part.openings;
}

gpio::Wish wish(const site::Contact& contact, const std::string& line) {
  static_assert(static_cast<int>(site::Bias::pull_down) == static_cast<int>(gpio::Bias::pull_down));
  return {.line = line, .active_low = contact.active_low, .bias = static_cast<gpio::Bias>(contact.bias), .debounce = contact.debounce};
}

}  // namespace

void ContactDesk::man(const site::Site& site) {
  past_ = counters();
  watches_.clear();
  struct Chip {
    std::vector<gpio::Wish> wishes;
    std::vector<Place> places;
  };
  std::map<std::string, Chip> chips;
  for (site::Index c = 0; c < site.contacts.size(); ++c) {
    const site::Contact& contact = site.contacts[c];
    Chip& chip = chips[contact.chip];
    chip.wishes.push_back(wish(contact, contact.line));
    chip.places.push_back({c, detect::Side::own});
    if (contact.pair.empty()) continue;
    chip.wishes.push_back(wish(contact, contact.pair));
    chip.places.push_back({c, detect::Side::pair});
  }
  for (auto& [name, chip] : chips) watch(name, std::move(chip.wishes), std::move(chip.places));
}

void ContactDesk::watch(const std::string& chip, std::vector<gpio::Wish> wishes, std::vector<Place> places) {
  gpio::Watch::Ears ears{
      .hear = [this, places = std::move(places)](const std::vector<gpio::Told>& told) { take(places, told); },
      .say = [](const std::string& what) { spdlog::warn("contacts {}", what); },
  };
  watches_.push_back(std::make_unique<gpio::Watch>(loop_, chip, std::move(wishes), std::move(ears)));
}

// An active line means that the contact's word holds: it is closed.
void ContactDesk::take(const std::vector<Place>& places, const std::vector<gpio::Told>& told) {
  core::Edges edges;
  for (const auto& one : told) {
    const Place& place = places[one.wish];
    edges.all.push_back({.contact = place.contact,
                         .side = place.side,
                         .open = one.kind == gpio::Told::Kind::gone ? std::nullopt : std::optional{!one.active},
                         .at = one.at,
                         .uncertainty = one.uncertainty,
                         .found = one.kind == gpio::Told::Kind::state});
  }
  hand_(std::move(edges));
}

gpio::Counters ContactDesk::counters() const {
  auto sum = past_;
  for (const auto& watch : watches_) add(sum, watch->counters());
  return sum;
}

}  // namespace holdup::poll
