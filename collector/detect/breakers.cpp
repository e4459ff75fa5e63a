#include "collector/detect/breakers.hpp"

#include <algorithm>
#include <cmath>

#include "collector/detect/judge_signs.hpp"
#include "collector/site/breaker.hpp"
#include "ground/number.hpp"

namespace holdup::detect {
namespace {

using ground::Element;

constexpr double relieved = 0.97;  // of its rating
constexpr unsigned lasting = 2;    // readings in a row: one alone may have caught an inrush

}  // namespace

void Breakers::identified(Index device, std::span<const reading::Point> points) {
  of_device_[device].clear();
  if (!site_.devices[device].feed) return;
  meters_.identified(device, points);
  for (const Meter& meter : meters_.of(device))
    if (auto breaker = breaker_of(device, meter)) of_device_[device].push_back(std::move(*breaker));
}

// A bank by the name that the site file gives it; the inlet and its phases by the PDU's own breaker, or the feed's.
std::optional<Breakers::Breaker> Breakers::breaker_of(Index device, const Meter& meter) const {
  const auto& pdu = site_.devices[device];
  if (meter.means == Meaning::bank_current) {
    for (const Index b : pdu.banks)
      if (site_.banks[b].name == meter.index && site_.banks[b].rating_amperes)
        return Breaker{&meter, site_.element_of_bank(b), *site_.banks[b].rating_amperes};
    return std::nullopt;
  }
  const auto rating = pdu.rating_amperes ? pdu.rating_amperes : site_.feeds[*pdu.feed].rating_amperes;
  if (!rating) return std::nullopt;
  const bool of_phase = meter.means == Meaning::phase_current && meter.number() != 0;
  return Breaker{&meter, of_phase ? Element::phase(pdu.name, std::to_string(meter.number())) : site_.element_of_pdu(device), *rating};
}

bool Breakers::heard(Index device, std::span<const reading::Reading> readings) {
  bool changed = false;
  meters_.heard(device, readings, [&](const Meter& meter) {
    const auto at = std::ranges::find(of_device_[device], &meter, &Breaker::meter);
    if (at == of_device_[device].end()) return;
    const double now = *meter.value / at->rating_amperes, before = meter.before.value_or(0) / at->rating_amperes;
    at->over = now > 1 ? at->over + 1 : 0;
    changed = changed || at->over == lasting || (now < relieved) != (before < relieved);
  });
  return changed;
}

void Breakers::weigh(std::span<const Index> devices, std::vector<Opinion>& out) const {
  for (const Index d : devices)
    for (const Breaker& breaker : of_device_[d]) {
      if (!breaker.meter->known()) continue;
      auto judgement = judge(d, breaker);
      if (judgement.kind != Judgement::Kind::cannot_tell) out.push_back({Verdict::overload, breaker.element, std::move(judgement)});
    }
}

Judgement Breakers::judge(Index device, const Breaker& breaker) const {
  const Meter& meter = *breaker.meter;
  const double share = *meter.value / breaker.rating_amperes;
  if (share < relieved) {
    const auto held = held_(Verdict::overload, breaker.element);
    return held && newer_than(meter, held) ? Judgement::fine({meters_.sign(device, meter)}) : Judgement{};
  }
  if (breaker.over < lasting) return {};
  std::string text = ground::number_text(std::round(share * 100)) + " % of " + ground::number_text(breaker.rating_amperes) + " A";
  if (const auto trip = site::trip_time(share, breaker.rating_amperes, site_.feeds[*site_.devices[device].feed].curve))
    text += ", may trip " + site::trip_text(*trip) + "; its curve, ambient and what it carried before are not known";
  return Judgement::lost(Strength::proven, {meters_.sign(device, meter), sign_of_pattern(breaker.element, std::move(text), meter.time)});
}

}  // namespace holdup::detect
