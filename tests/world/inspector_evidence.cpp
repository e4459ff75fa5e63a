#include <algorithm>
#include <cmath>

#include "world/inspector.hpp"

// What a good reading told of a loss, against what the machine holds open then: a loss is evidenced when it was delivered.
namespace world {

using namespace std::chrono_literals;
using holdup::ground::Element;

namespace {

constexpr double dead_line = 0.5;
constexpr Duration lately = 2s;    // what is not told any more is not known to be good
constexpr Duration start_up = 8s;  // of a supply, until no output is a failure; with the delay of its flags

}  // namespace

const Inspector::Series* Inspector::told(Index device, Meaning means, const std::string& index) const {
  const auto at = std::find_if(series_.begin(), series_.end(), [&](const auto& one) {
    return one.second.device == device && one.second.means == means && (index.empty() || one.second.index == index);
  });
  return at == series_.end() || !at->second.value ? nullptr : &at->second;
}

/// Of its inlet, below which it is dead; 0 of what hangs on no feed. One number for several lines is their mean.
double Inspector::dead_volts(Index device) const {
  const auto& one = site_.devices[device];
  const auto tells = std::count_if(series_.begin(), series_.end(),
                                   [&](const auto& of) { return of.second.device == device && of.second.means == Meaning::input_voltage; });
  const bool mean = tells == 1 && site_.system != holdup::site::System::single_phase && site_.system != holdup::site::System::dc;
  return one.feed ? dead_line * std::fabs(site_.nominal_volts(*one.feed, one.phases)) / (mean ? 3 : 1) : 0;
}

/// Everything that it tells is 0: its agent has just started, or it is dark.
bool Inspector::warming(Index device) const {
  const auto* uptime = told(device, Meaning::uptime);
  const Instant started = uptime != nullptr ? uptime->at - std::chrono::milliseconds{std::llround(*uptime->value * 1000)} : back_[device];
  return std::all_of(series_.begin(), series_.end(), [&](const auto& one) {
    const Series& series = one.second;
    const bool counts =
        series.means == Meaning::uptime || series.means == Meaning::temperature || series.means == Meaning::input_loss_count;
    return series.device != device || series.means == Meaning::none || counts || !series.value ||
           series.at < std::max(started, back_[device]) || *series.value == 0;
  });
}

bool Inspector::dark(Index device) const {
  bool measured = false, dark = true;
  for (const auto& [id, series] : series_) {
    if (series.device != device || series.means != Meaning::input_voltage || !series.value) continue;
    measured = true;
    dark = dark && std::fabs(*series.value) < dead_volts(device);
  }
  return measured && dark;
}

/// Its card is just back, and its PDU not heard since: that may have been out with all that hangs on it.
bool Inspector::may_start(const Series& series, Instant at) const {
  const Instant back = back_[series.device];
  if (at - back > start_up) return false;
  for (Index supply = 0; supply < site_.supplies.size(); ++supply) {
    const auto pdu = site_.supplies[supply].pdu;
    if (reports(series, supply) && pdu && heard_[*pdu] < back) return true;
  }
  return false;
}

/// What the reading says is lost; empty: nothing.
std::string Inspector::evidence_of(const Series& series, const holdup::record::Batch& batch) const {
  const bool zero = *series.value == 0, first = series.changed == series.at && series.at == batch.at;
  switch (series.means) {
    case Meaning::supply_input_ok:
      return zero ? "reported its input lost" : "";
    case Meaning::supply_output_ok: {
      const auto* input = told(series.device, Meaning::supply_input_ok, series.index);
      const auto* losses = told(series.device, Meaning::input_loss_count, series.index);
      const bool told_good = input != nullptr && input->value == 1. && batch.at - input->at < lately;
      const bool good = told_good && batch.at - series.refresh - input->changed > start_up;
      const bool quiet = losses == nullptr || batch.at - series.refresh - losses->changed > start_up;
      return zero && good && quiet && !may_start(series, batch.at) ? "reported no output with its input good" : "";
    }
    case Meaning::supply_present:
      return zero && !first ? "is not in its bay" : "";
    case Meaning::outlet_state:
      return zero && !dark(series.device) && !warming(series.device) ? "is off at its outlet" : "";
    case Meaning::input_voltage:
      return std::fabs(*series.value) < dead_volts(series.device) && dark(series.device) && !warming(series.device) ? "measures no voltage"
                                                                                                                    : "";
    case Meaning::ups_on_battery:
      return zero ? "" : "runs from its battery";
    case Meaning::source_ok:
      return zero && told(series.device, Meaning::source_ok, series.index == "1" ? "2" : "1")->value == 1. ? "has a bad source" : "";
    default:
      return {};
  }
}

/// A card of several supplies tells them apart by their numbers.
bool Inspector::reports(const Series& series, Index supply) const {
  const auto device = site_.supplies[supply].status;
  const auto is_its = [&](const auto& one) { return one.status == device; };
  if (device != series.device) return false;
  return std::count_if(site_.supplies.begin(), site_.supplies.end(), is_its) < 2 ||
         holdup::site::is_numbered(site_.supplies[supply].name, series.index);
}

const Inspector::Series* Inspector::told_of(Index supply, Meaning means) const {
  const auto at = std::find_if(series_.begin(), series_.end(),
                               [&](const auto& one) { return one.second.means == means && reports(one.second, supply); });
  return at == series_.end() || !at->second.value ? nullptr : &at->second;
}

std::optional<Element> Inspector::suspect_of(const Series& series) const {
  if (series.means == Meaning::input_voltage) {
    if (!site_.devices[series.device].feed) return std::nullopt;
    return site_.element_of_pdu(series.device);
  }
  if (series.means == Meaning::ups_on_battery || series.means == Meaning::source_ok) return site_.element_of_source(series.device);
  for (Index s = 0; s < site_.supplies.size(); ++s) {
    const auto& supply = site_.supplies[s];
    const bool at_outlet = series.means == Meaning::outlet_state && supply.pdu == series.device && supply.outlet == series.index;
    if (at_outlet || (series.means != Meaning::outlet_state && reports(series, s))) return site_.element_of_supply(s);
  }
  return std::nullopt;
}

void Inspector::check_evidence(const holdup::core::Machine& machine, const holdup::record::Batch& batch) {
  for (const auto& sample : batch.samples) {
    const auto at = series_.find(sample.series);
    if (at == series_.end() || sample.quality != holdup::ground::Quality::good) continue;
    const Series& series = at->second;
    if (series.means == Meaning::none || terms_.liars.contains(site_.element_of_device(series.device).text())) continue;
    const std::string what = evidence_of(series, batch);
    const auto suspect = what.empty() ? std::nullopt : suspect_of(series);
    if (!suspect) continue;
    const auto& above = chain(suspect->text());
    const auto& incidents = machine.incidents();
    const bool stands = std::any_of(incidents.begin(), incidents.end(), [&](const auto& incident) {
      return std::any_of(incident.open.begin(), incident.open.end(), [&](const auto& open) {
        return open.element == *suspect || std::find(above.begin(), above.end(), open.element.text()) != above.end();
      });
    });
    if (!stands) lie(batch.at, "missed: " + suspect->text() + " " + what);
  }
}

}  // namespace world
