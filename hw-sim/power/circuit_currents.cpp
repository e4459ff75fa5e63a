#include <algorithm>
#include <cmath>
#include <numeric>

#include "hw-sim/power/circuit.hpp"

// What flows in the conductors behind the supplies, and what hangs between them.
namespace hwsim::power {
namespace {

constexpr double ac_power_factor = 0.98;
constexpr double card_watts = 8;  // what a PDU takes for itself

/// What is left of the volts before a resistance, where so many volt-amperes are taken behind it.
double behind_ohms(double volts, double ohms, double volt_amperes) {
  const double root = volts * volts - 4 * ohms * volt_amperes;
  return ohms > 0 && root > 0 ? (volts + std::sqrt(root)) / 2 : volts;
}

}  // namespace

void Circuit::settle_currents(const Rack& rack) {
  const double power_factor = rack.system == System::dc ? 1 : ac_power_factor;
  std::vector<std::array<std::complex<double>, max_phases>> flows(pdus.size());
  std::vector<std::array<double, max_phases>> triplens(pdus.size());
  const auto put = [&](std::size_t pdu, const Tap& tap, double watts, double amperes) {
    const auto flow = amperes * pdus[pdu].lines.direction(tap);
    flows[pdu][tap.line] += flow;
    if (tap.other) flows[pdu][*tap.other] -= flow;
    pdus[pdu].watts[tap.line] += tap.other ? watts / 2 : watts;
    if (tap.other) pdus[pdu].watts[*tap.other] += watts / 2;
  };
  for (std::size_t i = 0; i < pdus.size(); ++i) {
    PduState& pdu = pdus[i];
    pdu.watts = {};
    for (OutletState& outlet : pdu.outlets) outlet.watts = outlet.amperes = 0;
    if (!pdu.live) continue;
    const auto most = static_cast<std::size_t>(std::max_element(pdu.volts.begin(), pdu.volts.end()) - pdu.volts.begin());
    const std::size_t p = rack.pdus[i].card_line.value_or(most);
    put(i, tap_of(system_of(rack, rack.pdus[i]), p), card_watts, card_watts / (pdu.volts[p] * power_factor));
  }
  for (std::size_t l = 0; l < loads.size(); ++l)
    for (std::size_t s = 0; s < loads[l].supplies.size(); ++s) {
      const Supply& plugged = rack.loads[l].supplies[s];
      SupplyState& supply = loads[l].supplies[s];
      OutletState& outlet = pdus[plugged.pdu].outlets[plugged.outlet - 1];
      if (supply.input_live) supply.input_volts = behind_ohms(supply.input_volts, supply.wear.ohms, supply.input_watts / power_factor);
      supply.input_amperes = supply.input_live ? supply.input_watts / (supply.input_volts * power_factor) : 0;
      outlet.watts = supply.input_watts + supply.wear.ohms * supply.input_amperes * supply.input_amperes;
      const double triplen = outlet.tap.other ? 0 : rack.loads[l].triplen * supply.input_amperes;
      outlet.amperes = std::hypot(supply.input_amperes, triplen);
      triplens[plugged.pdu][outlet.tap.line] += triplen;
      put(plugged.pdu, outlet.tap, outlet.watts, supply.input_amperes);
    }
  // What flows in the lines comes back by the neutral: of the mains' frequency what does not cancel, of thrice that all of it.
  for (std::size_t i = 0; i < pdus.size(); ++i) {
    for (std::size_t p = 0; p < max_phases; ++p) pdus[i].amperes[p] = std::hypot(std::abs(flows[i][p]), triplens[i][p]);
    pdus[i].neutral_amperes = std::hypot(std::abs(std::accumulate(flows[i].begin(), flows[i].end(), std::complex<double>{})),
                                         std::accumulate(triplens[i].begin(), triplens[i].end(), 0.0));
  }
}

Draw Circuit::draw_of_pdu(std::size_t pdu) const {
  Draw draw;
  for (const OutletState& outlet : pdus[pdu].outlets) draw.add(outlet.tap, outlet.watts);
  if (pdus[pdu].live) draw.to_neutral[0] += card_watts;
  return draw;
}

Draw Circuit::draw_of_feed(const Rack& rack, std::size_t feed) const {
  Draw draw;
  for (std::size_t i = 0; i < pdus.size(); ++i) {
    if (source_of(rack, i) != feed) continue;
    if (const auto& tap = rack.pdus[i].tap)
      draw.add(*tap, pdus[i].watts[0]);
    else
      draw.add(draw_of_pdu(i));
  }
  return draw;
}

}  // namespace hwsim::power
