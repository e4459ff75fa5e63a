#include "collector/detect/latches.hpp"

#include <algorithm>
#include <iterator>

#include "collector/detect/judge_signs.hpp"
#include "ground/number.hpp"

namespace holdup::detect {
namespace {

bool is_energy(const reading::Point& point) { return point.metric == "rack_energy_joules_total"; }

bool is_kept(const reading::Point& point) {
  return !point.spare && point.means != Meaning::seconds_on_battery && (reading::is_latched(point.means) || is_energy(point));
}

std::string named(const reading::Point& point) {
  std::string text = point.metric;
  for (const auto& [name, value] : point.labels) text.append(" ").append(value);
  return text;
}

}  // namespace

void Latches::identified(Index device, std::span<const reading::Point> points) {
  auto former = std::exchange(of_device_[device], {});
  for (std::uint32_t p = 0; p < points.size(); ++p) {
    if (!is_kept(points[p])) continue;
    Latch latch{.point = p,
                .means = points[p].means,
                .name = named(points[p]),
                .wraps_at = points[p].wraps_at,
                .harmless = points[p].harmless,
                .counter = {}};
    const auto known = std::ranges::find_if(former, [&](const Latch& one) { return one.name == latch.name; });
    if (known != former.end()) latch.counter = known->counter;
    of_device_[device].push_back(std::move(latch));
  }
}

void Latches::heard(Index device, std::span<const reading::Reading> readings) {
  auto& latches = of_device_[device];
  if (latches.empty()) return;
  Brought brought;
  auto at = latches.begin();  // readings come in the order of the points, mostly
  for (const auto& reading : readings) {
    if (at == latches.end() || at->point > reading.point) at = latches.begin();
    at = std::find_if(at, latches.end(), [&](const Latch& one) { return one.point >= reading.point; });
    if (at != latches.end() && at->point == reading.point && reading.quality == Quality::good) weigh(*at, reading, device, brought);
  }
  note(device, brought);
  conclude(device, std::move(brought));
}

void Latches::weigh(Latch& latch, const reading::Reading& reading, Index device, Brought& brought) {
  using Kind = Counter::Kind;
  const auto step = latch.counter.saw(reading.value, reading.time, latch.wraps_at);
  if (step.kind == Kind::first) return;
  const Sign sign{.source = site_.element_of_device(device),
                  .point = latch.name + ", before: " + ground::number_text(step.former),
                  .value = reading.value,
                  .quality = Quality::good,
                  .time = reading.time,
                  .uncertainty = reading.uncertainty};
  const bool grew = step.kind == Kind::grew || step.kind == Kind::wrapped;
  const bool cause = latch.means == Meaning::input_fail_cause;
  const auto keep = [&](std::vector<Sign>& signs) {
    signs.push_back(sign);
    brought.from = std::min(brought.from, step.former_at - facts_.longest_refresh(device));
    brought.until = std::max(brought.until, reading.time);
  };
  if (!cause && step.kind != Kind::grew && step.kind != Kind::still) {
    (step.kind == Kind::fell ? brought.fell : brought.wrapped) += 1;
    if (brought.fallen.empty()) brought.fallen = latch.name;
  }
  switch (latch.means) {
    case Meaning::uptime:
      if (step.kind == Kind::fell) keep(brought.restarts);
      return;
    case Meaning::input_loss_count:
      if (grew) return keep(brought.losses);
      brought.counts_losses = brought.counts_losses || step.kind == Kind::still;
      return brought.quiet.push_back(sign);
    case Meaning::transfer_count:
      if (grew) keep(brought.transfers);
      return;
    case Meaning::input_fail_cause: {
      const auto code = static_cast<std::int64_t>(reading.value);
      const bool changed = reading.value != step.former;
      if (changed && latch.harmless && std::ranges::find(*latch.harmless, code) == latch.harmless->end()) keep(brought.losses);
      return;
    }
    default:
      brought.energy_fell = brought.energy_fell || step.kind == Kind::fell;
      if (brought.quiet.size() < 8) brought.quiet.push_back(sign);
  }
}

void Latches::conclude(Index device, Brought brought) {
  if (!brought.transfers.empty())
    say(Verdict::transferred, Strength::proven, site_.element_of_source(device), device, std::move(brought.transfers), brought);
  if (!brought.losses.empty()) {
    auto signs = std::move(brought.losses);
    signs.insert(signs.end(), brought.restarts.begin(), brought.restarts.end());
    return say(Verdict::past_interruption, Strength::proven, subject(device), device, std::move(signs), brought);
  }
  if (!brought.restarts.empty()) conclude_restart(device, brought);
}

// Rows 6 and 7: a card that began anew lost its power only if something else says so.
void Latches::conclude_restart(Index device, Brought& brought) {
  auto signs = std::move(brought.restarts);
  auto beside = judge_.beside(device, {brought.from, brought.until});
  if (beside.moved) {
    signs.insert(signs.end(), beside.signs.begin(), beside.signs.end());
    return say(Verdict::past_interruption, *beside.moved, subject(device), device, std::move(signs), brought);
  }
  const bool proven = !brought.energy_fell && (brought.counts_losses || beside.seen);
  signs.insert(signs.end(), brought.quiet.begin(), brought.quiet.end());
  signs.insert(signs.end(), beside.signs.begin(), beside.signs.end());
  say(Verdict::card_restarted, proven ? Strength::proven : Strength::probable, site_.element_of_device(device), device, std::move(signs),
      brought);
}

void Latches::say(Verdict verdict, Strength strength, ground::Element of, Index device, std::vector<Sign> signs, const Brought& brought) {
  past_.push_back(
      {.finding = {.verdict = verdict, .element = std::move(of), .strength = strength, .signs = std::move(signs), .since = brought.from},
       .about = subject(device),
       .until = brought.until});
}

void Latches::note(Index device, const Brought& brought) {
  if (brought.fallen.empty()) return;
  notes_.push_back("counters_fell device=" + site_.devices[device].name + " fell=" + std::to_string(brought.fell) +
                   " wrapped=" + std::to_string(brought.wrapped) + " restarted=" + (brought.restarts.empty() ? "no" : "yes") + " first=\"" +
                   brought.fallen + '"');
}

// A status unit speaks of the one supply that it reports, anything else of its own inlet.
ground::Element Latches::subject(Index device) const {
  std::optional<Index> reported;
  unsigned supplies = 0;
  for (Index s = 0; s < site_.supplies.size(); ++s)
    if (site_.supplies[s].status == device) reported = s, ++supplies;
  return supplies == 1 && !site_.devices[device].feed ? site_.element_of_supply(*reported) : site_.element_of_source(device);
}

}  // namespace holdup::detect
