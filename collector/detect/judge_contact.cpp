#include <algorithm>
#include <chrono>
#include <set>

#include "collector/detect/judge.hpp"
#include "collector/detect/judge_signs.hpp"

namespace holdup::detect {
namespace {

using namespace std::chrono_literals;
using ground::Element;
using Trouble = Contacts::Trouble;

constexpr Duration lag = 20ms;      // of a supply's own word behind its wire
constexpr Duration disagrees = 2s;  // a wire against a reading, before the wire is called broken: a supply's own word may lag

Sign contact_sign(const site::Site& site, Index contact, const Contacts::Fact& fact) {
  return {.source = Element::contact(site.contacts[contact].name),
          .point = *fact.open ? "contact open" : "contact closed",
          .value = *fact.open ? 0. : 1.,
          .quality = Quality::good,
          .time = fact.since,
          .uncertainty = fact.uncertainty};
}

bool senses_input(site::Senses senses) { return senses == site::Senses::ac_in || senses == site::Senses::ac_ok; }

/// Its word is that something is lost: an alarm's that holds, any other's that does not.
bool says_lost(site::Senses senses, const Contacts::Fact& fact) { return *fact.open == (senses != site::Senses::alarm); }

}  // namespace

// A reading that may predate the edge never vetoes it; a later one knows better than an unsupervised wire.
Judge::Wired Judge::wired(Index supply, std::initializer_list<site::Senses> senses) const {
  Wired out;
  for (const Index c : facts_.neighbours().contacts(supply)) {
    const site::Contact& built = site_.contacts[c];
    const auto& fact = facts_.contacts().fact(c);
    if (std::ranges::find(senses, built.senses) == senses.end() || !fact.open) continue;
    out.all.push_back(contact_sign(site_, c, fact));
    if (!says_lost(built.senses, fact) || contradicted_contact(c) || is_common_fault(c)) continue;
    out.against.push_back(out.all.back());
    out.strength = std::max(out.strength, facts_.contacts().is_supervised(c) ? Strength::proven : Strength::reported);
  }
  return out;
}

/// What was measured of it after the contact moved, and says otherwise; nullptr: nothing. What the outlet feeds into a supply that reports
/// nothing of its input came through that input; a supervised wire knows better, as a cord may hang elsewhere.
const Track* Judge::denial(Index contact, Meaning means) const {
  const Index supply = site_.contacts[contact].supply;
  const auto& fact = facts_.contacts().fact(contact);
  const Instant moved = fact.since + fact.uncertainty + lag;
  const Track* told = facts_.status(supply, means);
  if (told != nullptr && told->known()) return says(told, 1) && told->fresh && told->from() > moved ? told : nullptr;
  if (means != Meaning::supply_input_ok || facts_.contacts().is_supervised(contact)) return nullptr;
  for (const Meaning drawn : {Meaning::outlet_power, Meaning::outlet_current})
    if (const Track* outlet = facts_.outlet(supply, drawn); carries_since(outlet, moved)) return outlet;
  return nullptr;
}

bool Judge::contradicted_contact(Index contact) const {
  const auto senses = site_.contacts[contact].senses;
  const bool input = senses_input(senses) || senses == site::Senses::alarm, output = !senses_input(senses);
  return (!input || denial(contact, Meaning::supply_input_ok)) && (!output || denial(contact, Meaning::supply_output_ok));
}

/// What its supply tells to be gone, measured for long enough, while the contact of that same word holds: welded, bridged, or another's.
const Track* Judge::lost_behind(Index contact) const {
  const auto& [senses, supply] = std::pair{site_.contacts[contact].senses, site_.contacts[contact].supply};
  if (senses != site::Senses::ac_ok && senses != site::Senses::dc_ok) return nullptr;
  const bool input = senses_input(senses);
  const Track* told = facts_.status(supply, input ? Meaning::supply_input_ok : Meaning::supply_output_ok);
  if (!fell_to_zero(told) || !told->fresh || has_gone(supply) || facts_.denies_all(told->device)) return nullptr;
  const auto& fact = facts_.contacts().fact(contact);
  const bool lasts = told->from() - std::max(told->changed, fact.since + fact.uncertainty) >= disagrees;
  const bool elsewhere = input && (told_of_empty_bay(supply, *told) || fed_after_all(supply, told->changed));
  return lasts && !elsewhere ? told : nullptr;
}

// Supplies on several feeds do not fall within a millisecond of each other; what wets their contacts does. An electrical echo says
// otherwise, of its own feed: what is lost there does not move the others.
bool Judge::is_common_fault(Index contact) const {
  if (!facts_.contacts().fell_together(contact)) return false;
  const auto feed = [this](Index mate) { return site_.feed_of_supply(site_.contacts[mate].supply); };
  const auto mates = facts_.contacts().mates(contact);
  const auto own = feed(contact);
  const bool echoes = std::ranges::any_of(mates, [&](Index mate) { return feed(mate) == own && echoes_loss(site_.contacts[mate].supply); });
  return !echoes && std::ranges::any_of(mates, [&](Index mate) { return feed(mate) != own; });
}

bool Judge::echoes_loss(Index supply) const {
  const auto pdu = site_.supplies[supply].pdu;
  const bool pdu_suffers = pdu && facts_.hearing(*pdu).last_answer && (facts_.hearing(*pdu).lasts() || voltage_gone(*pdu));
  return pdu_suffers || says(facts_.status(supply, Meaning::supply_input_ok), 0) ||
         says(facts_.status(supply, Meaning::supply_output_ok), 0);
}

Judgement Judge::contact(Index contact) const {
  const auto& fact = facts_.contacts().fact(contact);
  const Element element = Element::contact(site_.contacts[contact].name);
  if (fact.trouble != Trouble::none)
    return Judgement::lost(fact.trouble == Trouble::chatters ? Strength::reported : Strength::proven,
                           {sign_of_pattern(element, std::string{name(fact.trouble)}, fact.trouble_since)});
  if (!fact.open) return {};
  const site::Contact& built = site_.contacts[contact];
  if (!says_lost(built.senses, fact)) {
    const Track* lost = lost_behind(contact);
    if (lost == nullptr) return Judgement::fine({contact_sign(site_, contact, fact)});
    return Judgement::lost(Strength::probable, {contact_sign(site_, contact, fact), lost->sign(site_)});
  }
  if (!contradicted_contact(contact) || facts_.contacts().fell_together(contact)) return {};
  const Meaning means = senses_input(built.senses) ? Meaning::supply_input_ok : Meaning::supply_output_ok;
  const Track* told = denial(contact, means);
  // A current changes all the time; a flag when the supply comes back, and its wire follows.
  const Instant since = told->means == means ? std::max(fact.since, told->changed) : fact.since;
  if (told->last->time - since < disagrees) return {};
  return Judgement::lost(Strength::probable, {contact_sign(site_, contact, fact), told->sign(site_)});
}

// Told of the first contact of a common, for all.
Judgement Judge::common(Index contact) const {
  const auto mates = facts_.contacts().mates(contact);
  std::vector<Sign> fell, stand;
  bool contradicted = true;
  for (const Index mate : mates) {
    const auto& fact = facts_.contacts().fact(mate);
    if (fact.trouble == Trouble::sides_agree)  // of a pair both sides fall
      fell.push_back(sign_of_pattern(Element::contact(site_.contacts[mate].name), std::string{name(fact.trouble)}, fact.trouble_since));
    if (!fact.open) continue;
    (*fact.open ? fell : stand).push_back(contact_sign(site_, mate, fact));
    contradicted = contradicted && contradicted_contact(mate);
  }
  if (!stand.empty()) return Judgement::fine(std::move(stand));
  const bool told = fell.size() == mates.size() && facts_.contacts().fell_together(contact);
  const bool common = std::ranges::any_of(mates, [this](Index mate) { return is_common_fault(mate); });
  return told && (contradicted || common) ? Judgement::lost(Strength::probable, std::move(fell)) : Judgement{};
}

// An output contact where nothing tells of the input, or a contact that says just "alarm": lost, input or output unknown. Once the input is
// told, the contact's word is the output's alone; closed, it still ends what it began.
Judgement Judge::supply_by_wire(Index supply) const {
  const auto held = held_(Verdict::supply_lost, site_.element_of_supply(supply));
  const Track* input = facts_.status(supply, Meaning::supply_input_ok);
  const bool told = input != nullptr && input->known();
  auto alarms = wired(supply, {site::Senses::alarm});
  bool open = false;
  if ((!told || held) && wired(supply, {site::Senses::ac_in, site::Senses::ac_ok}).all.empty()) {
    auto outputs = wired(supply, {site::Senses::dc_ok});
    open = !outputs.against.empty();
    alarms.all.insert(alarms.all.end(), outputs.all.begin(), outputs.all.end());
    if (!told) alarms.against.insert(alarms.against.end(), outputs.against.begin(), outputs.against.end());
  }
  if (!alarms.against.empty() && !is_named(supply)) {
    const Strength strength = add_drained(supply, alarms.against) ? Strength::proven : Strength::reported;
    return Judgement::lost(strength, std::move(alarms.against));
  }
  const bool closed = !alarms.all.empty() && alarms.against.empty() && !open;
  return closed && held && held->strength == Strength::reported ? Judgement::fine(std::move(alarms.all)) : Judgement{};
}

// A verdict that says what of the supply is lost stands already.
bool Judge::is_named(Index supply) const {
  const Element element = site_.element_of_supply(supply);
  return held_(Verdict::supply_input_lost, element) || held_(Verdict::supply_output_failed, element) ||
         held_(Verdict::supply_off_commanded, element);
}

}  // namespace holdup::detect
