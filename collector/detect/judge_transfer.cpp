#include "collector/detect/judge.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "collector/detect/judge_signs.hpp"

namespace holdup::detect {
namespace {

constexpr Duration unseen_start = std::chrono::milliseconds{500};  // so short a gap hides no supply that went and started anew
constexpr double same_power = 0.15;                                // transfer conserves power within this
constexpr Duration lately = std::chrono::seconds{3};               // two failures of one load so close to each other are one
constexpr Duration soon = std::chrono::seconds{10};                // whoever answers is asked again by then, at any usual period
constexpr Duration silent_together = std::chrono::seconds{2};      // … and so are silences

/// Watts of an outlet and of an inlet are alike.
bool is_alike(const Track& one, const Track& other) {
  const auto drawn = [](Meaning means) { return means == Meaning::inlet_power ? Meaning::outlet_power : means; };
  return drawn(one.means) == drawn(other.means);
}

}  // namespace

std::optional<std::vector<Sign>> Judge::transferred(Index supply, Between when) const {
  Meters gone{power_of(supply)}, left;
  for (const Index sibling : site_.loads[site_.supplies[supply].load].supplies) {
    if (sibling == supply) continue;
    const Track* power = power_of(sibling);
    (fell_silent_with(gone.front(), power) ? gone : left).push_back(power);
  }
  return taken_over(gone, left, when);
}

// All that its device measures was told the same until it told of the fall: a cache that stood. It may have gone at any moment meanwhile.
std::optional<Judge::Between> Judge::while_it_stood(const Track& meter, const Between& fell) const {
  const auto& [from, until] = facts_.hearing(meter.device).stood;
  const bool between = from < fell.start && until > fell.start && until <= fell.end;
  return between ? std::optional{Between{from, fell.end, fell.blur}} : std::nullopt;
}

// What several meters that fell silent together carried, those that are left carry together.
bool Judge::fell_silent_with(const Track* one, const Track* other) const {
  if (one == nullptr || other == nullptr) return false;
  const Hearing &first = facts_.hearing(one->device), &second = facts_.hearing(other->device);
  return first.silent() && second.silent() && std::chrono::abs(first.first_failure - second.first_failure) <= silent_together;
}

// Where no outlet is metered, the inlets know what all of them carry.
std::optional<std::vector<Sign>> Judge::taken_from(Index pdu, Between when) const {
  const auto inlet_of = [&](Index device) {
    const auto meters = facts_.inlet(device, Meaning::inlet_power);
    return meters.size() == 1 ? meters.front() : nullptr;
  };
  const Meters gone{inlet_of(pdu)};
  Meters left;
  for (const Index s : facts_.supplies_on(pdu)) {
    if (power_of(s) != nullptr) return std::nullopt;
    for (const Index sibling : site_.loads[site_.supplies[s].load].supplies) {
      const auto other = site_.supplies[sibling].pdu;
      if (other == pdu) continue;
      const Track* power = power_of(sibling);
      if (power == nullptr && other) power = inlet_of(*other);
      if (power == nullptr || std::ranges::find(left, power) == left.end()) left.push_back(power);
    }
  }
  return taken_over(gone, left, when);
}

std::optional<std::vector<Sign>> Judge::taken_over(const Meters& gone, const Meters& left, Between when) const {
  const Track* own = gone.front();
  if (own == nullptr) return std::nullopt;
  const auto all = [&](Instant at) {
    std::optional<double> sum{0};
    for (const Track* meter : gone) {
      const auto carried = meter->means == own->means ? meter->before(at) : std::nullopt;
      sum = sum && carried ? std::optional{*sum + *carried} : std::nullopt;
    }
    return sum;
  };
  Instant earlier = when.start - std::max(when.blur, own->refresh());
  auto carried = all(when.start);
  if (!carried || *carried < floor_of(*own)) carried = all(earlier);
  if (!carried || *carried < floor_of(*own)) return std::nullopt;
  const bool carries_still = own->from() > when.end && own->value() >= *carried / 2;
  if (carries_still) return std::nullopt;
  // Its last reading of power may be as old as its refresh: the others may have risen before it was taken, as far as they were heard then.
  for (const Track* power : left)
    if (power != nullptr && !power->past.empty()) earlier = std::max(earlier, power->past.front().first);
  double rise = 0, earlier_rise = 0;
  std::vector<Sign> signs;
  for (const Track* power : left) {
    if (power == nullptr || !power->known() || !is_alike(*power, *own) || power->from() <= when.start) return std::nullopt;
    const auto before = power->before(when.start), after = power->after(when.start, when.end);
    if (!before || !after) return std::nullopt;
    rise += *after - *before;
    earlier_rise += *after - power->before(earlier).value_or(*before);
    signs.push_back(power->sign(site_));
  }
  const double tolerance = own->means == Meaning::outlet_current ? 0.20 : same_power;  // ±20 % where only amperes are known
  const auto takes = [&](double risen, Instant at) {
    return std::fabs(risen - *carried) <= tolerance * *carried && !took_back(gone, left, at, risen);
  };
  const bool early = when.blur > Duration{} && takes(earlier_rise, earlier);  // what fell silent had not gone before
  const bool taken = !signs.empty() && (takes(rise, when.start) || early);
  return taken ? std::optional{std::move(signs)} : std::nullopt;
}

// What was read of them before is not all of one moment: where one of them was lost in between, they take back what was theirs; where what
// is gone began to carry in between, they began with it.
bool Judge::took_back(const Meters& gone, const Meters& left, Instant at, double rise) {
  Instant asked = at;
  double fell = 0, had = 0, began = 0;
  const auto since = gone.front()->measured_before(at).value_or(at);
  for (const Track* meter : left) {
    const auto before = meter != nullptr ? meter->before(at) : std::nullopt;
    if (!before) continue;
    asked = std::min(asked, *meter->measured_before(at));
    fell += meter->between(since, at).most - *before;
  }
  for (const Track* meter : gone) {
    const auto [least, most] = meter->between(asked, at);
    const double before = meter->before(at).value_or(0);
    had += most - before, began += before - std::min(least, before);
  }
  return std::max({had, fell, began}) > rise / 2;
}

// What caches told before may be from before the transfer: one meter must have been read lately enough to know that it had not happened.
bool Judge::fell_just_then(Index supply, Instant at) const {
  return std::ranges::any_of(site_.loads[site_.supplies[supply].load].supplies, [&](Index s) {
    const Track* power = power_of(s);
    const auto pdu = site_.supplies[s].pdu;
    const auto inlet = pdu ? facts_.inlet(*pdu, Meaning::inlet_power) : std::span<const Track* const>{};
    if (power == nullptr && !inlet.empty()) power = inlet.front();
    const auto measured = power != nullptr ? power->measured_before(at) : std::nullopt;
    return measured && at - *measured <= lately;
  });
}

// What the siblings took over they carry still: else the load went off since, and an empty cord says nothing.
bool Judge::carried_beside(Index supply, Between when) const {
  double then = 0, now = 0;
  for (const Track* power : powers_beside(supply)) {
    if (power == nullptr || !power->known()) continue;
    then += power->after(when.start, when.end).value_or(0);
    now += power->value();
  }
  return now >= then / 2;
}

// Its unit told of a good input, measured when its PDU was silent already: what it lost later was not lost with that silence.
bool Judge::fed_after(Index supply, Instant silent) const {
  const Track* ok = facts_.status(supply, Meaning::supply_input_ok);
  return says(ok, 0) && ok->moved && ok->changed - ok->unwatched - ok->refresh() > silent;
}

// All that carry beside it were read soon after the silence began: what they were found to have taken over much later may be of any moment.
bool Judge::watched_since(Index supply, Instant silent) const {
  return std::ranges::all_of(site_.loads[site_.supplies[supply].load].supplies, [&](Index s) {
    const auto pdu = site_.supplies[s].pdu;
    if (pdu == site_.supplies[supply].pdu) return true;
    const Track* power = power_of(s);
    const auto inlet = pdu ? facts_.inlet(*pdu, Meaning::inlet_power) : std::span<const Track* const>{};
    if (power == nullptr && !inlet.empty()) power = inlet.front();
    if (power == nullptr) return true;
    const auto next = std::ranges::upper_bound(power->past, silent, {}, &std::pair<Instant, double>::first);
    return next == power->past.end() || next->first - silent <= soon + power->refresh();
  });
}

Judge::Beside Judge::beside(Index device, Between when) const {
  Beside out{.seen = false, .moved = {}, .signs = {}};
  for (const Index s : facts_.supplies_on(device)) {
    const Track* own = power_of(s);
    const auto [gone, carried] = carried_on_pdu(s, when.start);
    if (gone.empty() || carried < floor_of(*own)) continue;
    std::vector<Sign> signs;
    const auto rise = rise_beside(s, when, signs);
    if (!rise) return {};
    const double tolerance = own->means == Meaning::outlet_current ? 0.20 : same_power;
    out.seen = true;
    const bool took_over = std::fabs(*rise - carried) <= tolerance * carried;
    if (took_over && !took_back(gone, powers_beside(s, true), when.start, *rise) && !carried_on(s, *own->before(when.start), when))
      return {
          .seen = true, .moved = unmoved_into_silence(s, when, carried) ? Strength::probable : Strength::proven, .signs = std::move(signs)};
    out.signs.insert(out.signs.end(), signs.begin(), signs.end());
  }
  return out;
}

// What the load's supplies on this one's PDU carried together: they go together, and none of them takes over from another. Empty: one of
// them went by itself, or no meters that are alike tell it.
std::pair<Judge::Meters, double> Judge::carried_on_pdu(Index supply, Instant at) const {
  std::pair<Meters, double> out;
  for (const Index s : site_.loads[site_.supplies[supply].load].supplies) {
    if (site_.supplies[s].pdu != site_.supplies[supply].pdu) continue;
    const Track* power = power_of(s);
    const auto carried = power != nullptr ? power->before(at) : std::nullopt;
    if (!carried || power->means != power_of(supply)->means || gone_by_itself(s, at)) return {};
    out.first.push_back(power), out.second += *carried;
  }
  return out;
}

// What has power again feeds all that hangs on it: a supply that still lacks its input, or kept it when its output went, has lost them for
// another reason, and so have its siblings risen.
bool Judge::gone_by_itself(Index supply, Instant since) const {
  const bool lacks = says(facts_.status(supply, Meaning::supply_input_ok), 0) && status_tells(supply);
  return lacks || failed_alone(supply, since) || held_on_branch(supply);
}

// Its output went while its input stayed, or it left its bay.
bool Judge::failed_alone(Index supply, Instant since) const {
  const Track* input = facts_.status(supply, Meaning::supply_input_ok);
  const Track* output = facts_.status(supply, Meaning::supply_output_ok);
  const Track* losses = facts_.status(supply, Meaning::input_loss_count);
  const bool counts = losses != nullptr && losses->known();  // also what no poll saw
  const bool kept = says(input, 1) && input->changed <= since && (!counts || losses->changed <= since);
  const bool failed = output != nullptr && output->known() && output->changed > since;
  return (kept && failed) || held(Verdict::supply_removed, &site::Site::element_of_supply, supply);
}

// Its own unit watched what it gave, without a gap in which it could have started anew, and it never went.
bool Judge::carried_on(Index supply, double carried, Between when) const {
  const Track* own = power_of(supply);
  if (own->device == site_.supplies[supply].pdu || own->from() <= when.end) return false;
  Instant heard = when.start;
  for (const auto& [time, watts] : own->past) {
    if (time <= when.start) continue;
    if (watts < carried / 2 || time - heard + own->refresh() > unseen_start) return false;
    heard = time;
  }
  return true;
}

// A sibling that has got its own input or output back takes its part again: its rise tells of nobody else.
bool Judge::returned_beside(Index supply, Between when) const {
  return std::ranges::any_of(site_.loads[site_.supplies[supply].load].supplies, [&](Index s) {
    if (s == supply || site_.supplies[s].pdu == site_.supplies[supply].pdu) return false;
    const auto returned = [&](Meaning means) {
      const Track* told = facts_.status(s, means);
      return says(told, 1) && told->moved && told->changed + told->refresh() > when.start;
    };
    return returned(Meaning::supply_input_ok) || returned(Meaning::supply_output_ok);
  });
}

Judge::Meters Judge::powers_beside(Index supply, bool elsewhere) const {
  Meters out;
  for (const Index s : site_.loads[site_.supplies[supply].load].supplies)
    if (s != supply && !(elsewhere && site_.supplies[s].pdu == site_.supplies[supply].pdu)) out.push_back(power_of(s));
  return out;
}

/// The most that all siblings together carried more than before, at one moment between; nothing where one of them was not watched.
std::optional<double> Judge::rise_beside(Index supply, Between when, std::vector<Sign>& signs) const {
  const Meters siblings = powers_beside(supply, true);
  double most = 0;
  const auto dark_beside = [&](Index s) { return site_.supplies[s].pdu != site_.supplies[supply].pdu && held_above(s); };
  if (returned_beside(supply, when) || std::ranges::any_of(site_.loads[site_.supplies[supply].load].supplies, dark_beside))
    return std::nullopt;
  for (const Track* watched : siblings) {
    if (watched == nullptr || watched->means != power_of(supply)->means || !watched->before(when.start) ||
        watched->past.back().first <= when.start)
      return std::nullopt;
    signs.push_back(watched->sign(site_));
    for (const auto& [time, value] : watched->past)
      if (time > when.start && time <= when.end) most = std::max(most, risen_beside(supply, when.start, time));
  }
  return siblings.empty() ? std::nullopt : std::optional{most};
}

double Judge::risen_beside(Index supply, Instant start, Instant at) const {
  double rise = 0;
  for (const Track* one : powers_beside(supply, true))
    if (one != nullptr && one->before(start)) rise += *one->before(at) - *one->before(start);
  return rise;
}

// A card that is silent while what hangs on its PDU is measured to be carried still did not fall silent for want of power: what takes that
// away later may be the supply's own.
bool Judge::unmoved_into_silence(Index supply, Between when, double carried) const {
  const Instant silent = facts_.hearing(*site_.supplies[supply].pdu).second_failure;
  if (silent <= when.start) return false;
  Instant first = when.end;  // that they are seen to have risen
  Instant unmoved = Instant::min();
  const Meters siblings = powers_beside(supply, true);
  for (const Track* one : siblings)
    for (const auto& [time, value] : one->past)
      if (time > when.start && time < first && risen_beside(supply, when.start, time) > same_power * carried) first = time;
  for (const Track* one : siblings)
    for (const auto& [time, value] : one->past)
      if (time < first) unmoved = std::max(unmoved, time - one->refresh());
  return unmoved > silent;
}

// Row 2: where a load is shared, what a silent PDU carried would show on the siblings if it were gone.
std::optional<Sign> Judge::share_unmoved(Index supply) const {
  const site::Supply& one = site_.supplies[supply];
  const bool shared = one.pdu && site_.loads[one.load].sharing == site::Sharing::active && facts_.hearing(*one.pdu).silent();
  return shared ? unmoved_beside(supply) : std::nullopt;
}

// Also of supplies that may stand by, where it is known that this one did not.
bool Judge::stands(Index supply) const {
  const Hearing& hearing = facts_.hearing(*site_.supplies[supply].pdu);
  const Track* own = power_of(supply);
  const auto measured = own != nullptr && hearing.last_answer ? own->measured_before(*hearing.last_answer) : std::nullopt;
  const bool known =
      site_.loads[site_.supplies[supply].load].sharing == site::Sharing::active || (measured && *hearing.last_answer - *measured <= lately);
  return known && unmoved_beside(supply);
}

std::optional<Sign> Judge::unmoved_beside(Index supply) const {
  const site::Supply& one = site_.supplies[supply];
  const Hearing& hearing = facts_.hearing(*one.pdu);
  const Track* own = power_of(supply);
  const Instant at = hearing.last_answer.value_or(hearing.first_failure);
  const auto carried = own != nullptr ? own->before(at) : std::nullopt;
  if (!carried || *carried < 2 * floor_of(*own)) return std::nullopt;
  const Instant before = at - own->refresh();  // what was told last may be so old
  double rise = 0;
  const Track* watched = nullptr;
  for (const Index sibling : site_.loads[one.load].supplies) {
    const Track* power = sibling == supply ? nullptr : power_of(sibling);
    if (sibling == supply) continue;
    if (!carries_since(power, hearing.second_failure) || power->means != own->means || !power->before(before)) return std::nullopt;
    rise += power->value() - *power->before(before);
    watched = power;
  }
  if (watched == nullptr || std::fabs(rise) > same_power * *carried) return std::nullopt;
  auto sign = watched->sign(site_);
  sign.point += ": unmoved, so its share is still carried beside it";
  return sign;
}

// The supply's own status device measures it whatever its PDU does; the outlet's meter dies with the PDU's card.
const Track* Judge::power_of(Index supply) const {
  for (Meaning means : {Meaning::supply_output_power, Meaning::supply_input_power})
    if (const Track* track = facts_.status(supply, means)) return track;
  for (Meaning means : {Meaning::outlet_power, Meaning::outlet_current})
    if (const Track* track = facts_.outlet(supply, means)) return track;
  return nullptr;
}

}  // namespace holdup::detect
