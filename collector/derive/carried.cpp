#include "collector/derive/carried.hpp"

#include <algorithm>
#include <bit>

#include "collector/site/flow.hpp"

namespace holdup::derive {
namespace {

using detect::Meaning;

constexpr double least_volts = 0.5, most_volts = 1.5;  // of nominal: beyond, what is told is no voltage that a supply lives on

}  // namespace

// 0 is evidence only where the meter is known to measure: of a supply that stands by, or where it, or its neighbour, has been other than 0.
bool Carried::meter_lives(const detect::Track& track, Index supply) const {
  const auto& one = site_.supplies[supply];
  if (track.lived || site_.loads[one.load].sharing == site::Sharing::standby) return true;
  return one.pdu && std::ranges::any_of(facts_.supplies_on(*one.pdu), [&](Index beside) {
           const auto* other = facts_.outlet(beside, track.means);
           return other != nullptr && other->lived;
         });
}

std::optional<double> Carried::told(const detect::Track* track, Index supply) const {
  if (track == nullptr || !track->known() || !track->fresh || track->stuck || !trusted(track->device)) return std::nullopt;
  if (track->value() == 0 && (!meter_lives(*track, supply) || facts_.starting(track->device))) return std::nullopt;
  return std::max(track->value(), 0.0);
}

std::optional<double> Carried::at_inlet(Index supply) const {
  const auto volts = this->volts(supply);
  if (const auto amperes = told(facts_.outlet(supply, Meaning::outlet_current), supply); amperes && volts) return *amperes * *volts;
  if (const auto watts = told(facts_.outlet(supply, Meaning::outlet_power), supply)) return watts;
  return told(facts_.status(supply, Meaning::supply_input_power), supply);
}

std::optional<double> Carried::power(Index supply, At at) const {
  if (!ways_.lives(supply)) return 0;
  const auto output = at == At::output ? told(facts_.status(supply, Meaning::supply_output_power), supply) : std::nullopt;
  if (output) return output;
  const auto input = at == At::output ? told(facts_.status(supply, Meaning::supply_input_power), supply) : std::nullopt;
  return input ? input : at_inlet(supply);
}

std::optional<double> Carried::volts(Index supply) const {
  const auto pdu = site_.supplies[supply].pdu;
  const auto feed = pdu ? ways_.carrier(*pdu) : std::nullopt;
  if (!feed) return site_.nominal_volts_of_supply(supply);
  const auto phases = ways_.phases(supply);
  const double nominal = site_.nominal_volts(*feed, phases);
  const auto sound = [&](double volts) { return volts >= least_volts * nominal && volts <= most_volts * nominal; };
  if (const auto own = told(facts_.outlet(supply, Meaning::outlet_voltage), supply); own && sound(*own)) return own;
  if (std::popcount(phases) > 1 || !trusted(*pdu)) return nominal;
  const unsigned line = phases == 0 ? 0 : static_cast<unsigned>(std::countr_zero(phases)) + 1;
  const auto* inlet = meters_.find(*pdu, Meaning::input_voltage, line);
  return inlet != nullptr && inlet->known() && sound(*inlet->value) ? *inlet->value : nominal;
}

Carried::Freed Carried::freed(Index load, const Without& without, At at) const {
  Freed out{.power = 0, .survivors = {}};
  for (const Index s : site_.loads[load].supplies) {
    if (!ways_.lives(s)) continue;
    if (ways_.lives(s, without)) {
      out.survivors.push_back(s);
    } else if (out.power) {
      const auto gives_up = power(s, at);
      out.power = gives_up ? std::optional{*out.power + *gives_up} : std::nullopt;
    }
  }
  return out;
}

// Who shares is known of active sharing; of several that stand by, or of whom nothing is known, it is anybody's guess who takes how much.
std::optional<double> Carried::taken_by(Index supply, const Freed& freed) const {
  const auto at = std::ranges::find(freed.survivors, supply);
  if (at == freed.survivors.end() || freed.power == 0) return 0;
  if (!freed.power || freed.survivors.size() == 1) return freed.power;
  if (site_.loads[site_.supplies[supply].load].sharing != site::Sharing::active) return std::nullopt;
  const auto shares = site::shares_of(site_, freed.survivors);
  return *freed.power * shares[static_cast<std::size_t>(at - freed.survivors.begin())];
}

}  // namespace holdup::derive
