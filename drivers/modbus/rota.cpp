#include "drivers/modbus/rota.hpp"

#include <algorithm>
#include <chrono>

namespace holdup::modbus {
namespace {

using namespace std::chrono_literals;
using ground::Duration;

constexpr int others_share = 9;         // times what a mute unit took: so long no mute one is asked …
constexpr int quiet_share = 1;          // … where nobody answers: what is behind it may be at work on our first questions
constexpr Duration longest_rest = 30s;  // a unit that returns is found by then
constexpr Duration least_patience = 25ms, most_patience = 1s, blind_patience = 250ms;
constexpr Duration longest_want = 1s;     // a mute unit that has not asked again by then wants no turn any more
constexpr int slow = 4, forgetting = 16;  // times the usual round trip; the share of it that an answer takes off
constexpr Duration noise = 5ms;

}  // namespace

void Rota::asked(std::uint8_t number, Instant now) {
  Unit& unit = of(number);
  unit.asked = now;
  if (unit.mute()) {
    behind_mute_ = true;
    delayed_since_.reset();
  } else if (behind_mute_ && !delayed_since_) {
    delayed_since_ = now;
  }
}

void Rota::answered(std::uint8_t number, Duration took, Instant now) {
  Unit& unit = of(number);
  unit.heard = true;
  unit.silences = 0;
  if (behind_mute_) return note_delay(now);
  usual_ = std::max(took, usual_ - usual_ / forgetting);
}

void Rota::answered_late(std::uint8_t number, Instant now) {
  const auto unit = std::ranges::find(units_, number, &Unit::number);
  if (unit == units_.end()) return;
  unit->heard = true;
  unit->silences = 0;
  if (behind_mute_) note_delay(now);
}

/// A gateway that waits for a mute unit answers nobody meanwhile, whatever we do: that, too, is time that the unit took.
void Rota::note_delay(Instant now) {
  if (const Duration delay = delayed_since_ ? now - *delayed_since_ : Duration{}; delay > slow * usual_ + noise) rest(delay, now);
  behind_mute_ = false;
  delayed_since_.reset();
}

void Rota::silent(std::uint8_t number, Duration held, Instant now) {
  Unit& unit = of(number);
  ++unit.silences;
  if (!unit.mute()) return;
  rest(held, now);
  behind_mute_ = true;
}

void Rota::unreachable(std::uint8_t number, Instant now) {
  const auto known = std::ranges::find(units_, number, &Unit::number);
  if (known == units_.end() || known->asked == Instant::min()) return;
  Unit& unit = *known;
  ++unit.silences;
  if (unit.mute()) rest_for(others_share * (now - unit.asked), now);  // the others' silence is its doing
  behind_mute_ = false;
  delayed_since_.reset();
}

void Rota::rest(Duration cost, Instant now) { rest_for((nobody_answers() ? quiet_share : others_share) * cost, now); }

void Rota::rest_for(Duration time, Instant now) { rests_until_ = std::min(std::max(rests_until_, now) + time, now + longest_rest); }

Duration Rota::patience(std::uint8_t number) const {
  const Unit* unit = find(number);
  if (unit == nullptr || unit->lives() || !shared()) return Duration::max();
  return usual_ == Duration{} ? blind_patience : std::clamp<Duration>(slow * usual_, least_patience, most_patience);
}

/// Among the mute the one that was asked longest ago is next, if it still wants to be.
bool Rota::may_ask(std::uint8_t number, Instant now) {
  Unit& unit = of(number);
  if (!rests(unit)) return true;
  const bool due = now >= rests_until_ && std::ranges::none_of(units_, [&](const Unit& other) {
                     return other.mute() && other.asked < unit.asked && other.wanted > unit.asked && other.wanted + longest_want > now;
                   });
  if (!due) unit.wanted = now;
  return due;
}

std::optional<ground::Instant> Rota::rests_until(std::uint8_t number) const {
  const Unit* unit = find(number);
  return unit != nullptr && rests(*unit) ? std::optional{rests_until_} : std::nullopt;
}

bool Rota::nobody_answers() const { return std::ranges::none_of(units_, &Unit::lives); }

bool Rota::rests(const Unit& unit) const { return unit.mute() && shared(); }

const Rota::Unit* Rota::find(std::uint8_t number) const {
  const auto at = std::ranges::find(units_, number, &Unit::number);
  return at == units_.end() ? nullptr : &*at;
}

Rota::Unit& Rota::of(std::uint8_t number) {
  const auto at = std::ranges::find(units_, number, &Unit::number);
  return at == units_.end() ? units_.emplace_back(Unit{.number = number}) : *at;
}

}  // namespace holdup::modbus
