#include "drivers/modbus/rtu/turns.hpp"

#include <algorithm>

namespace holdup::rtu {
namespace {

bool same(const modbus::Question& a, const modbus::Question& b) {
  return a.unit == b.unit && a.function == b.function && a.address == b.address && a.count == b.count;
}

}  // namespace

bool Turns::join(const Waiting& waiting) {
  if (waiting_.size() >= options_.most_waiting) return false;
  waiting_.push_back(waiting);
  return true;
}

void Turns::leave(std::uint64_t ticket) {
  std::erase_if(waiting_, [&](const Waiting& waiting) { return waiting.ticket == ticket; });
}

std::optional<Waiting> Turns::next(Instant now) {
  const auto lives = [&](const Waiting& waiting) { return may_go(waiting, now) && answers(waiting); };
  const bool only_living = now < vain_until_ && std::ranges::any_of(waiting_, lives);
  auto chosen = waiting_.end();
  for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
    if (only_living ? !lives(*at) : !may_go(*at, now)) continue;
    if (chosen == waiting_.end() || units_[at->question.unit].served < units_[chosen->question.unit].served) chosen = at;
  }
  if (chosen == waiting_.end()) return std::nullopt;
  const Waiting out = *chosen;
  waiting_.erase(chosen);
  units_[out.question.unit].served = ++served_;
  return out;
}

bool Turns::answers(const Waiting& waiting) const {
  const auto unit = units_.find(waiting.question.unit);
  return unit != units_.end() && unit->second.silent == 0 && unit->second.slowest > Duration{};
}

std::optional<Instant> Turns::next_at(Instant now) const {
  std::optional<Instant> first;
  for (const Waiting& waiting : waiting_) {
    const Owed* debt = owed(waiting.question, now);
    const Instant at = debt && !may_go(waiting, now) ? debt->until : now;
    if (!first || at < *first) first = at;
  }
  return first;
}

std::size_t Turns::drop_outdated(Instant now) {
  return std::erase_if(waiting_, [&](const Waiting& waiting) { return waiting.deadline <= now; });
}

Instant Turns::answer_by(const Waiting& asked, Instant sent, Duration on_wire) const {
  const auto unit = units_.find(asked.question.unit);
  Duration time = options_.answer_time;
  if (std::ranges::any_of(waiting_, [&](const Waiting& w) { return w.question.unit != asked.question.unit; })) {
    const unsigned silent = unit == units_.end() ? 0 : unit->second.silent;
    const Duration slowest = unit == units_.end() ? Duration{} : unit->second.slowest;
    if (silent == 0 && slowest == Duration{}) time = options_.first_answer;
    if (silent >= 2) time = std::max(options_.impatience, 2 * slowest);
  }
  return std::min(asked.deadline, sent + on_wire + time);
}

Instant Turns::measured_since(const Waiting& asked, Instant sent) const {
  const Owed* debt = owed(asked.question, sent);
  return debt && same(debt->question, asked.question) ? debt->since : sent;
}

bool Turns::owes(const modbus::Question& question, Instant now) const { return owed(question, now) != nullptr; }

/// What is owed to the question's function, of the same unit.
const Turns::Owed* Turns::owed(const modbus::Question& question, Instant now) const {
  const auto unit = units_.find(question.unit);
  if (unit == units_.end()) return nullptr;
  const auto found = unit->second.owed.find(question.function);
  return found != unit->second.owed.end() && now < found->second.until ? &found->second : nullptr;
}

/// The same question may: whichever answer comes, it is one to it. Another function's answer cannot be confused.
bool Turns::may_go(const Waiting& waiting, Instant now) const {
  const Owed* debt = owed(waiting.question, now);
  return debt == nullptr || same(debt->question, waiting.question);
}

Duration Turns::owed_for(const Unit& unit) const {
  if (unit.slowest == Duration{}) return options_.owed_at_most;
  return std::clamp(10 * unit.slowest, options_.owed_at_least, options_.owed_at_most);
}

void Turns::answered(const Waiting& asked, Instant sent, Instant received) {
  Unit& unit = units_[asked.question.unit];
  unit.silent = 0;
  unit.slowest = std::max(received - sent, unit.slowest - unit.slowest / 64);
  const auto found = unit.owed.find(asked.question.function);
  if (found == unit.owed.end()) return;
  if (!same(found->second.question, asked.question)) {
    unit.owed.erase(found);  // it answers in order: what was asked before has been lost
    return;
  }
  found->second.since = sent;
  found->second.until = received + std::max(options_.between_late, 2 * unit.slowest);
}

void Turns::spoilt(const Waiting& asked, Instant sent, Instant now, Came came) {
  Unit& unit = units_[asked.question.unit];
  unit.silent = 0;
  if (came == Came::some) owe(unit, asked, sent, now);
}

void Turns::silent(const Waiting& asked, Instant sent, Instant now) {
  Unit& unit = units_[asked.question.unit];
  vain_until_ = now + (now - sent);
  ++unit.silent;
  owe(unit, asked, sent, now);
}

void Turns::owe(Unit& unit, const Waiting& asked, Instant sent, Instant now) {
  Owed debt{.question = asked.question, .since = sent, .until = std::max(sent + owed_for(unit), now + options_.owed_at_least)};
  if (const Owed* before = owed(asked.question, sent); before && same(before->question, asked.question))
    debt.since = before->since, debt.answers = before->answers + 1;
  unit.owed[asked.question.function] = debt;
}

void Turns::came_late(std::uint8_t number, modbus::Function function, Instant now) {
  Unit& unit = units_[number];
  const auto found = unit.owed.find(function);
  if (found == unit.owed.end()) return;
  unit.slowest = std::max(unit.slowest, std::min(now - found->second.since, options_.owed_at_most));
  if (--found->second.answers == 0) unit.owed.erase(found);
}

}  // namespace holdup::rtu
