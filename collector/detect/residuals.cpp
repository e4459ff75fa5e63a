#include "collector/detect/residuals.hpp"

#include <algorithm>

#include "collector/detect/judge_signs.hpp"

namespace holdup::detect {
namespace {

using namespace std::chrono_literals;

// Amperes. IT supplies leak about 1 mA each; devices of 30 mA trip from 15 on.
constexpr double suspect = 0.015, on_earth = 0.03;
constexpr double times_the_usual = 3;
constexpr double drift = 0.05;  // of the way, a reading
constexpr Duration remembered = 10min;

}  // namespace

void Residuals::identified(Index device, std::span<const reading::Point> points) {
  if (site_.devices[device].feed) meters_.identified(device, points);
}

bool Residuals::heard(Index device, std::span<const reading::Reading> readings) {
  bool changed = false;
  meters_.heard(device, readings, [&](const Meter& meter) {
    Leak& leak = of_device_[device];
    const double amperes = *meter.value;
    if (!leak.usual) leak.usual = amperes;
    const bool high = amperes >= suspect && amperes >= times_the_usual * *leak.usual;
    changed = changed || high != (meter.before && *meter.before >= suspect && *meter.before >= times_the_usual * *leak.usual);
    if (!high) return void(leak.usual = *leak.usual + drift * (amperes - *leak.usual));
    if (!leak.climbed || meter.time - *leak.climbed > remembered) leak.peak = 0;
    leak.climbed = meter.time;
    if (amperes > leak.peak) leak.peak = amperes, leak.sign = meters_.sign(device, meter);
  });
  return changed;
}

void Residuals::weigh(std::span<const Index> devices, Instant now, std::vector<Opinion>& out) const {
  for (const Index d : devices) {
    const Leak& leak = of_device_[d];
    const Meter* meter = meters_.find(d, Meaning::residual_current);
    if (meter == nullptr) continue;
    const auto pdu = site_.element_of_pdu(d);
    for (const Index b : site_.devices[d].banks) trip(leak, site_.element_of_bank(b), now, out);
    trip(leak, pdu, now, out);
    if (site_.system != site::System::dc || !meter->known()) continue;
    const bool lost = *meter->value >= on_earth && *meter->value >= times_the_usual * leak.usual.value_or(0);
    if (!lost && !newer_than(*meter, held_(Verdict::earth_fault, pdu))) continue;
    std::vector<Sign> signs{meters_.sign(d, *meter)};
    out.push_back(
        {Verdict::earth_fault, pdu, lost ? Judgement::lost(Strength::proven, std::move(signs)) : Judgement::fine(std::move(signs))});
  }
}

// Row 24: the branch went, nothing was overloaded, and the leak had climbed before.
void Residuals::trip(const Leak& leak, const ground::Element& branch, Instant now, std::vector<Opinion>& out) const {
  const auto say = [&](Judgement judgement) { out.push_back({Verdict::residual_current_trip, branch, std::move(judgement)}); };
  const auto tripped = held_(Verdict::bank_tripped, branch), dark = held_(Verdict::pdu_dark, branch);
  const auto gone = tripped ? tripped : dark;
  if (!gone) {
    if (held_(Verdict::residual_current_trip, branch)) say(Judgement::fine({sign_of_pattern(branch, "it gives power", now)}));
    return;
  }
  const bool climbed = leak.climbed && *leak.climbed <= gone->since && gone->since - *leak.climbed <= remembered;
  if (climbed && !held_(Verdict::overload, branch)) say(Judgement::lost(Strength::probable, {leak.sign}));
}

}  // namespace holdup::detect
