#include "collector/detect/contacts.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace holdup::detect {
namespace {

using namespace std::chrono_literals;

// A relay bounces for 1 to 5 ms, and a burst of fast transients lasts 15 ms, three a second: each is one stir. What stirs without end, or
// does not come to rest, is no relay that falls.
constexpr Duration rest = 10ms;  // without a change: the next one is another stir
constexpr std::size_t many_stirs = 8;
constexpr Duration short_time = 1s;  // in which so many are chatter
constexpr Duration longest_stir = 100ms;
constexpr Duration calm = 5s;  // until it is believed again
constexpr Duration same_instant = 1ms;

}  // namespace

Contacts::Contacts(const site::Site& site) : site_{site}, wires_(site.contacts.size()) {
  std::map<std::string, std::size_t> known;
  for (Index c = 0; c < wires_.size(); ++c) {
    // An alarm is quiet when it is open: what wets it fails without a word.
    const bool alone = site.contacts[c].senses == site::Senses::alarm;
    const auto [at, fresh] = known.try_emplace(alone ? "contact/" + site.contacts[c].name : site.contacts[c].common, commons_.size());
    if (fresh) commons_.emplace_back();
    wires_[c].common = at->second;
    commons_[at->second].push_back(c);
  }
}

void Contacts::take(const SideLevel& level) {
  Wire& wire = wires_[level.contact];
  Level& side = wire.sides[static_cast<std::size_t>(level.side)];
  if (side.open == level.open && wire.moved != Instant{}) return;  // the first word counts, also that there is none
  const bool moved = side.open && level.open && !level.found;
  side = {.open = level.open, .at = level.at, .uncertainty = level.uncertainty};
  wire.moved = std::max(wire.moved, level.at);
  if (!wire.departure || level.found) wire.departure = side;  // how it got there while nobody could look, nobody knows
  wire.found = level.found;
  if (moved) stir(wire, level.at);
}

void Contacts::stir(Wire& wire, Instant at) {
  if (wire.stirs.empty() || at - wire.stirred >= rest) wire.stirs.push_back(at);
  if (wire.stirs.size() > many_stirs) wire.stirs.pop_front();
  wire.stirred = std::max(wire.stirred, at);
}

bool Contacts::settle(Instant now) {
  next_due_.reset();
  const auto before = changed_.size();
  for (Index c = 0; c < wires_.size(); ++c)
    if (settle(c, now)) changed_.push_back(c);
  return changed_.size() > before;
}

bool Contacts::settle(Index contact, Instant now) {
  Wire& wire = wires_[contact];
  const site::Contact& built = site_.contacts[contact];
  const auto& [own, pair] = wire.sides;
  const bool unreadable = !own.open || (is_supervised(contact) && !pair.open);
  if (unreadable) return wire.moved != Instant{} && distrust(wire, Trouble::unreadable, wire.moved);
  if (chatters(wire, now)) {
    wake_at(wire.moved + calm);
    return distrust(wire, Trouble::chatters, wire.departure ? wire.departure->at : wire.moved);
  }
  if (is_supervised(contact) && own.open == pair.open) {
    if (now - wire.moved >= built.flight) return distrust(wire, Trouble::sides_agree, wire.moved);
    return wake_at(wire.moved + built.flight), false;
  }
  if (now - wire.moved < built.qualify) return wake_at(wire.moved + built.qualify), false;
  return believe(wire, *own.open);
}

bool Contacts::chatters(const Wire& wire, Instant now) const {
  if (now - wire.moved >= calm) return false;
  if (wire.fact.trouble == Trouble::chatters) return true;
  if (wire.stirs.empty()) return false;
  const bool many = wire.stirs.size() == many_stirs && wire.stirs.back() - wire.stirs.front() < short_time;
  return many || wire.stirred - wire.stirs.back() > longest_stir;
}

bool Contacts::believe(Wire& wire, bool open) {
  const bool was_in_trouble = wire.fact.trouble != Trouble::none;
  const bool changes = wire.fact.open != open;
  if (changes) {
    const Level start = wire.departure.value_or(wire.sides[0]);
    wire.fact.found = wire.found;
    wire.fact.exercised = !wire.stirs.empty();
    wire.fact.since = start.at;
    wire.fact.uncertainty = start.uncertainty;
    wire.fact.open = open;
  }
  wire.departure.reset();
  wire.fact.trouble = Trouble::none;
  return changes || was_in_trouble;
}

// What it said before stands no more.
bool Contacts::distrust(Wire& wire, Trouble trouble, Instant since) {
  if (wire.fact.trouble == trouble) return false;
  wire.fact.open.reset();
  wire.fact.trouble = trouble;
  wire.fact.trouble_since = since;
  return true;
}

bool Contacts::fell_together(Index contact) const {
  const auto& mates = commons_[wires_[contact].common];
  if (mates.size() < 2) return false;
  Instant first = Instant::max(), last = Instant::min();
  for (const Index mate : mates) {
    const Wire& wire = wires_[mate];
    const Level& own = wire.sides[0];
    if (!own.open || !*own.open || wire.stirs.empty() || wire.found) return false;
    // Its fact may not have settled yet; then the departure tells when it fell.
    const Instant fell = wire.fact.open == true ? wire.fact.since : wire.departure ? wire.departure->at : own.at;
    first = std::min(first, fell), last = std::max(last, fell);
  }
  return last - first <= same_instant;
}

}  // namespace holdup::detect
