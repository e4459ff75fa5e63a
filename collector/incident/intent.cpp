#include "collector/incident/intent.hpp"

#include <algorithm>
#include <array>

namespace holdup::incident {
namespace {

using detect::Verdict;
using enum detect::Verdict;

constexpr std::array by_switching_off{supply_input_lost, supply_off_commanded, supply_lost,   supply_standby, pdu_dark,
                                      feed_lost,         phase_lost,           load_off,      telemetry_lost, transferred,
                                      interruption,      past_interruption,    card_restarted};
constexpr std::array by_taking_out{supply_removed, supply_output_failed, contact_failed, cache_degraded};
// Whoever works there has to know of these at once, whatever was meant.
constexpr std::array never_quiet{load_down, cooling_lost, neutral_lost, destaging, restore_hazard, wrong_side, stored_energy_unavailable};

bool is_one(const auto& verdicts, Verdict verdict) { return std::ranges::find(verdicts, verdict) != verdicts.end(); }

bool meant(Intent intent, Verdict verdict) {
  if (is_one(never_quiet, verdict)) return false;
  if (intent == Intent::work) return true;
  return is_one(by_switching_off, verdict) || (intent == Intent::remove && is_one(by_taking_out, verdict));
}

}  // namespace

bool covers(const Window& window, Verdict verdict, const Element& element, const Branches& branches) {
  const bool consequence = verdict == path_redundancy_lost || verdict == module_redundancy_lost;
  if (consequence) return branches.touches(window.element, element) || branches.is_at_or_above(window.element, element);
  return meant(window.intent, verdict) &&
         (branches.is_at_or_above(window.element, element) || branches.speaks_for(element, window.element));
}

}  // namespace holdup::incident
