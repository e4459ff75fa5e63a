#include "collector/drill/expectation.hpp"

#include "ground/number.hpp"

namespace holdup::drill {
namespace {

using hwsim::scenario::Expectation;

std::string seconds_text(Duration d) { return ground::number_text(static_cast<double>(d / std::chrono::milliseconds{1}) / 1000) + "s"; }

bool names(const Expectation& expected, const record::Event& event) {
  return event.verdict == expected.verdict && (!expected.of || expected.of->text() == event.element);
}

bool as_strong(const Expectation& expected, const record::Event& event) {
  return !expected.strength || *expected.strength == event.strength;
}

// A verdict is said when it begins and when it is strengthened; `restored` is said at the end of its incident, and what was past when it
// came to light is an incident that ends at once.
bool says(const Expectation& expected, const record::Event& event) {
  const bool said = event.phase != record::Phase::end || event.verdict == "restored" || (!event.id.empty() && event.incident == event.id);
  return said && names(expected, event) && as_strong(expected, event);
}

std::string wish(const Expectation& expected) {
  std::string text = (expected.never ? "never " : "say ") + expected.verdict;
  if (expected.of) text += " of " + expected.of->text();
  if (expected.strength) text += ", " + *expected.strength;
  if (expected.by) text += ", by " + seconds_text(*expected.by);
  return text;
}

Verdict weigh_never(const Expectation& expected, std::span<const record::Event> events) {
  for (const auto& event : events)
    if (names(expected, event) && as_strong(expected, event))
      return {false, wish(expected) + ": said at " + seconds_text(event.at.time_since_epoch()) + " of " + event.element};
  return {true, wish(expected) + ": never said"};
}

Verdict weigh_say(const Expectation& expected, std::span<const record::Event> events, Duration slack) {
  for (const auto& event : events) {
    if (!says(expected, event)) continue;
    const auto at = event.at.time_since_epoch();
    const bool in_time = !expected.by || at <= *expected.by + slack;
    return {in_time, wish(expected) + ": said at " + seconds_text(at) + ", " + event.strength};
  }
  for (const auto& event : events)
    if (names(expected, event))
      return {false, wish(expected) + ": said only as " + event.strength + " at " + seconds_text(event.at.time_since_epoch())};
  return {false, wish(expected) + ": not said"};
}

bool names(const Expectation& expected, const Fired& fired) {
  return fired.firing && fired.rule == expected.verdict && (!expected.of || expected.of->text() == fired.element);
}

Verdict weigh_rule(const Expectation& expected, std::span<const Fired> all, Duration slack) {
  for (const auto& fired : all) {
    if (!names(expected, fired)) continue;
    const auto at = fired.at.time_since_epoch();
    const bool in_time = !expected.by || at <= *expected.by + slack;
    return {!expected.never && in_time, wish(expected) + ": fired at " + seconds_text(at) + " of " + fired.element};
  }
  return {expected.never, wish(expected) + ": never fired"};
}

}  // namespace

std::vector<Verdict> weigh(std::span<const Expectation> expectations, std::span<const record::Event> events, std::span<const Fired> fired,
                           Duration slack) {
  std::vector<Verdict> verdicts;
  for (const auto& expected : expectations)
    if (expected.of_rule)
      verdicts.push_back(weigh_rule(expected, fired, slack));
    else if (slack == Duration{} || !expected.steady)
      verdicts.push_back(expected.never ? weigh_never(expected, events) : weigh_say(expected, events, slack));
  return verdicts;
}

}  // namespace holdup::drill
