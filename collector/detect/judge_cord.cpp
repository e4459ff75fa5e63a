#include "collector/detect/judge_cord.hpp"

#include <algorithm>
#include <cmath>

#include "collector/detect/judge_signs.hpp"

namespace holdup::detect {
namespace {

using namespace std::chrono_literals;

constexpr Duration same_moment = 2s;
constexpr Duration one_moment = 200ms;  // beside how seldom somebody looked
constexpr Duration hardly_two = 300ms;  // in which no two cords go for two reasons
constexpr Duration restarted = 5s;      // so long a card that got its input back does not answer
constexpr double same_current = 0.2;    // of an outlet that did not take part

}  // namespace

Judgement CordJudge::supply(Index supply) const {
  const auto pdu = site_.supplies[supply].pdu;
  const Track* ok = facts_.status(supply, Meaning::supply_input_ok);
  if (!pdu || ok == nullptr || !ok->known() || !facts_.hearing(*pdu).answers()) return {};
  const auto element = site_.element_of_supply(supply);
  if (const auto held = held_(Verdict::miscorded, element)) {
    // Put right: what its outlet gives is what it takes.
    const Track* current = facts_.outlet(supply, Meaning::outlet_current);
    const bool carries = carries_since(current, held->since) && current->changed > held->since && says(ok, 1) && fresh_since(*ok, held);
    return carries ? Judgement::fine({current->sign(site_), ok->sign(site_)}) : Judgement{};
  }
  const bool pulled = fell_to_zero(facts_.status(supply, Meaning::supply_present));
  if (!says(ok, 0) || pulled || judge_.held_above(supply)) return {};
  const auto beside = lost_beside(supply, *ok);
  const auto good = good_throughout(*pdu, *ok);
  if (!beside || !good || was_off(facts_.outlet(supply, Meaning::outlet_state), *ok)) return {};
  std::vector<Sign> signs{ok->sign(site_), beside->sign, *good};
  const auto told = outlet(supply, ok->changed, signs);
  if (told == Outlet::fed_it || (told == Outlet::none && !beside->at_once)) return {};
  return Judgement::lost(told == Outlet::did_not ? Strength::proven : Strength::probable, std::move(signs));
}

// Its bus is good, and behind the fuse stand tens of volts without current: they come back through the load from its other input.
Judgement CordJudge::fuse(Index supply) const {
  const Track* volts = facts_.outlet(supply, Meaning::outlet_voltage);
  const Track* current = facts_.outlet(supply, Meaning::outlet_current);
  const auto nominal = site_.nominal_volts_of_supply(supply);
  if (!nominal || volts == nullptr || !volts->known() || !volts->fresh || volts->stuck) return {};
  const double share = std::fabs(volts->value()) / *nominal;
  if (share >= cut_off) {
    const auto held = held_(Verdict::fuse_blown, site_.element_of_outlet(*site_.cord_of_supply(supply)));
    return held && fresh_since(*volts, held) ? Judgement::fine({volts->sign(site_)}) : Judgement{};
  }
  const bool dry = current != nullptr && current->known() && current->fresh && !current->stuck && current->lived &&
                   std::fabs(current->value()) < meter_floor_amperes;
  const auto good = judge_.voltage_good(*site_.supplies[supply].pdu);
  // The whole bus may sink: it has to be good after its outlet was not.
  if (share < back_fed || !dry || !good || good->time - good->uncertainty < volts->moves.front()) return {};
  return Judgement::lost(Strength::proven, {volts->sign(site_), current->sign(site_), *good});
}

// It says so, or its status died with it and stays away.
bool CordJudge::still_without(const Track& lost, Instant good) const {
  const Hearing& status = facts_.hearing(lost.device);
  if (status.answers()) return lost.fresh && lost.from() >= good;
  return status.silent() && good - status.first_failure >= restarted;
}

// The PDU's voltage never moved since the supply lost its input, and the supply still has none.
std::optional<Sign> CordJudge::good_throughout(Index pdu, const Track& lost) const {
  const auto good = judge_.voltage_good(pdu);
  if (!good || good->time - good->uncertainty <= lost.changed || !still_without(lost, good->time)) return std::nullopt;
  const auto& hearing = facts_.hearing(pdu);
  const bool restarted_since = hearing.back && *hearing.back > lost.changed && hearing.absence >= restarted;  // an answer may get lost
  const auto inlet = facts_.inlet(pdu, Meaning::input_voltage);
  const bool moved = std::ranges::any_of(inlet, [&](const Track* track) { return track->moves.front() > lost.changed; });
  return moved || restarted_since ? std::nullopt : good;
}

// At some moment that the loss may be from its outlet was off: that took its input.
bool CordJudge::was_off(const Track* state, const Track& lost) {
  const Instant earliest = lost.changed - lost.unwatched - lost.refresh();
  return says(state, 0) || (state != nullptr && state->moved && state->changed > earliest);
}

// It was told to have its input when the other had told that it has none. A unit that tells of both looks at both at once.
bool CordJudge::fed_after(const Track& one, const Track& lost) {
  const Instant fed = one.value() == 0 ? one.changed - one.unwatched : one.last->time;
  return one.device == lost.device ? fed >= lost.changed : fed - one.refresh() - one_moment > lost.changed;
}

// Within two seconds, and as far as those who tell it looked, at once.
bool CordJudge::together(const Track& one, const Track& other) {
  const auto& [first, second] = std::minmax(one, other, [](const Track& a, const Track& b) { return a.changed < b.changed; });
  return second.changed - first.changed <= same_moment && !fed_after(second, first);
}

// So closely watched that two failures could hardly meet there: all that a loss without a meter has to show.
bool CordJudge::at_once(const Track& one, const Track& other) {
  const auto earliest = [](const Track& track) { return track.changed - track.unwatched - track.refresh(); };
  return std::max(one.changed, other.changed) - std::min(earliest(one), earliest(other)) <= hardly_two;
}

// Its status fell silent in that moment, before it could tell.
bool CordJudge::died_unheard(Index supply, const Held& above, const Track& lost) const {
  const auto unit = site_.supplies[supply].status;
  const Track* ok = facts_.status(supply, Meaning::supply_input_ok);
  const bool known = ok != nullptr && ok->known();
  const auto then = [&](Instant at) { return std::chrono::abs(at - lost.changed) <= same_moment; };
  const bool went = unit && facts_.hearing(*unit).silent() && then(facts_.hearing(*unit).first_failure) && then(above.since);
  return went && !says(ok, 0) && !(known && fed_after(*ok, lost));
}

// A sibling lost what it hangs on at the same moment.
std::optional<CordJudge::Beside> CordJudge::lost_beside(Index supply, const Track& lost) const {
  for (const Index sibling : site_.loads[site_.supplies[supply].load].supplies) {
    const auto pdu = site_.supplies[sibling].pdu;
    if (sibling == supply || !pdu || pdu == site_.supplies[supply].pdu) continue;
    const auto above = judge_.held_above(sibling);
    const Track* ok = facts_.status(sibling, Meaning::supply_input_ok);
    const bool told = says(ok, 0) && together(*ok, lost);
    if (above && (told || died_unheard(sibling, *above, lost)))
      return Beside{sign_of_pattern(site_.element_of_pdu(*pdu), "lost in the same moment", above->since), told && at_once(*ok, lost)};
  }
  return std::nullopt;
}

// An outlet that fed it shows its going. One that goes on as before, or carried nothing while the supply gave power, feeds something else.
CordJudge::Outlet CordJudge::outlet(Index supply, Instant lost, std::vector<Sign>& signs) const {
  const Track* current = facts_.outlet(supply, Meaning::outlet_current);
  const Track* output = facts_.status(supply, Meaning::supply_output_power);
  if (current == nullptr || !current->known() || current->stuck) return Outlet::none;
  const auto before = current->before(lost - same_moment);
  if (!before || current->from() <= lost) return Outlet::none;
  const bool carried = *before >= meter_floor_amperes;
  signs.push_back(current->sign(site_));
  if (carried) {
    const bool unmoved = current->moves.front() <= lost && std::fabs(current->value() - *before) <= same_current * *before;
    if (unmoved) signs.back().point += ": unmoved, it feeds something else";
    return unmoved ? Outlet::did_not : Outlet::fed_it;
  }
  const auto gave = output != nullptr ? output->before(lost - same_moment) : std::nullopt;
  if (!gave || *gave < 4 * meter_floor_watts) return Outlet::none;
  signs.back().point += ": none, while the supply gave power";
  return Outlet::did_not;
}

}  // namespace holdup::detect
