#include "collector/detect/load_watch.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "collector/detect/judge_signs.hpp"

namespace holdup::detect {
namespace {

using namespace std::chrono_literals;
using ground::Element;

constexpr Duration to_be_sure = 3s;   // in which a status or a voltage that tells of a loss is heard
constexpr Duration same_moment = 2s;  // of cords that fall with their load, beside their meters' refresh
constexpr Duration undecided = 30s;   // so long after a fall whoever knows better is waited for
constexpr Duration a_moment = 500ms;
constexpr Duration one_return = 5s;  // of the returns of several paths: their cards start one after the other
constexpr double worth_saying = 3;   // times the meter's floor: less may be its own coming and going
constexpr std::array losses{Verdict::supply_removed, Verdict::supply_input_lost, Verdict::supply_output_failed,
                            Verdict::supply_off_commanded, Verdict::supply_lost};

// What a cache shows may be of when it had no input, which it has again.
bool lost_input_since(const Facts& facts, Index supply, Instant at) {
  return std::ranges::any_of(std::array{Meaning::supply_input_ok, Meaning::input_loss_count}, [&](Meaning means) {
    const Track* track = facts.status(supply, means);
    return track != nullptr && track->moved && track->changed > at;
  });
}

}  // namespace

LoadWatch::LoadWatch(const site::Site& site, const Facts& facts, const Judge& judge, HeldBy held)
    : site_{site},
      facts_{facts},
      judge_{judge},
      held_{std::move(held)},
      loads_(site.loads.size()),
      supplies_(site.supplies.size()),
      down_(site.loads.size()) {}

std::vector<Finding> LoadWatch::look(std::span<const Index> loads, Instant now) {
  std::vector<Finding> out;
  for (const Index l : loads) {
    wake_.reset();
    if (auto hazard = returns(l, now)) out.push_back(std::move(*hazard));
    auto found = off(l);
    if (lasts(loads_[l], found.has_value(), now)) out.push_back(std::move(*found));
    for (const Index s : site_.loads[l].supplies) {
      auto stands_by = standby(s);
      if (lasts(supplies_[s], stands_by.has_value(), now)) out.push_back(std::move(*stands_by));
      if (!loads_[l].said && !supplies_[s].said) look_again(s, now);
    }
    wake_ ? dues_.set(l, *wake_) : dues_.clear(l);
  }
  return out;
}

// Power that comes back on every path of a load that was down takes all of it at once: inrush, and whatever was wrong is still there.
std::optional<Finding> LoadWatch::returns(Index load, Instant now) {
  const bool held = held_(Verdict::load_down, site_.element_of_load(load)).has_value();
  auto& down = down_[load];
  if (held && !down) down = Down{.paths = std::vector<Path>(site_.loads[load].supplies.size())};
  if (!down) return std::nullopt;
  const bool back = are_back(*down, load, now), said = std::exchange(down->said, down->said || back);
  const auto first = std::ranges::min_element(down->paths, {}, [](const Path& path) { return path.back.value_or(Instant::max()); });
  const Instant since = first->back.value_or(now);
  if (!held && now - since > undecided) down.reset();
  if (!back || said) return std::nullopt;
  std::string why = "was down, and power is back before all of its " + std::to_string(site_.loads[load].supplies.size()) +
                    " supplies at once: inrush; stagger what starts";
  return Finding{Verdict::restore_hazard,
                 site_.element_of_load(load),
                 Strength::proven,
                 {sign_of_pattern(site_.element_of_load(load), std::move(why), now)},
                 since};
}

// All of several that were dark, within one moment.
bool LoadWatch::are_back(Down& down, Index load, Instant now) const {
  Instant first = Instant::max(), last = Instant::min();
  bool all = down.paths.size() > 1;
  for (std::size_t i = 0; i < down.paths.size(); ++i) {
    Path& path = down.paths[i];
    if (!is_fed(site_.loads[load].supplies[i]))
      path = {.dark = true, .back = {}};
    else if (path.dark && !path.back)
      path.back = now;
    all = all && path.back;
    if (path.back) first = std::min(first, *path.back), last = std::max(last, *path.back);
  }
  return all && last - first <= one_return;
}

bool LoadWatch::is_fed(Index supply) const {
  if (says(facts_.status(supply, Meaning::supply_input_ok), 1) && judge_.status_tells(supply)) return true;
  const auto pdu = site_.supplies[supply].pdu;
  const auto feed = pdu ? site_.devices[*pdu].feed : std::nullopt;
  if (!pdu) return false;
  const bool measures = !facts_.inlet(*pdu, Meaning::input_voltage).empty();
  if (facts_.hearing(*pdu).answers()) return measures ? judge_.voltage_good(*pdu).has_value() : true;
  return feed && judge_.source_good(*feed) != nullptr;
}

// What has just fallen may yet be explained by whoever is heard next, also where that changes nothing of what it said before.
void LoadWatch::look_again(Index supply, Instant now) {
  const auto fell = fall(supply);
  if (fell && now - fell->when.end < undecided + fell->power->refresh()) wake(now + a_moment);
}

bool LoadWatch::lasts(Waiting& waiting, bool there, Instant now) {
  if (!there) {
    waiting = {};
    return false;
  }
  if (waiting.said) return false;
  if (!waiting.since) waiting.since = now;
  waiting.said = now - *waiting.since >= to_be_sure;
  if (!waiting.said) wake(*waiting.since + to_be_sure);
  return waiting.said;
}

// Row 12: every cord of it falls together, and each has its power.
std::optional<Finding> LoadWatch::off(Index load) const {
  std::optional<Fall> first;
  std::vector<Sign> signs;
  Instant idle_from = Instant::max();  // those that carry nothing: they may have taken over since
  double carried = 0;
  unsigned cords = 0;
  Instant last = Instant::min();
  for (const Index s : site_.loads[load].supplies) {
    const Track* power = meter(s);
    if (power == nullptr || !power->known() || power->stuck || !power->fresh || power->value() >= floor_of(*power)) return std::nullopt;
    if (facts_.starting(power->device) || facts_.denies_all(power->device)) return std::nullopt;
    signs.push_back(power->sign(site_));
    const auto fell = fall(s);
    if (!fell) {
      idle_from = std::min(idle_from, power->from());
      continue;
    }
    const Duration together = same_moment + power->refresh();
    if (first && (fell->earliest > first->when.end + together || first->earliest > fell->when.end + together)) return std::nullopt;
    if (lost_input_since(facts_, s, fell->when.start - power->refresh())) return std::nullopt;
    if (!first || fell->when.end < first->when.end) first = fell;
    last = std::max(last, fell->when.end);
    ++cords;
    carried += fell->carried / floor_of(*power);
  }
  if (!first || carried < worth_saying || idle_from <= last) return std::nullopt;
  auto strength = Strength::proven;
  for (const Index s : site_.loads[load].supplies) {
    if (touched(s)) return std::nullopt;
    auto good = available(s, last);
    if (!good) return std::nullopt;
    // One cord alone may have lost its power behind the meter: only the supply itself knows.
    if (cords < 2 && !judge_.status_tells(s)) return std::nullopt;
    if (!good->value || !is_fed_itself(s)) strength = Strength::probable;  // that its PDU answers, or has voltage, and no more
    const auto unit = site_.supplies[s].status;
    if (unit && facts_.hearing(*unit).silent()) strength = Strength::probable;  // who knows better went with it
    signs.push_back(std::move(*good));
  }
  return Finding{Verdict::load_off, site_.element_of_load(load), strength, std::move(signs), first->when.start};
}

// Row 10: a sibling took all, and its own status says that it is in order. The status wins: a current that is gone is what standing by is.
std::optional<Finding> LoadWatch::standby(Index supply) const {
  const auto fell = fall(supply);
  if (!fell || fell->carried < worth_saying * floor_of(*fell->power) || touched(supply)) return std::nullopt;
  const auto knows = [&](Meaning means) {
    const Track* track = facts_.status(supply, means);
    return says(track, 1) && track->fresh && track->from() > fell->when.end ? track : nullptr;
  };
  const Track* word = knows(Meaning::supply_standby);
  const Track* input = knows(Meaning::supply_input_ok);
  const Track* output = facts_.status(supply, Meaning::supply_output_ok);
  const bool unheard = output != nullptr && output->known() && word == nullptr && (!output->fresh || output->from() <= fell->when.end);
  const bool failed = says(output, 0) || unheard;
  const auto sharing = site_.loads[site_.supplies[supply].load].sharing;
  const bool blind = !judge_.status_tells(supply) && sharing == site::Sharing::standby;
  if (failed || (word == nullptr && input == nullptr && !blind)) return std::nullopt;
  const auto stood = judge_.while_it_stood(*fell->power, fell->when);
  auto taken = judge_.transferred(supply, fell->when);
  if (!taken && stood) taken = judge_.transferred(supply, *stood);
  if (!taken) return std::nullopt;
  std::vector<Sign> signs{fell->power->sign(site_)};
  signs.insert(signs.end(), taken->begin(), taken->end());
  if (const Track* told = word != nullptr ? word : input) {
    signs.push_back(told->sign(site_));
    signs.back().point += ": its own status outweighs a current that is gone";
  }
  const auto element = site_.element_of_supply(supply);
  signs.push_back(sign_of_pattern(element, std::string{carried_until}, fell->when.start));
  const bool sure = word != nullptr || (input != nullptr && sharing == site::Sharing::standby);
  const auto strength = sure ? Strength::proven : blind ? Strength::unknown : Strength::probable;
  return Finding{Verdict::supply_standby, element, strength, std::move(signs), fell->when.start};
}

bool LoadWatch::touched(Index supply) const {
  const auto element = site_.element_of_supply(supply);
  if (judge_.held_above(supply)) return true;
  return std::ranges::any_of(losses, [&](Verdict verdict) { return held_(verdict, element).has_value(); });
}

// Not only its PDU has power: its unit, or its outlet's own voltage, tells that it came as far.
bool LoadWatch::is_fed_itself(Index supply) const {
  const auto fell = fall(supply);
  const auto tells = [&](const Track* track) {
    return track != nullptr && track->known() && track->fresh && !track->stuck && track->value() != 0 &&
           (!fell || track->from() > fell->when.end);
  };
  return tells(facts_.status(supply, Meaning::supply_input_ok)) || tells(facts_.outlet(supply, Meaning::outlet_voltage));
}

// Its power is there, measured after the fall.
std::optional<Sign> LoadWatch::available(Index supply, Instant after) const {
  const auto newer = [&](const Track* track) { return track->known() && track->fresh && !track->stuck && track->from() > after; };
  const Track* ok = facts_.status(supply, Meaning::supply_input_ok);
  if (ok != nullptr && says(ok, 0)) return std::nullopt;
  if (ok != nullptr && says(ok, 1) && newer(ok)) return ok->sign(site_);
  const auto pdu = site_.supplies[supply].pdu;
  if (!pdu || !facts_.hearing(*pdu).heard() || says(facts_.outlet(supply, Meaning::outlet_state), 0)) return std::nullopt;
  const Track* volts = facts_.outlet(supply, Meaning::outlet_voltage);
  const bool live = volts == nullptr || !volts->known() || volts->value() >= dead_line * site_.nominal_volts_of_supply(supply).value_or(0);
  if (!live && volts->lived) return std::nullopt;  // its outlet gives nothing
  const auto inlet = facts_.inlet(*pdu, Meaning::input_voltage);
  if (inlet.empty()) {
    const bool answered = *facts_.hearing(*pdu).last_answer > after;
    return answered ? std::optional{sign_of_pattern(site_.element_of_device(*pdu), "answers", *facts_.hearing(*pdu).last_answer)}
                    : std::nullopt;
  }
  return std::ranges::all_of(inlet, newer) ? judge_.voltage_good(*pdu) : std::nullopt;
}

// Amperes first: what stands by or is off still takes some tens of watts, and its rows speak of 0.2 A.
const Track* LoadWatch::meter(Index supply) const {
  for (const Meaning means : {Meaning::outlet_current, Meaning::outlet_power})
    if (const Track* track = facts_.outlet(supply, means)) return track;
  for (const Meaning means : {Meaning::supply_output_power, Meaning::supply_input_power})
    if (const Track* track = facts_.status(supply, means)) return track;
  return nullptr;
}

std::optional<LoadWatch::Fall> LoadWatch::fall(Index supply) const {
  const Track* power = meter(supply);
  if (power == nullptr || !power->known() || power->stuck || power->value() >= floor_of(*power)) return std::nullopt;
  if (power->past.empty() || power->carried < power->past.front().first) return std::nullopt;
  const double floor = floor_of(*power);
  const auto last = std::find_if(power->past.rbegin(), power->past.rend(), [&](const auto& entry) { return entry.second >= floor; });
  if (last == power->past.rend()) return std::nullopt;
  const Instant gone = last.base() != power->past.end() ? last.base()->first : power->last->time;
  const Judge::Between when{last->first, gone, power->refresh()};
  const auto stood = judge_.while_it_stood(*power, when);
  return Fall{.power = power, .when = when, .earliest = stood ? stood->start : gone, .carried = last->second};
}

}  // namespace holdup::detect
