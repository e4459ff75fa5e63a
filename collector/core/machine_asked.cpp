#include "collector/core/machine.hpp"

// What people ask of the core, and what it says of the time in which it was not there.
namespace holdup::core {

using incident::Incident;

// From the last thing that was recorded until now nobody looked.
void Machine::tell_blind(ground::Utc from) {
  const incident::Blind blind{from, moment_.utc()};
  tell(ledger_.tell(note_of(blind, moment_), moment_));
  log(LogLine::Level::warning, "blind from=" + ground::iso8601(blind.from) + " to=" + ground::iso8601(blind.to));
}

// What people ask is answered once the past is known: whether hands are off is in it.
void Machine::take(const Asked& input) {
  if (!watch_)
    return effects_.answers.push_back(
        {.ticket = input.ticket, .outcome = Answer::Outcome::wrong, .text = "reading what happened before the start: ask again"});
  auto handled = Clerk::handle(input, ledger_, moment_);
  if (handled.attested) release(*handled.attested, handled.attested_by);
  if (handled.notice) {
    auto events = ledger_.tell(std::move(*handled.notice), moment_);
    handled.answer.event = events.front().id;
    tell(std::move(events));
  }
  log(LogLine::Level::info, "asked what=\"" + handled.audit.action + "\" who=\"" + input.who + "\" answer=\"" + handled.answer.text + '"');
  effects_.answers.push_back(std::move(handled.answer));
  effects_.audits.push_back(std::move(handled.audit));
}

void Machine::release(const ground::Element& element, const std::string& by) {
  std::vector<detect::Change> changes;
  for (const Incident& incident : ledger_.open())
    for (const auto& open : incident.open) {
      if (open.element != element) continue;
      watch_->detector.release(open.verdict, element);
      changes.push_back({detect::Change::Kind::ended, {open.verdict, element, open.strength, {}, open.since}});
      changes.back().finding.signs.push_back({.source = element, .point = "attested by " + by, .value = {}, .time = moment_.now});
    }
  tell(ledger_.file(changes, moment_));
}

}  // namespace holdup::core
