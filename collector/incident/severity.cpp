#include "collector/incident/severity.hpp"

namespace holdup::incident {
namespace {

using detect::Strength;
using detect::Verdict;

std::string_view saying(Verdict verdict) {
  switch (verdict) {
    case Verdict::supply_input_lost:
      return "has lost its input: look upstream, do not swap the supply";
    case Verdict::supply_output_failed:
      return "has a good input and no output: swap the supply";
    case Verdict::supply_off_commanded:
      return "is off at its outlet, by command";
    case Verdict::supply_lost:
      return "carries nothing, its siblings took over: cord, fuse or supply";
    case Verdict::pdu_dark:
      return "is without power";
    case Verdict::feed_lost:
      return "is lost";
    case Verdict::load_down:
      return "is down: no supply of it has power";
    case Verdict::path_redundancy_lost:
      return "runs on one path: the next loss takes it down";
    case Verdict::telemetry_lost:
      return "does not answer: nothing is known of the power behind it";
    case Verdict::ups_on_battery:
      return "runs from its battery";
    case Verdict::overload:
      return "is overloaded: its breaker is a clock";
    case Verdict::meter_implausible:
      return "measures what cannot be: a scale or a current transformer is wrong, trust no value of it that is doubted";
    case Verdict::past_interruption:
      return "had an interruption of its input between two polls; it is over";
    case Verdict::transferred:
      return "transferred to another source between two polls";
    case Verdict::card_restarted:
      return "restarted: the card, not the power behind it";
    case Verdict::contact_failed:
      return "cannot be believed: wire, relay or what wets it";
  }
  return "";
}

}  // namespace

std::string_view severity(Verdict verdict) {
  switch (verdict) {
    case Verdict::telemetry_lost:
    case Verdict::supply_off_commanded:
    case Verdict::ups_on_battery:
    case Verdict::overload:
    case Verdict::meter_implausible:
    case Verdict::past_interruption:
    case Verdict::transferred:
    case Verdict::contact_failed:
      return "warning";
    case Verdict::card_restarted:
      return "info";
    default:
      return "critical";
  }
}

std::string summary(const detect::Finding& finding) {
  if (finding.verdict == Verdict::telemetry_lost && finding.element.text() == "self")
    return "no device on the common network answers: nothing is known of the power behind them (" + std::string{name(finding.strength)} +
           ")";
  std::string out = finding.element.text() + " ";
  if (finding.verdict == Verdict::path_redundancy_lost && finding.strength == Strength::unknown)
    return out + "may have lost its path redundancy: nothing that answers can tell";
  out += saying(finding.verdict);
  return out + " (" + std::string{name(finding.strength)} + ")";
}

}  // namespace holdup::incident
