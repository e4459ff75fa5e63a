#include "collector/detect/judge_cabinet.hpp"

#include <algorithm>

#include "collector/detect/judge_signs.hpp"
#include "ground/number.hpp"

namespace holdup::detect {
namespace {

using namespace std::chrono_literals;
using ground::Element;

constexpr Duration low_line = 10s;     // shorter is a sag, which supplies ride through
constexpr double charged_again = 0.3;  // of a battery that was flat
constexpr double hysteresis = 0.98;    // of the line: it has to be that much better before a rating counts again

Element cache_of(const site::Load& load) { return Element::supply(load.name, "cache"); }

std::string watts(double value) { return ground::number_text(value) + " W"; }

}  // namespace

CabinetJudge::CabinetJudge(const site::Site& site, const Facts& facts, const Judge& judge, HeldBy held)
    : site_{site},
      facts_{facts},
      judge_{judge},
      held_{std::move(held)},
      batteries_(site.loads.size()),
      derates_(site.loads.size()),
      low_since_(site.loads.size()) {
  for (Index l = 0; l < site.loads.size(); ++l) {
    const site::Load& load = site.loads[l];
    for (const Index b : load.batteries)
      if (site.batteries[b].status) batteries_[l].emplace_back(*site.batteries[b].status, site.element_of_battery(b));
    const bool named = std::ranges::any_of(batteries_[l], [&](const auto& one) { return one.first == load.status; });
    if (load.status && !named) batteries_[l].emplace_back(*load.status, Element::supply(load.name, "bbu1"));
    derates_[l] = std::ranges::any_of(site.loads[l].supplies, [&](Index s) { return site.supplies[s].rated_watts.size() > 1; });
  }
}

// Rule 6: the ratings of the live supplies at the present line, less the largest, have to carry the load. What the site file never could
// is for `holdup check`.
Judgement CabinetJudge::modules(Index load, Instant now) {
  const auto need = needs(load);
  if (!need || !redundant_on_paper(load, *need)) return {};
  const auto held = held_(Verdict::module_redundancy_lost, site_.element_of_load(load));
  auto found = modules_of(load, held ? hysteresis : 1);
  if (!found.known) return {};
  const double left = found.live - found.largest;
  if (left >= *need) low_since_[load].reset(), dues_.clear(load);
  if (left >= *need && !held) return {};
  found.signs.push_back(sign_of_pattern(
      site_.element_of_load(load), watts(found.live) + " are rated to give, " + watts(left) + " after one more, for " + watts(*need), now));
  if (left >= *need) return Judgement::fine(std::move(found.signs));
  if (!found.whole) return Judgement::lost(found.surest, std::move(found.signs));
  if (!low_since_[load]) low_since_[load] = now, dues_.set(load, now + low_line);
  const bool lasts = held || now - *low_since_[load] >= low_line;
  return lasts ? Judgement::lost(Strength::proven, std::move(found.signs)) : Judgement{};
}

CabinetJudge::Modules CabinetJudge::modules_of(Index load, double line) const {
  Modules out;
  for (const Index s : site_.loads[load].supplies) {
    auto condition = judge_.condition(s);
    const auto rated = site::rated_watts_at(site_.supplies[s], volts(s) * line);
    out.known = out.known && rated && condition.kind != Judge::Condition::Kind::cannot_tell;
    if (condition.kind == Judge::Condition::Kind::lost) {
      out.whole = false;
      out.surest = std::max(out.surest, condition.strength);
      judge_.append(out.signs, std::move(condition));
      continue;
    }
    if (!rated) continue;
    out.live += *rated;
    out.largest = std::max(out.largest, *rated);
  }
  return out;
}

double CabinetJudge::volts(Index supply) const {
  const Track* own = facts_.status(supply, Meaning::supply_input_voltage);
  const auto measured = [](const Track* track) {
    return track != nullptr && track->known() && track->fresh && !track->stuck && track->lived && track->value() > 0;
  };
  if (measured(own)) return own->value();
  const auto pdu = site_.supplies[supply].pdu;
  const auto inlet = pdu ? facts_.inlet(*pdu, Meaning::input_voltage) : std::span<const Track* const>{};
  if (inlet.size() == 1 && measured(inlet.front())) return inlet.front()->value();
  return site_.nominal_volts_of_supply(supply).value_or(0);
}

// As the site file says, or as is measured where that is more.
std::optional<double> CabinetJudge::needs(Index load) const {
  double measured = 0;
  bool all = true;
  for (const Index s : site_.loads[load].supplies) {
    const Track* power = facts_.status(s, Meaning::supply_output_power);
    all = all && power != nullptr && power->known() && !power->stuck;
    if (all) measured += power->value();
  }
  const auto told = site_.loads[load].needs_watts;
  if (!all || measured < meter_floor_watts) return told;
  return told ? told : std::optional{measured};
}

bool CabinetJudge::redundant_on_paper(Index load, double needs) const {
  double sum = 0, largest = 0;
  for (const Index s : site_.loads[load].supplies) {
    const auto volts = site_.nominal_volts_of_supply(s);
    const auto rated = volts ? site::rated_watts_at(site_.supplies[s], *volts) : std::nullopt;
    if (!rated) return false;
    sum += *rated;
    largest = std::max(largest, *rated);
  }
  return sum - largest >= needs;
}

// A supply whose module carries the fans: out of its bay, or its fan stands still.
Judgement CabinetJudge::cooling(Index load) const {
  const site::Load& one = site_.loads[load];
  if (one.cooling != site::Cooling::with_supply) return {};
  const auto held = held_(Verdict::cooling_lost, site_.element_of_load(load));
  std::vector<Sign> signs, good;
  Strength surest = Strength::unknown;
  for (const Index s : one.supplies) {
    const auto element = site_.element_of_supply(s);
    const Track* fan = facts_.status(s, Meaning::fan_speed);
    const bool still = fell_to_zero(fan) && !says(facts_.status(s, Meaning::supply_standby), 1);
    if (const auto removed = held_(Verdict::supply_removed, element)) {
      signs.push_back(sign_of_pattern(element, "out of its bay, and its fans with it", removed->since));
      surest = std::max(surest, removed->strength);
    } else if (still) {
      signs.push_back(fan->sign(site_));
      surest = Strength::proven;
    } else if (fan != nullptr && fan->known() && fresh_since(*fan, held)) {
      good.push_back(fan->sign(site_));
    }
  }
  if (signs.empty()) return held ? Judgement::fine(std::move(good)) : Judgement{};
  if (one.shutdown_after) {
    Instant since = Instant::max();
    for (const Sign& sign : signs) since = std::min(since, sign.time);
    auto clock = sign_of_pattern(site_.element_of_load(load), "may shut itself down so many seconds after this, by its data sheet", since);
    clock.value = ground::seconds(*one.shutdown_after);
    signs.push_back(std::move(clock));
  }
  return Judgement::lost(surest, std::move(signs));
}

bool CabinetJudge::has_cache(Index load) const {
  return !facts_.cabinet(load, Meaning::cache_write_back).empty() || !facts_.cabinet(load, Meaning::unsaved_data).empty();
}

Judgement CabinetJudge::cache(Index load) const {
  const auto held = held_(Verdict::cache_degraded, cache_of(site_.loads[load]));
  const auto caches = facts_.cabinet(load, Meaning::cache_write_back);
  for (const Track* cache : caches)
    if (fell_to_zero(cache)) return Judgement::lost(Strength::proven, {cache->sign(site_)});
  const bool good =
      !caches.empty() && std::ranges::all_of(caches, [&](const Track* one) { return says(one, 1) && fresh_since(*one, held); });
  return good && held ? Judgement::fine({caches.front()->sign(site_)}) : Judgement{};
}

// It says that it is not in order, or is nearly empty while it rests: told before the next loss. While it gives, its countdown is.
Judgement CabinetJudge::stored_energy(Index load, Index device) const {
  const auto of = [&](Meaning means) -> const Track* {
    const auto tracks = facts_.cabinet(load, means);
    const auto at = std::ranges::find_if(tracks, [&](const Track* one) { return one->device == device && one->known() && !one->stuck; });
    return at == tracks.end() ? nullptr : *at;
  };
  const Track* ok = of(Meaning::battery_ok);
  const Track* charge = of(Meaning::battery_charge);
  if ((ok == nullptr && charge == nullptr) || !facts_.hearing(device).answers() || facts_.starting(device)) return {};
  if (says(ok, 0)) return Judgement::lost(Strength::proven, {ok->sign(site_)});
  const bool gives = says(of(Meaning::battery_carries), 1);
  const bool flat = charge != nullptr && charge->lived && charge->value() < flat_charge;
  if (flat) return gives ? Judgement{} : Judgement::lost(Strength::proven, {charge->sign(site_)});
  const auto at = std::ranges::find(batteries_[load], device, &std::pair<Index, Element>::first);
  const auto held = held_(Verdict::stored_energy_unavailable, at->second);
  std::vector<Sign> good;
  for (const Track* one : {ok, charge})
    if (one != nullptr && fresh_since(*one, held)) good.push_back(one->sign(site_));
  const bool charged = charge == nullptr || charge->value() >= charged_again;
  return held && charged && good.size() == (ok != nullptr) + static_cast<std::size_t>(charge != nullptr) ? Judgement::fine(std::move(good))
                                                                                                         : Judgement{};
}

// A cache that holds data is its everyday life, until nothing feeds the cabinet any more.
Judgement CabinetJudge::destaging(Index load) const {
  const auto held = held_(Verdict::destaging, cache_of(site_.loads[load]));
  const auto caches = facts_.cabinet(load, Meaning::unsaved_data);
  const auto dirty = std::ranges::find_if(caches, [](const Track* one) { return says(one, 1); });
  if (dirty != caches.end()) return held || without_input(load) ? Judgement::lost(Strength::proven, {(*dirty)->sign(site_)}) : Judgement{};
  const bool clean =
      !caches.empty() && std::ranges::all_of(caches, [&](const Track* one) { return says(one, 0) && fresh_since(*one, held); });
  return held && clean ? Judgement::fine({caches.front()->sign(site_)}) : Judgement{};
}

bool CabinetJudge::without_input(Index load) const {
  const auto& supplies = site_.loads[load].supplies;
  return !supplies.empty() &&
         std::ranges::all_of(supplies, [this](Index s) { return judge_.condition(s).kind == Judge::Condition::Kind::lost; });
}

}  // namespace holdup::detect
