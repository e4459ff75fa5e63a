#include "collector/incident/severity.hpp"

#include <algorithm>
#include <array>

#include "collector/incident/ledger.hpp"

namespace holdup::incident {
namespace {

using detect::Strength;
using detect::Verdict;

constexpr std::string_view critical = loudest, warning = "warning", info = quietest;

struct Wording {
  Verdict verdict;
  std::string_view severity;
  std::string_view saying;  // behind the element's name
};

constexpr std::array<Wording, detect::verdicts> wordings{{
    {Verdict::supply_input_lost, critical, "has lost its input: look upstream, do not swap the supply"},
    {Verdict::supply_output_failed, critical, "has a good input and no output: swap the supply"},
    {Verdict::supply_removed, critical, "is not in its bay"},
    {Verdict::supply_off_commanded, warning, "is off at its outlet, by command"},
    {Verdict::supply_lost, critical, "carries nothing, its siblings took over: cord, fuse or supply"},
    {Verdict::fuse_blown, critical, "is cut off by its fuse: what is measured behind it comes back from the other side"},
    {Verdict::residual_current_trip, critical, "went after its residual current had climbed: test the insulation before closing it"},
    {Verdict::bank_tripped, critical, "has tripped: close it only after shedding load"},
    {Verdict::phase_lost, critical, "has lost a phase"},
    {Verdict::pdu_dark, critical, "is without power"},
    {Verdict::feed_lost, critical, "is lost"},
    {Verdict::load_down, critical, "is down: no supply of it has power"},
    {Verdict::path_redundancy_lost, critical, "runs on one path: the next loss takes it down"},
    {Verdict::module_redundancy_lost, warning, "needs every supply that is left: one more takes it down"},
    {Verdict::cooling_lost, critical, "has lost the fans of a supply: it may shut itself down"},
    {Verdict::cache_degraded, warning, "writes through its cache: slower, and every write waits for its disks"},
    {Verdict::destaging, warning, "writes its cache out: do not give it power again before it is done"},
    {Verdict::neutral_lost, critical, "has lost its neutral: overvoltage on a phase; plug nothing in, isolate it"},
    {Verdict::earth_fault, warning, "has a pole on earth: it runs, the next fault trips it"},
    {Verdict::ups_on_battery, warning, "runs from its battery"},
    {Verdict::ups_bypass, warning, "passes its input through"},
    {Verdict::battery_test, info, "tests its battery"},
    {Verdict::stored_energy_unavailable, warning, "has no stored energy behind it"},
    {Verdict::rack_on_battery, critical, "runs from the batteries in the rack"},
    {Verdict::dc_plant_on_battery, critical, "is carried by the plant's battery"},
    {Verdict::on_generator, warning, "looks as if a generator carried it"},
    {Verdict::overload, warning, "is overloaded: its breaker is a clock"},
    {Verdict::telemetry_lost, warning, "does not answer: nothing is known of the power behind it"},
    {Verdict::contact_failed, warning, "cannot be believed: wire, relay or what wets it"},
    {Verdict::wrong_side, critical, "is lost while the work is on the other side: WRONG SIDE, stop"},
    {Verdict::miscorded, warning, "is not corded as the site file says"},
    {Verdict::sensor_stuck, warning, "tells the same value for ever: it proves nothing"},
    {Verdict::meter_implausible, warning,
     "measures what cannot be: a scale or a current transformer is wrong, trust no value of it that is doubted"},
    {Verdict::supply_standby, info, "stands by: it is in order and carries nothing"},
    {Verdict::load_off, info, "went off with its power available"},
    {Verdict::transferred, warning, "transferred to another source"},
    {Verdict::sag, warning, "is below 90 % of its nominal voltage"},
    {Verdict::swell, warning, "is above 110 % of its nominal voltage"},
    {Verdict::interruption, warning, "had an interruption; it is over"},
    {Verdict::past_interruption, warning, "had an interruption of its input between two polls; it is over"},
    {Verdict::card_restarted, info, "restarted: the card, not the power behind it"},
    {Verdict::restore_hazard, warning, "came back in a way that harms: switch loads on one after another"},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < wordings.size(); ++i)
    if (wordings[i].verdict != static_cast<Verdict>(i)) return false;
  return true;
}
static_assert(in_order());

}  // namespace

std::string_view severity(Verdict verdict) { return wordings[static_cast<std::size_t>(verdict)].severity; }

std::string_view severity(const Incident& incident) {
  const auto is_loud = [](const OpenVerdict& open) { return open.loud && open.strength == Strength::unknown; };
  if (std::ranges::any_of(incident.open, is_loud)) return critical;
  const auto told = severity(incident.verdict);
  return incident.strength == Strength::unknown && told == critical ? warning : told;
}

std::string summary(const detect::Finding& finding) {
  const std::string strength = " (" + std::string{name(finding.strength)} + ")";
  if (finding.verdict == Verdict::telemetry_lost && finding.element.text() == "self")
    return "no device on the common network answers: nothing is known of the power behind them" + strength;
  const std::string element = finding.element.text() + " ";
  if (finding.verdict == Verdict::path_redundancy_lost && finding.strength == Strength::unknown)
    return element + "may have lost its path redundancy: nothing that answers can tell";
  return element + std::string{wordings[static_cast<std::size_t>(finding.verdict)].saying} + strength;
}

bool is_louder(Verdict one, Verdict other) {
  constexpr std::array<std::string_view, 3> rising{info, warning, critical};
  const auto rank = [&](Verdict verdict) { return std::ranges::find(rising, severity(verdict)); };
  return rank(one) > rank(other);
}

std::string sentence(const Incident& incident) {
  const auto is_cause = [&](const OpenVerdict& one) { return one.verdict == incident.verdict && one.element == incident.cause; };
  const bool over = std::ranges::none_of(incident.open, is_cause) && !detect::is_past(incident.verdict);
  auto text = incident.summary;
  if (over) {
    text = incident.cause.text() + " is back (" + std::string{name(incident.verdict)} + ")";
    for (std::size_t i = 0; i < incident.open.size(); ++i)
      text += (i == 0 ? "; still: " : ", ") + incident.open[i].element.text() + " " + std::string{name(incident.open[i].verdict)};
  }
  if (incident.recurring) text += "; it comes and goes: " + std::to_string(incident.times) + " times";
  return text;
}

}  // namespace holdup::incident
