#include "hw-sim/scenario/faults.hpp"

#include "ground/expect.hpp"
#include "hw-sim/power/noise.hpp"

namespace hwsim::scenario {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t index(FaultKind kind) { return static_cast<std::size_t>(kind); }

ground::Duration default_length(FaultKind kind) {
  switch (kind) {
    case FaultKind::slow:
    case FaultKind::reshaping:
      return 500ms;
    case FaultKind::late:
      return 3s;
    case FaultKind::counter_wrap:
      return 2s;
    case FaultKind::stale_cache:
      return 30s;
    case FaultKind::warming:
      return 10s;
    case FaultKind::trap_storm:
      return 10ms;
    case FaultKind::drip:
      return 1s;
    case FaultKind::gaps:
      return 20ms;
    case FaultKind::drop_idle:
      return 5s;
    default:
      return {};
  }
}

double default_ratio(FaultKind kind) {
  if (kind == FaultKind::lossy) return 0.3;
  return kind == FaultKind::reshaping ? 0.5 : 1;
}

constexpr std::uint64_t salt_word = 100;  // of draw(), beside the kinds

}  // namespace

Faults::Faults(std::size_t devices, std::uint64_t seed) : seed_{seed}, lines_(devices) {}

void Faults::begin(std::size_t device, const Fault& fault, ground::Instant now) {
  HOLDUP_EXPECT(fault.kind < FaultKind::frozen);  // those from there on are the World's
  lines_.at(device).faults[index(fault.kind)] = {.on = true,
                                                 .since = now,
                                                 .length = fault.length.value_or(default_length(fault.kind)),
                                                 .ratio = fault.ratio.value_or(default_ratio(fault.kind)),
                                                 .value = fault.value};
}

void Faults::end(std::size_t device, std::optional<FaultKind> kind) {
  auto& faults = lines_.at(device).faults;
  if (kind)
    faults[index(*kind)] = {};
  else
    faults.fill({});
}

Fate Faults::decide(std::size_t device) {
  Line& line = lines_.at(device);
  ++line.requests;
  Fate fate{.salt = power::draw(seed_, {device, line.requests, salt_word})};
  for (const FaultKind kind : {FaultKind::silent, FaultKind::lossy, FaultKind::unplugged, FaultKind::refused})
    fate.answered = fate.answered && !hits(device, kind);
  for (const FaultKind kind : {FaultKind::slow, FaultKind::late})
    if (hits(device, kind)) fate.delay += line.faults[index(kind)].length;
  if (hits(device, FaultKind::duplicate)) fate.copies = 2;
  if (hits(device, FaultKind::wrong_id)) fate.corruption = Corruption::wrong_id;
  if (hits(device, FaultKind::wrong_source)) fate.corruption = Corruption::wrong_source;
  if (hits(device, FaultKind::truncated)) fate.corruption = Corruption::truncated;
  if (hits(device, FaultKind::garbage)) fate.corruption = Corruption::garbage;
  for (auto k = index(FaultKind::exception); k < index(FaultKind::frozen); ++k)
    if (const Active& active = line.faults[k]; active.on && hits(device, static_cast<FaultKind>(k)))
      fate.modbus.push_back(
          {.kind = static_cast<FaultKind>(k), .laid = {.length = active.length, .ratio = active.ratio, .value = active.value}});
  return fate;
}

const Laid* Fate::hit(FaultKind kind) const {
  for (const HitFault& fault : modbus)
    if (fault.kind == kind) return &fault.laid;
  return nullptr;
}

std::optional<Laid> Faults::laid(std::size_t device, FaultKind kind, ground::Instant now) const {
  HOLDUP_EXPECT(kind < FaultKind::frozen);
  const Active& active = lines_.at(device).faults[index(kind)];
  if (!active.on) return std::nullopt;
  return Laid{.age = now - active.since, .length = active.length, .ratio = active.ratio, .value = active.value};
}

bool Faults::hits(std::size_t device, FaultKind kind) const {
  const Line& line = lines_[device];
  const Active& active = line.faults[index(kind)];
  return active.on && power::unit_interval(power::draw(seed_, {device, line.requests, index(kind)})) < active.ratio;
}

}  // namespace hwsim::scenario
