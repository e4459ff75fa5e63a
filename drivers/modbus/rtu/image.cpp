#include "drivers/modbus/rtu/image.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

namespace holdup::rtu {
namespace {

using namespace std::chrono_literals;
using ground::Duration;
using ground::Instant;

constexpr std::size_t most_questions = 512;  // of one unit; a master that asks for more has the oldest forgotten
constexpr int missed_polls = 4;              // of the master: then it is old
constexpr Duration fresh_at_least = 1s, fresh_once = 10s, fresh_at_most = 1h;

}  // namespace

bool Image::Heard::fresh(Instant now) const {
  const Duration limit = interval ? std::clamp<Duration>(missed_polls * *interval, fresh_at_least, fresh_at_most) : fresh_once;
  return now - answered <= limit;
}

/// What had grown old meanwhile: either the master has become slower, which shows the second time, or the line was away.
void Image::Heard::again(Duration since, bool was_fresh) {
  if (!interval)
    interval = since;
  else if (was_fresh)
    interval = std::max(since, *interval - *interval / 8);
  else
    interval = std::min(since, last.value_or(since));
  last = since;
}

bool Image::take(Overheard heard) {
  const auto found = units_.find(heard.question.unit);
  if (found == units_.end()) return false;
  Unit& unit = found->second;
  const Key key{heard.question.function, heard.question.address, heard.question.count};
  const auto before = unit.heard.find(key);
  if (before == unit.heard.end()) {
    if (unit.heard.size() >= most_questions)
      unit.heard.erase(std::ranges::min_element(unit.heard, {}, [](const auto& entry) { return entry.second.answered; }));
    unit.heard.emplace(key, Heard{.answer = std::move(heard.answer), .asked = heard.asked, .answered = heard.answered});
    return true;
  }
  Heard& known = before->second;
  known.again(heard.answered - known.answered, known.fresh(heard.answered));
  known.answer = std::move(heard.answer);
  known.asked = heard.asked;
  known.answered = heard.answered;
  unit.cycle = true;
  return true;
}

Image::Told Image::tell(const modbus::Question& question, Instant now) const {
  const auto found = units_.find(question.unit);
  if (found == units_.end()) return {Ear::silent};
  const Unit& unit = found->second;
  const Key key{question.function, question.address, question.count};
  const auto same = unit.heard.find(key);
  if (same != unit.heard.end() && same->second.fresh(now)) {
    const Heard& heard = same->second;
    return {Ear::told, {.answer = heard.answer, .sent = heard.asked, .received = heard.answered}};
  }
  if (auto exchange = assemble(unit, key, now)) return {Ear::told, *std::move(exchange)};
  const bool alive = std::ranges::any_of(unit.heard, [&](const auto& entry) { return entry.second.fresh(now); });
  return {!alive ? Ear::silent : unit.cycle ? Ear::unheard : Ear::learning};
}

/// Out of several answers, of each value the latest; nothing unless all of them were heard lately.
std::optional<modbus::Exchange> Image::assemble(const Unit& unit, const Key& key, Instant now) {
  if (key.function == modbus::Function::identification) return std::nullopt;
  std::vector<const Heard*> source(key.count, nullptr);
  modbus::Exchange exchange{.answer = {.values = std::vector<std::uint16_t>(key.count)}};
  for (const auto& [part, heard] : unit.heard) {
    if (part.function != key.function || heard.answer.exception != 0 || !heard.fresh(now)) continue;
    for (std::uint32_t at = 0; at < part.count; ++at) {
      const std::uint32_t address = part.address + at;
      if (address < key.address || address >= std::uint32_t{key.address} + key.count) continue;
      const Heard*& best = source[address - key.address];
      if (best && best->answered >= heard.answered) continue;
      best = &heard;
      exchange.answer.values[address - key.address] = heard.answer.values[at];
    }
  }
  if (source.empty() || std::ranges::find(source, nullptr) != source.end()) return std::nullopt;
  exchange.sent = (*std::ranges::min_element(source, {}, [](const Heard* heard) { return heard->asked; }))->asked;
  exchange.received = (*std::ranges::max_element(source, {}, [](const Heard* heard) { return heard->answered; }))->answered;
  return exchange;
}

}  // namespace holdup::rtu
