#include "collector/detect/verdict.hpp"

#include <algorithm>

namespace holdup::detect {
namespace {

struct Word {
  Verdict verdict;
  std::string_view name;
  Sort sort;
};

constexpr std::array<Word, verdicts> words{{
    {Verdict::supply_input_lost, "supply_input_lost", Sort::loss},
    {Verdict::supply_output_failed, "supply_output_failed", Sort::loss},
    {Verdict::supply_removed, "supply_removed", Sort::loss},
    {Verdict::supply_off_commanded, "supply_off_commanded", Sort::loss},
    {Verdict::supply_lost, "supply_lost", Sort::loss},
    {Verdict::fuse_blown, "fuse_blown", Sort::loss},
    {Verdict::residual_current_trip, "residual_current_trip", Sort::loss},
    {Verdict::bank_tripped, "bank_tripped", Sort::loss},
    {Verdict::phase_lost, "phase_lost", Sort::loss},
    {Verdict::pdu_dark, "pdu_dark", Sort::loss},
    {Verdict::feed_lost, "feed_lost", Sort::loss},
    {Verdict::load_down, "load_down", Sort::consequence},
    {Verdict::path_redundancy_lost, "path_redundancy_lost", Sort::consequence},
    {Verdict::module_redundancy_lost, "module_redundancy_lost", Sort::consequence},
    {Verdict::cooling_lost, "cooling_lost", Sort::consequence},
    {Verdict::cache_degraded, "cache_degraded", Sort::consequence},
    {Verdict::destaging, "destaging", Sort::consequence},
    {Verdict::neutral_lost, "neutral_lost", Sort::condition},
    {Verdict::earth_fault, "earth_fault", Sort::condition},
    {Verdict::ups_on_battery, "ups_on_battery", Sort::condition},
    {Verdict::ups_bypass, "ups_bypass", Sort::condition},
    {Verdict::battery_test, "battery_test", Sort::condition},
    {Verdict::stored_energy_unavailable, "stored_energy_unavailable", Sort::condition},
    {Verdict::rack_on_battery, "rack_on_battery", Sort::condition},
    {Verdict::dc_plant_on_battery, "dc_plant_on_battery", Sort::condition},
    {Verdict::on_generator, "on_generator", Sort::condition},
    {Verdict::overload, "overload", Sort::condition},
    {Verdict::telemetry_lost, "telemetry_lost", Sort::condition},
    {Verdict::contact_failed, "contact_failed", Sort::condition},
    {Verdict::wrong_side, "wrong_side", Sort::condition},
    {Verdict::miscorded, "miscorded", Sort::ticket},
    {Verdict::sensor_stuck, "sensor_stuck", Sort::ticket},
    {Verdict::meter_implausible, "meter_implausible", Sort::ticket},
    {Verdict::supply_standby, "supply_standby", Sort::past},
    {Verdict::load_off, "load_off", Sort::past},
    {Verdict::transferred, "transferred", Sort::past},
    {Verdict::sag, "sag", Sort::condition},
    {Verdict::swell, "swell", Sort::condition},
    {Verdict::interruption, "interruption", Sort::past},
    {Verdict::past_interruption, "past_interruption", Sort::past},
    {Verdict::card_restarted, "card_restarted", Sort::past},
    {Verdict::restore_hazard, "restore_hazard", Sort::past},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i].verdict != static_cast<Verdict>(i)) return false;
  return true;
}
static_assert(in_order());

}  // namespace

std::string_view name(Verdict verdict) { return words[static_cast<std::size_t>(verdict)].name; }
Sort sort(Verdict verdict) { return words[static_cast<std::size_t>(verdict)].sort; }

std::optional<Verdict> verdict_of(std::string_view name) {
  const auto at = std::ranges::find(words, name, &Word::name);
  return at == words.end() ? std::nullopt : std::optional{at->verdict};
}

std::optional<Strength> strength_of(std::string_view name) {
  const auto at = std::ranges::find(strength_names, name);
  return at == strength_names.end() ? std::nullopt : std::optional{static_cast<Strength>(at - strength_names.begin())};
}

}  // namespace holdup::detect
