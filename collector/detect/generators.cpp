#include "collector/detect/generators.hpp"

#include <cmath>

#include "collector/detect/judge_signs.hpp"
#include "ground/number.hpp"

namespace holdup::detect {
namespace {

using namespace std::chrono_literals;

// Hertz. A synchronous grid stays within 0.05 of nominal nearly always, and slides; a governor holds a generator elsewhere.
constexpr double grid = 0.06, odd = 0.12, even = 0.08, near_nominal = 0.1;
constexpr double creep = 0.05;  // of the way, a reading
constexpr Duration long_enough = 20s;
constexpr unsigned readings_odd = 3;

std::optional<double> nominal_near(double hertz) {
  for (const double nominal : {50., 60.})
    if (std::fabs(hertz - nominal) < near_nominal) return hertz;
  return std::nullopt;
}

}  // namespace

void Generators::identified(Index device, std::span<const reading::Point> points) {
  if (element_of(device)) meters_.identified(device, points);
}

// Behind double conversion nothing can be said of what feeds the UPS.
std::optional<ground::Element> Generators::element_of(Index device) const {
  if (const auto ups = site_.ups_of_device(device)) return site_.element_of_ups(*ups);
  const auto feed = site_.devices[device].feed;
  if (!feed || site_.feeds[*feed].ups || site_.devices[device].ats) return std::nullopt;
  return site_.element_of_feed(*feed);
}

bool Generators::heard(Index device, std::span<const reading::Reading> readings) {
  bool changed = false;
  meters_.heard(device, readings, [&](const Meter& meter) {
    Rhythm& rhythm = of_device_[device];
    if (*meter.value > 0) changed = follow(rhythm, meter) || changed;
    changed = changed || (rhythm.even_since && held_(Verdict::on_generator, *element_of(device)));
  });
  return changed;
}

/// True when it has just been away for long enough.
bool Generators::follow(Rhythm& rhythm, const Meter& meter) {
  const double hertz = *meter.value;
  if (!rhythm.usual) rhythm.usual = nominal_near(hertz);
  if (!rhythm.usual) return false;
  const double away = std::fabs(hertz - *rhythm.usual);
  if (away < grid) *rhythm.usual += creep * (hertz - *rhythm.usual);
  if (away < even && !rhythm.even_since) rhythm.even_since = meter.time;
  if (away >= even) rhythm.even_since.reset();
  rhythm.odd = away >= odd ? rhythm.odd + 1 : 0;
  if (rhythm.odd == 0) return rhythm.odd_since.reset(), false;
  if (!rhythm.odd_since) rhythm.odd_since = meter.time;
  return rhythm.odd >= readings_odd && meter.time - *rhythm.odd_since >= long_enough;
}

void Generators::weigh(std::span<const Index> devices, std::vector<Opinion>& out) const {
  for (const Index d : devices) {
    const Rhythm& rhythm = of_device_[d];
    const Meter* meter = meters_.find(d, Meaning::frequency);
    if (meter == nullptr || !meter->known() || !rhythm.usual) continue;
    const bool lasts = rhythm.odd >= readings_odd && meter->time - *rhythm.odd_since >= long_enough;
    if (lasts) {
      const auto element = *element_of(d);
      auto text = "away from " + ground::number_text(std::round(*rhythm.usual * 100) / 100) + " Hz for " +
                  ground::number_text(std::round(ground::seconds(meter->time - *rhythm.odd_since))) + " s";
      out.push_back(
          {Verdict::on_generator, element,
           Judgement::lost(Strength::probable, {meters_.sign(d, *meter), sign_of_pattern(element, std::move(text), meter->time)})});
      continue;
    }
    if (!rhythm.even_since || meter->time - *rhythm.even_since < long_enough) continue;
    const auto element = *element_of(d);
    const auto held = held_(Verdict::on_generator, element);
    if (held && newer_than(*meter, held)) out.push_back({Verdict::on_generator, element, Judgement::fine({meters_.sign(d, *meter)})});
  }
}

}  // namespace holdup::detect
