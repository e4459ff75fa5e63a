#include "collector/detect/judge_bank.hpp"

#include <algorithm>

#include "collector/detect/judge_signs.hpp"
#include "ground/number.hpp"

namespace holdup::detect {
namespace {

using namespace std::chrono_literals;

constexpr site::Phases every_line = 7;
constexpr Duration same_moment = 2s;    // of outlets that one breaker takes, beside the PDU's own refresh
constexpr Duration overload_of = 5min;  // how far back an overload is looked for

}  // namespace

BankJudge::BankJudge(const site::Site& site, const Facts& facts, const Judge& judge, HeldBy held)
    : site_{site}, facts_{facts}, judge_{judge}, held_{std::move(held)}, supplies_(site.banks.size()) {
  for (Index s = 0; s < site.supplies.size(); ++s) {
    const auto cord = site.cord_of_supply(s);
    if (const auto bank = cord ? site.bank_of(*cord) : std::nullopt) supplies_[*bank].push_back(s);
  }
}

Judgement BankJudge::bank(Index bank) const {
  const Index pdu = site_.banks[bank].pdu;
  const auto held = held_(Verdict::bank_tripped, site_.element_of_bank(bank));
  if (!facts_.hearing(pdu).answers() || facts_.starting(pdu) || facts_.denies_all(pdu)) return {};
  if (held)
    if (auto back = back_since(bank, *held)) return Judgement::fine({std::move(*back)});
  if (judge_.voltage_gone(pdu)) return {};  // the whole PDU: no breaker of it
  auto sign = opened(bank);
  if (!sign) sign = voltage_gone(bank);
  if (sign) return Judgement::lost(Strength::proven, {*sign, load_before(bank, sign->time)});
  return held ? Judgement{} : by_outlets(bank);
}

std::optional<Sign> BankJudge::opened(Index bank) const {
  for (const Track* breaker : facts_.bank(bank, Meaning::breaker_closed))
    if (fell_to_zero(breaker)) return breaker->sign(site_);
  return std::nullopt;
}

// The branch's own voltage, or that of every outlet behind it: one outlet alone is that outlet.
std::optional<Sign> BankJudge::voltage_gone(Index bank) const {
  const auto is_dead = [&](const Track* track) {
    return track->known() && !track->stuck && track->lived && track->value() < dead_line * volts(bank);
  };
  const auto own = facts_.bank(bank, Meaning::bank_voltage), outlets = facts_.bank(bank, Meaning::outlet_voltage);
  if (!own.empty() && std::ranges::all_of(own, is_dead) && inlet_stood(bank, own.front()->moves.front())) return own.front()->sign(site_);
  const bool all = outlets.size() > 1 && std::ranges::all_of(outlets, is_dead);
  const auto states = facts_.bank(bank, Meaning::outlet_state);
  const bool switched = std::ranges::any_of(states, [](const Track* state) { return says(state, 0); });
  return all && !switched && inlet_stood(bank, outlets.front()->moves.front()) ? std::optional{outlets.front()->sign(site_)} : std::nullopt;
}

// What the PDU measures of its inlet was measured after the branch fell, and the line that it hangs on is there: else it went with them.
// Where the PDU measures no inlet, nothing speaks against a breaker.
bool BankJudge::inlet_stood(Index bank, Instant fell) const {
  const Index pdu = site_.banks[bank].pdu;
  const auto inlet = facts_.inlet(pdu, Meaning::input_voltage);
  const bool told = std::ranges::all_of(inlet, [&](const Track* track) { return track->known() && track->fresh && track->from() >= fell; });
  const auto own = lines(bank);
  return told && judge_.lost_lines(pdu, own != 0 ? own : every_line) == 0;  // of several: any of them may be one of its outlets'
}

// Of a bank that has no word of its own: two outlets at least fall together to no current, none was switched, the inlet is good, and
// somebody knows that a supply behind it was lost with them. The others of the PDU show that its meter still measures.
Judgement BankJudge::by_outlets(Index bank) const {
  if (judge_.sags(site_.banks[bank].pdu)) return {};  // what it carries has dropped out
  std::optional<Judge::Between> together;
  unsigned fell = 0;
  std::vector<Sign> signs;
  for (const Track* current : facts_.bank(bank, Meaning::outlet_current)) {
    if (!current->known() || current->stuck || current->value() >= meter_floor_amperes) return {};
    const auto when = fall_of(*current);
    if (!when) continue;
    if (together && (when->end - together->end > same_moment || together->end - when->end > same_moment)) return {};
    if (!together) together = when;
    ++fell;
    signs.push_back(current->sign(site_));
    signs.back().uncertainty = signs.back().time - when->start + when->blur;  // it fell since it was seen to carry: what starts shows 0 too
  }
  const auto good = judge_.voltage_good(site_.banks[bank].pdu);
  const auto states = facts_.bank(bank, Meaning::outlet_state);
  const bool switched = std::ranges::any_of(states, [](const Track* state) { return says(state, 0); });
  if (fell < 2 || switched || !good || good->time < together->end || has_voltage_since(bank, together->end)) return {};
  signs.push_back(*good);
  const unsigned lost = lost_behind(bank, *together, signs);
  if (lost == 0) return {};
  signs.push_back(load_before(bank, together->end));
  return Judgement::lost(lost > 1 ? Strength::proven : Strength::probable, std::move(signs));
}

bool BankJudge::has_voltage_since(Index bank, Instant at) const {
  const auto stands = [&](const Track* one) {
    return one->known() && one->fresh && !one->stuck && one->from() > at && one->value() >= dead_line * volts(bank);
  };
  return std::ranges::any_of(facts_.bank(bank, Meaning::outlet_voltage), stands) ||
         std::ranges::any_of(facts_.bank(bank, Meaning::bank_voltage), stands);
}

// By their own status, or by what their siblings took over.
unsigned BankJudge::lost_behind(Index bank, Judge::Between when, std::vector<Sign>& signs) const {
  unsigned lost = 0;
  for (const Index s : supplies_[bank]) {
    const Track* ok = facts_.status(s, Meaning::supply_input_ok);
    const bool pulled = fell_to_zero(facts_.status(s, Meaning::supply_present));  // what lies beside its bay tells of no breaker
    const bool then = says(ok, 0) && !pulled && ok->changed + ok->refresh() >= when.start - same_moment;
    // Row 10: where supplies stand by, what a sibling takes over is no loss; nor is it beside an input that is good since.
    const bool rests = site_.loads[site_.supplies[s].load].sharing == site::Sharing::standby || (says(ok, 1) && ok->from() > when.end);
    const auto taken = then || rests ? std::nullopt : judge_.transferred(s, when);
    if (then) signs.push_back(ok->sign(site_));
    if (taken) signs.insert(signs.end(), taken->begin(), taken->end());
    lost += then || taken ? 1 : 0;
  }
  return lost;
}

// What it carried before: an overload is why, and why it must not be closed before load is shed.
Sign BankJudge::load_before(Index bank, Instant at) const {
  const auto element = site_.element_of_bank(bank);
  double most = 0;
  for (const Track* current : facts_.bank(bank, Meaning::bank_current))
    for (const auto& [time, value] : current->past)
      if (time <= at && at - time < overload_of) most = std::max(most, value);
  if (facts_.bank(bank, Meaning::bank_current).empty())
    for (const Track* current : facts_.bank(bank, Meaning::outlet_current)) most += current->before(at - same_moment).value_or(0);
  const auto rating = site_.banks[bank].rating_amperes;
  const auto carried = "carried " + ground::number_text(most) + " A before" + (rating ? " of " + ground::number_text(*rating) + " A" : "");
  const bool over = rating && most > *rating;
  auto sign = sign_of_pattern(element, over ? "overload: " + carried + "; close it only after shedding load" : carried, at);
  sign.value = most;
  return sign;
}

std::optional<Sign> BankJudge::back_since(Index bank, const Held& held) const {
  const auto newer = [&](const Track* track) { return track->known() && fresh_since(*track, held); };
  const auto breakers = facts_.bank(bank, Meaning::breaker_closed);
  if (!breakers.empty() && breakers.front()->lived)
    return says(breakers.front(), 1) && newer(breakers.front()) ? std::optional{breakers.front()->sign(site_)} : std::nullopt;
  for (const Meaning means : {Meaning::bank_voltage, Meaning::outlet_voltage})
    if (const auto tracks = facts_.bank(bank, means); !tracks.empty() && tracks.front()->lived) {
      const bool good = std::ranges::all_of(tracks, [&](const Track* one) { return newer(one) && one->value() > dead_line * volts(bank); });
      return good ? std::optional{tracks.front()->sign(site_)} : std::nullopt;
    }
  for (const Track* current : facts_.bank(bank, Meaning::outlet_current))
    if (newer(current) && current->value() >= meter_floor_amperes) return current->sign(site_);
  for (const Index s : supplies_[bank])
    if (const Track* ok = facts_.status(s, Meaning::supply_input_ok); says(ok, 1) && newer(ok)) return ok->sign(site_);
  return std::nullopt;
}

double BankJudge::volts(Index bank) const {
  const auto feed = site_.devices[site_.banks[bank].pdu].feed;
  return feed ? site_.nominal_volts(*feed, lines(bank)) : 0;
}

site::Phases BankJudge::lines(Index bank) const {
  const auto& one = site_.banks[bank];
  return one.phases != 0 ? one.phases : site_.devices[one.pdu].phases;
}

}  // namespace holdup::detect
