#include "collector/detect/judge.hpp"

#include <algorithm>
#include <bit>

#include "collector/detect/judge_signs.hpp"

namespace holdup::detect {
namespace {

using namespace std::chrono_literals;
using ground::Element;

constexpr Duration start_up = 5s;      // a supply may take so long from a good input to a good output
constexpr Duration drew_lately = 10s;  // before it went down
constexpr Duration one_answer = 2s;    // so far apart a card may tell of one moment
constexpr double idle_part = 0.1;      // of what a sibling carries: less is no part of the load
constexpr double nearly_all = 0.85;    // of what a load needs: transfer is known to 15 %
constexpr Duration pulled = 500ms;     // the least that a module is out which a hand pulls and seats again

}  // namespace

Judgement Judge::supply_input(Index supply) const {
  if (has_gone(supply)) return {};
  const auto held = this->held(Verdict::supply_input_lost, &site::Site::element_of_supply, supply);
  const Track* ok = facts_.status(supply, Meaning::supply_input_ok);
  auto contacts = wired(supply, {site::Senses::ac_in, site::Senses::ac_ok});
  if (says(ok, 0) && !told_of_empty_bay(supply, *ok)) {
    contacts.against.push_back(ok->sign(site_));
    const auto contrary = fed_after_all(supply, ok->changed);
    if (contrary) contacts.against.push_back(*contrary);
    return Judgement::lost(contrary || facts_.blank(ok->device) ? Strength::probable : Strength::proven, std::move(contacts.against));
  }
  if (!contacts.against.empty()) return input_by_wire(supply, std::move(contacts));
  if (says(ok, 1) && fresh_since(*ok, held) && carries_again(supply)) return fine(Verdict::supply_input_lost, held, *ok);
  if (contacts.all.empty()) return held ? input_by_outlet(supply, *held) : Judgement{};
  // A closed contact withdraws what was only reported; against a proven loss it counts where nothing better watches.
  const bool reported = held && held->strength == Strength::reported;
  const bool closed_since = held && std::ranges::all_of(contacts.all, [&](const Sign& sign) { return sign.time > held->since; });
  const bool enough = !is_watched(supply) || reported || (closed_since && !status_tells(supply));
  return enough && !(held && !reported && awaits_meter(supply, contacts.all)) ? Judgement::fine(std::move(contacts.all)) : Judgement{};
}

// What fell as it was removed, or was told last before it was there again, is of an empty bay; what is told in the moment in which it is
// there again is of a module that starts. What told of a good input since loses it anew.
bool Judge::told_of_empty_bay(Index supply, const Track& told) const {
  const Track* present = facts_.status(supply, Meaning::supply_present);
  const bool started = says(present, 1) && told.changed - told.unwatched > present->changed;
  if (says(present, 1)) return present->moved && !started && told.from() <= present->changed + one_answer;
  const bool removed = held(Verdict::supply_removed, &site::Site::element_of_supply, supply).has_value();
  return removed && fell_to_zero(present) && told.changed <= present->changed + one_answer;
}

// Something is there that tells of its input, or nobody knows yet whether it does.
bool Judge::is_watched(Index supply) const {
  const auto unit = site_.supplies[supply].status;
  return unit && (facts_.status(supply, Meaning::supply_input_ok) != nullptr || !facts_.hearing(*unit).last_answer);
}

// What a trap reported and nothing but its outlet can tell: proven, or over.
Judgement Judge::input_by_outlet(Index supply, const Held& held) const {
  if (held.strength == Strength::reported)
    if (auto drained = drained_since(supply, {held.since, held.since})) return Judgement::lost(Strength::proven, std::move(*drained));
  const Track* current = facts_.outlet(supply, Meaning::outlet_current);
  const bool carries = !is_watched(supply) && carries_since(current, held.since) && facts_.hearing(current->device).answers();
  return carries ? Judgement::fine({current->sign(site_)}) : Judgement{};
}

// Row 17: what a wire reported is proven once the supply's own outlet shows that nothing flows any more, and the siblings carry what it
// carried.
Judgement Judge::input_by_wire(Index supply, Wired wires) const {
  if (wires.strength == Strength::proven) return Judgement::lost(wires.strength, std::move(wires.against));
  if (const auto lost = held(Verdict::supply_lost, &site::Site::element_of_supply, supply); lost && lost->strength == Strength::proven) {
    wires.strength = Strength::proven;
    wires.against.push_back(sign_of_pattern(site_.element_of_supply(supply), std::string{name(Verdict::supply_lost)}, lost->since));
  } else if (add_drained(supply, wires.against)) {
    wires.strength = Strength::proven;
  }
  return Judgement::lost(wires.strength, std::move(wires.against));
}

bool Judge::add_drained(Index supply, std::vector<Sign>& wires) const {
  const Sign& first = wires.front();
  const auto drained = drained_since(supply, {first.time - first.uncertainty, first.time + first.uncertainty});
  if (drained) wires.insert(wires.end(), drained->begin(), drained->end());
  return drained.has_value();
}

// Measured anew since then, on both sides; against what was carried then, or just before it went.
std::optional<std::vector<Sign>> Judge::drained_since(Index supply, Between reported) const {
  const auto pdu = site_.supplies[supply].pdu;
  const Track* current = facts_.outlet(supply, Meaning::outlet_current);
  const bool heard = pdu && facts_.hearing(*pdu).answers() && current != nullptr && current->known() && current->fresh && !current->stuck;
  if (!heard || current->value() >= meter_floor_amperes || current->from() <= reported.end) return std::nullopt;
  auto taken = transferred(supply, reported);
  if (const auto gone = fall_of(*current); !taken && gone && gone->end > reported.end) taken = transferred(supply, *gone);
  if (taken) taken->insert(taken->begin(), current->sign(site_));
  return taken;
}

// A meter that saw the loss, and was not read anew since the contacts closed, is heard before they are believed.
bool Judge::awaits_meter(Index supply, const std::vector<Sign>& contacts) const {
  const auto pdu = site_.supplies[supply].pdu;
  const Track* current = facts_.outlet(supply, Meaning::outlet_current);
  if (!pdu || !facts_.hearing(*pdu).answers() || current == nullptr || !current->known() || current->stuck) return false;
  const bool drained = current->value() < meter_floor_amperes && fall_of(*current);
  return drained && std::ranges::any_of(contacts, [&](const Sign& sign) { return current->from() <= sign.time; });
}

// Where loads share actively, an input that is good again is back only when the supply carries its part.
bool Judge::carries_again(Index supply) const {
  const site::Load& load = site_.loads[site_.supplies[supply].load];
  const Track* power = facts_.status(supply, Meaning::supply_output_power);
  if (load.sharing != site::Sharing::active || power == nullptr || !power->known()) return true;
  const bool idle = std::all_of(load.supplies.begin(), load.supplies.end(), [&](Index s) {
    const Track* part = facts_.status(s, Meaning::supply_output_power);
    return part != nullptr && part->known() && part->value() < meter_floor_watts;
  });
  return idle || power->value() >= meter_floor_watts;
}

// Its outlet's meter is another device's word: what draws current has an input. A meter that stood still says nothing; one that falls
// silent takes nothing back.
std::optional<Sign> Judge::fed_after_all(Index supply, Instant since) const {
  for (const Meaning means : {Meaning::outlet_current, Meaning::outlet_power}) {  // what idles shows in watts alone
    const Track* drawn = facts_.outlet(supply, means);
    if (drawn == nullptr || !drawn->known() || drawn->stuck || drawn->from() <= since || drawn->value() < floor_of(*drawn)) continue;
    return sign_of_contradiction(drawn->sign(site_), "it draws current, measured after it; so nothing is proven");
  }
  return std::nullopt;
}

Judgement Judge::supply_output(Index supply) const {
  if (has_gone(supply)) return {};
  const Track* output = facts_.status(supply, Meaning::supply_output_ok);
  const Track* input = facts_.status(supply, Meaning::supply_input_ok);
  const auto held = this->held(Verdict::supply_output_failed, &site::Site::element_of_supply, supply);
  const Track* losses = facts_.status(supply, Meaning::input_loss_count);  // a loss that no poll saw: it starts all the same
  const auto since = [&](const Track* track) { return output->from() - track->changed >= start_up; };
  const bool counted = losses != nullptr && losses->known();
  const bool started = says(input, 1) && output != nullptr && output->known() && since(input) && (!counted || since(losses));
  if (says(output, 0) && started) {
    // Where nobody looked for so long it may have been out, and starts.
    const auto& [back, absence] = std::pair{facts_.hearing(output->device).back, facts_.hearing(output->device).absence};
    const bool missed = (back && output->changed - *back < start_up) || output->unwatched + output->refresh() > pulled;
    const bool away = back && absence + output->refresh() > pulled && !counted;
    const bool lasts = output->from() - (away ? std::max(output->changed, *back) : output->changed) >= start_up;
    const auto pdu = site_.supplies[supply].pdu;
    // Its PDU, not heard since, may have been out with all that hangs on it: then this is no failure of its own.
    if (back && missed && !lasts && pdu && !facts_.hearing(*pdu).answers() && !held) return {};
    return Judgement::lost(missed && !lasts ? Strength::probable : Strength::proven, {output->sign(site_), input->sign(site_)});
  }
  auto contacts = wired(supply, {site::Senses::dc_ok});
  const bool has_input = says(input, 1) || !wired(supply, {site::Senses::ac_in, site::Senses::ac_ok}).all.empty();
  const bool named = this->held(Verdict::supply_input_lost, &site::Site::element_of_supply, supply).has_value();
  if (!contacts.against.empty() && has_input && !named) return Judgement::lost(contacts.strength, std::move(contacts.against));
  if (says(output, 1) && fresh_since(*output, held)) return fine(Verdict::supply_output_failed, held, *output);
  const bool enough = output == nullptr || (held && held->strength == Strength::reported);
  if (enough && !contacts.all.empty() && contacts.against.empty()) return Judgement::fine(std::move(contacts.all));
  return {};
}

Judgement Judge::supply_off(Index supply) const {
  const Track* state = facts_.outlet(supply, Meaning::outlet_state);
  const auto pdu = site_.supplies[supply].pdu;
  if (!pdu || state == nullptr || !state->known() || !facts_.hearing(*pdu).answers()) return {};
  const auto held = this->held(Verdict::supply_off_commanded, &site::Site::element_of_supply, supply);
  const bool blank = says(state, 0) && !state->lived && facts_.denies_all(*pdu);  // the card may have started before we did
  if (says(state, 0) && !blank && !voltage_gone(*pdu) && !facts_.starting(*pdu)) {
    const auto contrary = on_after_all(supply, state->changed);
    if (contrary) return Judgement::lost(Strength::probable, {state->sign(site_), *contrary});
    return Judgement::lost(Strength::proven, {state->sign(site_)});
  }
  if (says(state, 1) && fresh_since(*state, held)) return fine(Verdict::supply_off_commanded, held, *state);
  return {};
}

std::optional<Sign> Judge::on_after_all(Index supply, Instant since) const {
  const Track* ok = facts_.status(supply, Meaning::supply_input_ok);
  if (!says(ok, 1) || !ok->fresh || ok->from() <= since) return std::nullopt;
  return sign_of_contradiction(ok->sign(site_), "its input is good, measured after it; so nothing is proven");
}

// The outlet is on and live, its current is gone, and the siblings carry what it carried. Row 12: without transfer nothing is said.
Judgement Judge::supply_silently(Index supply) const {
  if (auto wire = supply_by_wire(supply); wire.kind != Judgement::Kind::cannot_tell) return wire;
  const Track* state = facts_.outlet(supply, Meaning::outlet_state);
  const Track* current = facts_.outlet(supply, Meaning::outlet_current);
  const auto pdu = site_.supplies[supply].pdu;
  if (!pdu || current == nullptr || !current->known() || current->stuck || !facts_.hearing(*pdu).answers() || says(state, 0)) return {};
  const auto held = this->held(Verdict::supply_lost, &site::Site::element_of_supply, supply);
  if (current->value() >= meter_floor_amperes)
    return fresh_since(*current, held) ? fine(Verdict::supply_lost, held, *current) : Judgement{};
  const auto held_too = [&](Verdict verdict) { return this->held(verdict, &site::Site::element_of_supply, supply).has_value(); };
  const bool starts = held_too(Verdict::supply_off_commanded);  // it is on again
  const bool named = status_tells(supply) || held_too(Verdict::supply_removed) || held_too(Verdict::supply_input_lost) || starts;
  if (held || named || held_on_branch(supply) || voltage_gone(*pdu)) return {};
  const auto fell = fall_of(*current);
  if (!fell || was_good_since(supply, fell->end)) return {};
  // Where supplies may stand by, a sibling that takes all is no loss, or none that a current alone can prove.
  const auto sharing = site_.loads[site_.supplies[supply].load].sharing;
  if (sharing == site::Sharing::standby) return {};
  auto strength = sharing == site::Sharing::active ? Strength::proven : Strength::unknown;
  auto taken = transferred(supply, *fell);
  if (const auto stood = while_it_stood(*current, *fell); !taken && stood)
    taken = transferred(supply, *stood), strength = std::min(strength, Strength::probable);
  if (!taken || !carried_beside(supply, *fell)) return {};
  taken->insert(taken->begin(), current->sign(site_));
  if (const auto status = site_.supplies[supply].status; status && facts_.hearing(*status).silent()) taken->push_back(silence(*status));
  return Judgement::lost(strength, std::move(*taken));
}

// Row 10: it told that it stands by, and has only fallen silent since.
bool Judge::was_good_since(Index supply, Instant fell) const {
  const Track* input = facts_.status(supply, Meaning::supply_input_ok);
  return says(input, 1) && input->from() > fell;
}

bool Judge::status_tells(Index supply) const {
  const Track* input = facts_.status(supply, Meaning::supply_input_ok);
  return input != nullptr && input->known() && !input->gone && !input->stuck && !facts_.hearing(input->device).silent();
}

Judgement Judge::of_supply(Verdict verdict, Index supply) const {
  switch (verdict) {
    case Verdict::supply_removed:
      return supply_removed(supply);
    case Verdict::supply_input_lost:
      return supply_input(supply);
    case Verdict::supply_output_failed:
      return supply_output(supply);
    case Verdict::supply_off_commanded:
      return supply_off(supply);
    default:
      return supply_silently(supply);
  }
}

Judge::Condition Judge::condition(Index supply) const {
  const Element& element = site_.element_of_supply(supply);
  for (Verdict v : {Verdict::supply_removed, Verdict::supply_input_lost, Verdict::supply_output_failed, Verdict::supply_off_commanded,
                    Verdict::supply_lost})
    if (const auto held = held_(v, element)) {
      if (of_supply(v, supply).kind == Judgement::Kind::fine) return {};  // good again, but not yet for long: nothing is built on it
      return {Condition::Kind::lost, held->strength, nullptr, sign_of_pattern(element, std::string{name(v)}, held->since)};
    }
  if (const auto above = held_above(supply)) {
    const auto wires = wired(supply, {site::Senses::ac_in, site::Senses::ac_ok, site::Senses::dc_ok});
    const bool closed_since =
        wires.against.empty() && std::ranges::any_of(wires.all, [&](const Sign& sign) { return sign.time >= above->since; });
    // What stands from before a start may have been over for most of its time: whoever answers again will tell.
    const bool doubtful = above->adopted && facts_.hearing(*site_.supplies[supply].pdu).last_answer;
    if (closed_since || doubtful) return {};
    return {Condition::Kind::lost, above->strength, nullptr,
            sign_of_pattern(site_.element_of_pdu(*site_.supplies[supply].pdu), "without power", above->since)};
  }
  const Track* ok = facts_.status(supply, Meaning::supply_input_ok);
  const auto status = site_.supplies[supply].status;
  if (says(ok, 1) && facts_.hearing(*status).heard()) {
    // It starts, or has failed: which of the two is not known yet.
    if (says(facts_.status(supply, Meaning::supply_output_ok), 0)) return {};
    return {Condition::Kind::fine, {}, ok, {}};
  }
  if (auto unmoved = share_unmoved(supply)) return {Condition::Kind::fine, {}, nullptr, std::move(unmoved)};
  if (const Track* part = part_carried(supply)) return {Condition::Kind::fine, {}, part, {}};
  const Track* meter = meter_at_cord(supply);
  const auto pdu = site_.supplies[supply].pdu;
  // A PDU proves its own inlet only: enough for what was lost with it, and for a supply that has no reason to draw current, or never drew
  // any that its meter shows. Of a phase that is gone its card may know nothing.
  const bool live = pdu && facts_.hearing(*pdu).heard() && ok == nullptr && !voltage_gone(*pdu) && !is_held_dark(*pdu);
  const bool as_ever = meter == nullptr ? !others_carry_all(supply) : meter->known() && meter->carried == Instant{};
  if (live && (as_ever || may_be_idle(supply)) && !may_lack_phase(supply) && !sags(*pdu))
    return {
        Condition::Kind::fine, {}, nullptr, sign_of_pattern(site_.element_of_device(*pdu), "answers", *facts_.hearing(*pdu).last_answer)};
  return {};
}

const Track* Judge::meter_at_cord(Index supply) const {
  const Track* current = facts_.outlet(supply, Meaning::outlet_current);
  return current != nullptr ? current : facts_.outlet(supply, Meaning::outlet_power);
}

/// The meter at its cord that shows it to carry a part of the load.
const Track* Judge::part_carried(Index supply) const {
  const auto pdu = site_.supplies[supply].pdu;
  const auto shows = [](const Track* one) { return one != nullptr && one->known() && !one->stuck && one->value() >= floor_of(*one); };
  const Track* meter = meter_at_cord(supply);
  const Track* watts = facts_.outlet(supply, Meaning::outlet_power);
  if (!pdu || !facts_.hearing(*pdu).heard()) return nullptr;
  if (shows(meter)) return idles_beside(supply, *meter) ? nullptr : meter;
  return shows(watts) && has_fair_part(supply, *watts) ? watts : nullptr;
}

// After a loss: what a supply takes that has no output may lie above the meter's floor. Beside one that carries the load it is no part of
// it.
bool Judge::idles_beside(Index supply, const Track& meter) const {
  const Index load = site_.supplies[supply].load;
  const auto lost = [&](Verdict verdict) { return held(verdict, &site::Site::element_of_load, load).has_value(); };
  if (!lost(Verdict::path_redundancy_lost) && !lost(Verdict::module_redundancy_lost)) return false;
  return std::ranges::any_of(site_.loads[load].supplies, [&](Index s) {
    const Track* beside = s == supply ? nullptr : facts_.outlet(s, meter.means);
    return beside != nullptr && beside->known() && !beside->stuck && meter.value() < idle_part * beside->value();
  });
}

// The parts of a small load may lie below the floor of amperes: in watts each has about what the others have.
bool Judge::has_fair_part(Index supply, const Track& watts) const {
  double sum = 0, meters = 0;
  for (const Index s : site_.loads[site_.supplies[supply].load].supplies) {
    const Track* power = facts_.outlet(s, Meaning::outlet_power);
    if (power != nullptr && power->known() && !power->stuck) sum += power->value(), ++meters;
  }
  return meters > 1 && 2 * watts.value() * meters >= sum;
}

// Nothing is left for a supply that nobody measures where the others are measured to carry all that the load needs: it may stand by where
// that is told.
bool Judge::others_carry_all(Index supply) const {
  const site::Load& load = site_.loads[site_.supplies[supply].load];
  if (load.sharing == site::Sharing::standby || !load.needs_watts) return false;
  double watts = 0;
  for (const Index s : load.supplies) {
    const Track* power = s == supply ? nullptr : power_of(s);
    if (power == nullptr || !power->known() || power->stuck || !power->fresh) continue;
    const double volts = power->means == Meaning::outlet_current ? site_.nominal_volts_of_supply(s).value_or(0) : 1;
    watts += power->value() * volts;
  }
  return watts >= nearly_all * *load.needs_watts;
}

/// Also one that is good again, and not yet for long.
bool Judge::is_held_dark(Index pdu) const {
  const auto feed = site_.devices[pdu].feed;
  return held(Verdict::pdu_dark, &site::Site::element_of_pdu, pdu) ||
         (feed && !site_.devices[pdu].ats && held(Verdict::feed_lost, &site::Site::element_of_feed, *feed));
}

void Judge::append(std::vector<Sign>& signs, Condition condition) const {
  if (condition.by != nullptr) signs.push_back(condition.by->sign(site_));
  if (condition.sign) signs.push_back(std::move(*condition.sign));
}

// A supply may not run from so little.
bool Judge::sags(Index pdu) const {
  const auto feed = site_.devices[pdu].feed;
  if (!holds_any_() || !feed) return false;
  return held(Verdict::sag, &site::Site::element_of_pdu, pdu) || held(Verdict::sag, &site::Site::element_of_feed, *feed);
}

bool Judge::may_lack_phase(Index supply) const {
  const auto cord = site_.cord_of_supply(supply);
  if (!holds_any_() || !cord) return false;
  const auto hangs_on = site_.phases_of(*cord);
  for (int line = 1; line <= 3; ++line)
    if ((hangs_on == 0 || site::hangs_on(hangs_on, line)) &&
        held_(Verdict::phase_lost, Element::phase(site_.devices[cord->pdu].name, std::to_string(line))))
      return true;
  const auto feed = site_.feed_of_supply(supply);
  return feed && held(Verdict::phase_lost, &site::Site::element_of_feed, *feed);
}

// It stands by, or the whole load draws nothing that its outlets can measure; of one that is down: nor did it before it went.
bool Judge::may_be_idle(Index supply) const {
  const Index l = site_.supplies[supply].load;
  const site::Load& load = site_.loads[l];
  const auto down = held(Verdict::load_down, &site::Site::element_of_load, l);
  return load.sharing == site::Sharing::standby || std::none_of(load.supplies.begin(), load.supplies.end(), [&](Index s) {
           const Track* meter = meter_at_cord(s);
           if (meter == nullptr) return false;
           const bool drew = down && meter->carried >= down->since - meter->refresh() - drew_lately;
           return drew || (meter->known() && meter->value() >= 2 * floor_of(*meter));
         });
}

std::optional<Held> Judge::held_on_branch(Index supply) const {
  const auto cord = holds_any_() ? site_.cord_of_supply(supply) : std::nullopt;
  if (!cord) return std::nullopt;
  if (site_.system == site::System::dc)
    if (const auto blown = held_(Verdict::fuse_blown, site_.element_of_outlet(*cord))) return blown;
  if (const auto gone = held_on_line(supply, *cord)) return gone;
  const auto bank = facts_.neighbours().bank(supply);
  return bank ? held(Verdict::bank_tripped, &site::Site::element_of_bank, *bank) : std::nullopt;
}

// Row 22: what hangs on one line, or between it and another. What still draws current hangs elsewhere.
std::optional<Held> Judge::held_on_line(Index supply, const site::Cord& cord) const {
  const auto phases = site_.phases_of(cord);
  const auto lost = std::popcount(phases) < 3 ? lost_lines(cord.pdu, phases) : site::Phases{};
  if (lost == 0) return std::nullopt;
  const auto feed = site_.devices[cord.pdu].feed;
  auto found = feed ? held(Verdict::phase_lost, &site::Site::element_of_feed, *feed) : std::nullopt;
  for (int line = 1; line <= 3 && !found; ++line)
    if (site::hangs_on(lost, line)) found = held_(Verdict::phase_lost, Element::phase(site_.devices[cord.pdu].name, std::to_string(line)));
  const Track* current = facts_.outlet(supply, Meaning::outlet_current);
  const bool draws = current != nullptr && current->known() && !current->stuck && current->value() >= meter_floor_amperes;
  return draws && facts_.hearing(cord.pdu).answers() ? std::nullopt : found;
}

bool Judge::without_input(Index supply) const {
  const auto lost = held(Verdict::supply_input_lost, &site::Site::element_of_supply, supply);
  const Track* ok = facts_.status(supply, Meaning::supply_input_ok);
  const bool returned = says(ok, 1) && fresh_since(*ok, lost);
  return (lost && !returned) || held_above(supply);
}

std::optional<Held> Judge::held_above(Index supply) const {
  const auto pdu = site_.supplies[supply].pdu;
  if (!pdu) return std::nullopt;
  const Track* ok = facts_.status(supply, Meaning::supply_input_ok);
  const auto status = site_.supplies[supply].status;
  const bool reports_good = says(ok, 1) && facts_.hearing(*status).answers();
  if (reports_good) return std::nullopt;
  const auto above = held_above_cord(supply, *pdu);
  const bool reported_since = above && says(ok, 1) && ok->from() > above->since && facts_.hearing(*status).heard();
  return reported_since ? std::nullopt : above;
}

std::optional<Held> Judge::held_above_cord(Index supply, Index pdu) const {
  if (const auto branch = held_on_branch(supply)) return branch;
  if (const auto dark = held(Verdict::pdu_dark, &site::Site::element_of_pdu, pdu); dark && this->pdu(pdu).kind != Judgement::Kind::fine)
    return dark;
  return feeds_lost(pdu);
}

// What has several ways lacks power once the last of them is gone.
std::optional<Held> Judge::feeds_lost(Index pdu) const {
  const auto lost = [this](Index feed) {
    auto held = this->held(Verdict::feed_lost, &site::Site::element_of_feed, feed);
    return held && this->feed(feed).kind != Judgement::Kind::fine ? std::move(held) : std::nullopt;
  };
  const auto& [feed, ats] = std::pair{site_.devices[pdu].feed, site_.devices[pdu].ats};
  auto out = feed ? lost(*feed) : std::nullopt;
  if (!out || !ats) return out;
  const auto other = lost(site_.atses[*ats].alternate);
  if (!other) return std::nullopt;
  return Held{std::min(out->strength, other->strength), std::max(out->since, other->since), out->adopted || other->adopted};
}

}  // namespace holdup::detect
