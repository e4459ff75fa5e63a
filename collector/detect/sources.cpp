#include "collector/detect/sources.hpp"

#include <algorithm>
#include <cmath>

#include "collector/detect/judge_signs.hpp"
#include "ground/number.hpp"

namespace holdup::detect {
namespace {

using ground::Element;

constexpr double good_source = 0.85;              // of nominal
constexpr double floating = 1.09, giving = 1.06;  // of a plant's nominal voltage: its battery floats at 1.125, and gives from 1.06 down

int band(double volts, double nominal) {
  const double share = std::fabs(volts) / nominal;
  return (share >= back_fed) + (share >= cut_off) + (share >= giving) + (share >= floating);
}

bool flows(double amperes) { return std::fabs(amperes) >= meter_floor_amperes; }

std::string number(double value) { return ground::number_text(std::round(value * 10) / 10); }

}  // namespace

Sources::Sources(const site::Site& site, const Judge& judge, HeldBy held)
    : site_{site},
      judge_{judge},
      held_{std::move(held)},
      meters_{site,
              {Meaning::ups_on_battery, Meaning::ups_bypass, Meaning::ups_eco, Meaning::battery_test, Meaning::battery_ok,
               Meaning::battery_runtime, Meaning::battery_carries, Meaning::input_voltage, Meaning::inlet_current, Meaning::selected_source,
               Meaning::source_ok}},
      on_battery_(site.devices.size()),
      floated_(site.devices.size()),
      flowed_(site.devices.size()),
      counts_(site.devices.size()) {}

void Sources::identified(Index device, std::span<const reading::Point> points) {
  meters_.identified(device, points);
  counts_[device] = std::ranges::any_of(points, [](const auto& point) { return point.means == Meaning::transfer_count; });
}

bool Sources::heard(Index device, std::span<const reading::Reading> readings) {
  bool changed = false;
  meters_.heard(device, readings, [&](const Meter& meter) {
    const bool other = meter.before != meter.value;
    switch (meter.means) {
      case Meaning::input_voltage:
        if (site_.system != site::System::dc || !site_.devices[device].feed) return;
        floated_[device] = floated_[device] || share(device, meter) >= floating;
        changed = changed || !meter.before || band(*meter.value, nominal(device)) != band(*meter.before, nominal(device));
        return;
      case Meaning::inlet_current:
        flowed_[device] = flowed_[device] || flows(*meter.value);
        changed = changed || !meter.before || flows(*meter.value) != flows(*meter.before);
        return;
      case Meaning::battery_runtime:
        return;
      case Meaning::ups_on_battery:
        if (*meter.value == 0) on_battery_[device].reset();
        if (*meter.value == 1 && !on_battery_[device]) on_battery_[device] = meter.time;
        break;
      case Meaning::selected_source:
        if (const auto ats = site_.ats_of_device(device); ats && meter.before && other && !counts_[device])
          transfers_.push_back(
              {Verdict::transferred, site_.element_of_ats(*ats), Strength::proven, {meters_.sign(device, meter)}, meter.from()});
        break;
      default:
        break;
    }
    changed = changed || other;
  });
  return changed;
}

void Sources::weigh(std::span<const Index> devices, std::span<const Index> loads, std::vector<Opinion>& out) const {
  for (const Index d : devices) {
    if (meters_.of(d).empty()) continue;
    const auto ups = site_.ups_of_device(d);
    if (ups || meters_.find(d, Meaning::ups_bypass) != nullptr || meters_.find(d, Meaning::battery_test) != nullptr)
      weigh_ups(d, ups ? site_.element_of_ups(*ups) : site_.element_of_pdu(d), out);
    if (const auto ats = site_.ats_of_device(d)) weigh_ats(d, *ats, out);
    if (site_.system == site::System::dc && site_.devices[d].feed) weigh_plant(d, out);
  }
  for (const Index l : loads)
    if (!site_.loads[l].batteries.empty()) weigh_rack(l, out);
}

bool Sources::says(Index device, Meaning means, double value) const {
  const Meter* meter = meters_.find(device, means);
  return meter != nullptr && meter->known() && *meter->value == value;
}

/// A state that is bad at one value and good at any other.
Opinion Sources::state(Index device, Verdict verdict, const Element& element, Meaning means, double bad, std::string why) const {
  const Meter* meter = meters_.find(device, means);
  if (meter == nullptr || !meter->known()) return {verdict, element, {}};
  if (*meter->value != bad)
    return {verdict, element, newer_than(*meter, held_(verdict, element)) ? Judgement::fine({meters_.sign(device, *meter)}) : Judgement{}};
  std::vector<Sign> signs{meters_.sign(device, *meter)};
  if (!why.empty()) signs.push_back(sign_of_pattern(element, std::move(why), meter->time));
  return {verdict, element, Judgement::lost(Strength::proven, std::move(signs))};
}

// Row 26: past the inverter is a UPS's normal way in eco mode; by hand it means that nothing is stored behind the load.
void Sources::weigh_ups(Index device, const Element& element, std::vector<Opinion>& out) const {
  const bool eco = says(device, Meaning::ups_eco, 1);
  auto bypass = state(device, Verdict::ups_bypass, element, Meaning::ups_bypass, 1);
  if (eco && bypass.judgement.kind == Judgement::Kind::lost) bypass.judgement = Judgement::fine(std::move(bypass.judgement.signs));
  out.push_back(std::move(bypass));
  out.push_back(stored_energy(device, element));
  out.push_back(battery_test(device, element));
}

Opinion Sources::stored_energy(Index device, const Element& element) const {
  const auto verdict = Verdict::stored_energy_unavailable;
  auto battery = state(device, verdict, element, Meaning::battery_ok, 0);
  auto bypass =
      state(device, verdict, element, Meaning::ups_bypass, 1, "the load runs past the inverter: the battery stands behind nothing");
  if (says(device, Meaning::ups_eco, 1)) bypass.judgement = {};
  using Kind = Judgement::Kind;
  if (battery.judgement.kind == Kind::lost) return battery;
  if (bypass.judgement.kind == Kind::lost) return bypass;
  const bool both = meters_.find(device, Meaning::battery_ok) != nullptr && battery.judgement.kind != Kind::fine;
  return both ? Opinion{verdict, element, {}} : std::move(bypass.judgement.kind == Kind::fine ? bypass : battery);
}

// It says so itself; or it runs from its battery although its input, measured since, is good.
Opinion Sources::battery_test(Index device, const Element& element) const {
  const auto verdict = Verdict::battery_test;
  auto told = state(device, verdict, element, Meaning::battery_test, 1);
  if (told.judgement.kind == Judgement::Kind::lost || !on_battery_[device]) {
    const Meter* on = meters_.find(device, Meaning::ups_on_battery);
    if (told.judgement.kind == Judgement::Kind::cannot_tell && on != nullptr && on->known() && *on->value == 0)
      told.judgement = Judgement::fine({meters_.sign(device, *on)});
    return told;
  }
  std::vector<Sign> signs{meters_.sign(device, *meters_.find(device, Meaning::ups_on_battery))};
  const auto& carried = site_.feeds;
  const auto fed =
      std::ranges::find_if(carried, [&](const site::Feed& feed) { return feed.ups && feed.ups == site_.ups_of_device(device); });
  if (fed == carried.end()) return told;
  bool good = false;
  for (const Meter& meter : meters_.of(device)) {
    if (meter.means != Meaning::input_voltage) continue;
    if (!meter.known() || meter.from() <= *on_battery_[device] || *meter.value < good_source * fed->nominal_volts) return told;
    good = true;
    signs.push_back(meters_.sign(device, meter));
  }
  return good ? Opinion{verdict, element, Judgement::lost(Strength::probable, std::move(signs))} : told;
}

// Row 27: the load does not notice that one of two sources has gone.
void Sources::weigh_ats(Index device, Index ats, std::vector<Opinion>& out) const {
  const auto element = site_.element_of_ats(ats);
  const auto held = held_(Verdict::path_redundancy_lost, element);
  std::vector<Sign> bad, good;
  bool all_new = true;
  for (const Meter& meter : meters_.of(device)) {
    if (meter.means != Meaning::source_ok || !meter.known()) continue;
    (*meter.value == 0 ? bad : good).push_back(meters_.sign(device, meter));
    all_new = all_new && newer_than(meter, held);
  }
  Judgement judgement;
  if (!bad.empty() && !good.empty())
    judgement = Judgement::lost(Strength::proven, std::move(bad));
  else if (bad.empty() && good.size() > 1 && all_new)
    judgement = Judgement::fine(std::move(good));
  out.push_back({Verdict::path_redundancy_lost, element, std::move(judgement)});
}

// Row 28: every input is gone and a battery gives to the bus: a countdown. With the inputs there it is a test, or shaves a peak.
void Sources::weigh_rack(Index load, std::vector<Opinion>& out) const {
  const auto& here = site_.loads[load];
  const bool dark = !here.supplies.empty() && std::ranges::all_of(here.supplies, [&](Index s) { return judge_.without_input(s); });
  std::vector<Sign> giving_now, resting;
  std::optional<double> weakest;
  Instant latest{};
  for (const Index b : here.batteries) {
    const auto device = site_.batteries[b].status;
    const Meter* carries = device ? meters_.find(*device, Meaning::battery_carries) : nullptr;
    if (carries == nullptr || !carries->known()) continue;
    const bool gives = *carries->value == 1;
    (gives ? giving_now : resting).push_back(meters_.sign(*device, *carries));
    latest = std::max(latest, carries->time);
    const auto element = site_.element_of_battery(b);
    out.push_back({Verdict::battery_test, element,
                   gives && !dark ? Judgement::lost(Strength::probable, {meters_.sign(*device, *carries)})
                                  : Judgement::fine({meters_.sign(*device, *carries)})});
    const Meter* left = meters_.find(*device, Meaning::battery_runtime);
    if (gives && left != nullptr && left->known()) weakest = std::min(weakest.value_or(*left->value), *left->value);
  }
  const auto element = site_.element_of_load(load);
  if (dark && !giving_now.empty()) {
    if (weakest) giving_now.push_back(sign_of_pattern(element, "the weakest battery has " + number(*weakest) + " s left", latest));
    out.push_back({Verdict::rack_on_battery, element, Judgement::lost(Strength::proven, std::move(giving_now))});
  } else if (giving_now.empty() && !resting.empty()) {
    out.push_back({Verdict::rack_on_battery, element, Judgement::fine(std::move(resting))});
  }
}

double Sources::nominal(Index device) const { return site_.feeds[*site_.devices[device].feed].nominal_volts; }
double Sources::share(Index device, const Meter& meter) const { return std::fabs(*meter.value) / nominal(device); }

// Row 30: long before anything is 0 the plant leaves its float voltage; behind a blown fuse the other side's diodes leave volts and no
// amperes.
void Sources::weigh_plant(Index device, std::vector<Opinion>& out) const {
  const Meter* volts = meters_.find(device, Meaning::input_voltage);
  const Meter* amperes = meters_.find(device, Meaning::inlet_current);
  if (volts == nullptr || !volts->known() || site_.feeds_of_pdu(device).size() > 1) return;  // another feed's volts may be here
  const double now = share(device, *volts);
  const Index feed = *site_.devices[device].feed;
  const auto ups = site_.feeds[feed].ups;
  const auto plant = ups ? site_.element_of_ups(*ups) : site_.element_of_feed(feed), pdu = site_.element_of_pdu(device);
  const bool no_current = amperes != nullptr && amperes->known() && flowed_[device] && !flows(*amperes->value);
  const bool fuse = now >= back_fed && now < cut_off && no_current && sibling_lives(device);
  const auto judged = [&](Verdict verdict, const Element& element, bool lost, bool fine, std::vector<Sign> signs) {
    if (lost)
      out.push_back({verdict, element, Judgement::lost(Strength::proven, std::move(signs))});
    else
      out.push_back(
          {verdict, element, fine && newer_than(*volts, held_(verdict, element)) ? Judgement::fine(std::move(signs)) : Judgement{}});
  };
  std::vector<Sign> signs{meters_.sign(device, *volts)};
  if (no_current) signs.push_back(meters_.sign(device, *amperes));
  judged(Verdict::fuse_blown, pdu, fuse, now >= cut_off, signs);
  signs = {meters_.sign(device, *volts),
           sign_of_pattern(plant, number((now - cut_off) * nominal(device)) + " V above a usual low-voltage disconnect", volts->time)};
  judged(Verdict::dc_plant_on_battery, plant, floated_[device] && !fuse && now >= cut_off && now < giving, now >= floating,
         std::move(signs));
}

bool Sources::sibling_lives(Index device) const {
  for (Index d = 0; d < site_.devices.size(); ++d) {
    if (d == device || !site_.devices[d].feed) continue;
    const Meter* volts = meters_.find(d, Meaning::input_voltage);
    if (volts != nullptr && volts->known() && share(d, *volts) >= cut_off) return true;
  }
  return false;
}

}  // namespace holdup::detect
