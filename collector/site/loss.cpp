#include "collector/site/loss.hpp"

#include <algorithm>

namespace holdup::site {
namespace {

bool card_of_ups_dark(const Site& site, const Flow& flow, Index ups) {
  const auto card = site.upses[ups].status;
  return card && site.devices[*card].feed && !flow.pdu_feed[*card];
}

class Consequences {
 public:
  Consequences(const Site& site, const Element& element, std::span<const double> watts) : site_{site}, element_{element}, watts_{watts} {}

  Loss all() {
    before_ = flow_without(site_, {}, watts_);
    loss_.flow = flow_without(site_, {element_}, watts_);
    loss_.dark.push_back(element_);
    tell_sources();
    tell_pdus();
    for (Index l = 0; l < site_.loads.size(); ++l) tell_load(l);
    tell_watchers();
    tell_breakers();
    return std::move(loss_);
  }

 private:
  void darken(const Element& element) {
    if (std::ranges::find(loss_.dark, element) == loss_.dark.end()) loss_.dark.push_back(element);
  }

  void tell_sources() {
    for (Index f = 0; f < site_.feeds.size(); ++f)
      if (site_.feeds[f].ups && site_.element_of_ups(*site_.feeds[f].ups) == element_) darken(site_.element_of_feed(f));
    for (Index u = 0; u < site_.upses.size(); ++u)
      if (site_.element_of_ups(u) != element_ && card_of_ups_dark(site_, loss_.flow, u)) loss_.on_battery.push_back(u);
  }

  void tell_pdus() {
    for (Index d = 0; d < site_.devices.size(); ++d) {
      const auto& pdu = site_.devices[d];
      if (!pdu.feed || !before_.pdu_feed[d]) continue;
      if (!loss_.flow.pdu_feed[d]) {
        if (pdu.ats) darken(site_.element_of_ats(*pdu.ats));
        if (!site_.ups_of_device(d)) darken(site_.element_of_pdu(d));
      } else if (pdu.ats && loss_.flow.pdu_feed[d] != before_.pdu_feed[d]) {
        loss_.transferred.push_back(*pdu.ats);
      }
    }
  }

  void tell_load(Index l) {
    if (loss_.flow.dark[l]) return darken(site_.element_of_load(l));
    Survivor survivor{.load = l, .rated_watts = 0};
    std::vector<std::vector<Element>> ways;
    for (const Index s : site_.loads[l].supplies) {
      (loss_.flow.alive[s] ? survivor.on : survivor.off).push_back(s);
      if (!loss_.flow.alive[s]) continue;
      const auto watts = rated_watts_at(site_.supplies[s], site_.nominal_volts_of_supply(s).value_or(0));
      survivor.rated_watts = watts && survivor.rated_watts ? std::optional{*survivor.rated_watts + *watts} : std::nullopt;
      ways.push_back(site_.ancestors(site_.element_of_supply(s)));
    }
    if (survivor.off.empty()) return;
    for (const Element& link : ways.front())
      if (std::ranges::all_of(ways, [&](const auto& way) { return std::ranges::find(way, link) != way.end(); }))
        survivor.shared.push_back(link);
    loss_.survivors.push_back(std::move(survivor));
  }

  [[nodiscard]] bool all_dark(const std::vector<Cord>& cords) const {
    return !cords.empty() && std::ranges::all_of(cords, [&](const Cord& cord) { return !lives(site_, {element_}, loss_.flow, cord); });
  }

  void tell_watchers() {
    for (const Switch& one : site_.switches)
      if (all_dark(one.cords)) darken(*Element::parse("switch/" + one.name));
    if (all_dark(site_.self.supplies)) darken(*Element::parse("self"));
    for (Index d = 0; d < site_.devices.size(); ++d) {
      const auto path = site_.path_of_device(d);
      const bool unreachable = path.is("switch") && std::ranges::find(loss_.dark, path) != loss_.dark.end();
      const bool unpowered = site_.devices[d].feed && !loss_.flow.pdu_feed[d] && !site_.ups_of_device(d);
      if (unreachable || unpowered || site_.element_of_device(d) == element_) loss_.silent.push_back(site_.element_of_device(d));
    }
  }

  void tell_breakers() {
    const auto before = burdens_of(site_, before_);
    for (const Burden& now : burdens_of(site_, loss_.flow)) {
      const auto was = std::ranges::find_if(before, [&](const Burden& b) { return b.element == now.element && b.line == now.line; });
      Strain strain{.burden = now, .amperes_before = was == before.end() ? 0 : was->amperes};
      strain.trip = trip_time(now.ratio(), now.rating_amperes, now.curve);
      if (now.amperes <= strain.amperes_before * 1.001 && now.ratio() <= 1) continue;
      if (now.ratio() > 1) strain.then_dark = dark_with(now.element);
      loss_.strains.push_back(std::move(strain));
    }
    std::ranges::stable_sort(loss_.strains, std::ranges::greater{}, [](const Strain& strain) { return strain.burden.ratio(); });
  }

  [[nodiscard]] std::vector<Index> dark_with(const Element& breaker) const {
    const auto flow = flow_without(site_, {element_, breaker}, watts_);
    std::vector<Index> out;
    for (Index l = 0; l < site_.loads.size(); ++l)
      if (flow.dark[l] && !loss_.flow.dark[l]) out.push_back(l);
    return out;
  }

  const Site& site_;
  const Element& element_;
  std::span<const double> watts_;
  Flow before_;
  Loss loss_;
};

}  // namespace

std::vector<Element> every_element(const Site& site) {
  std::vector<Element> out;
  for (Index f = 0; f < site.feeds.size(); ++f) out.push_back(site.element_of_feed(f));
  for (Index u = 0; u < site.upses.size(); ++u) out.push_back(site.element_of_ups(u));
  for (Index a = 0; a < site.atses.size(); ++a) out.push_back(site.element_of_ats(a));
  for (Index d = 0; d < site.devices.size(); ++d)
    if (site.devices[d].feed) out.push_back(site.element_of_pdu(d));
  for (Index d = 0; d < site.devices.size(); ++d) out.push_back(site.element_of_device(d));
  for (Index b = 0; b < site.banks.size(); ++b) out.push_back(site.element_of_bank(b));
  for (Index s = 0; s < site.supplies.size(); ++s)
    if (const auto cord = site.cord_of_supply(s)) {
      for (const Element& above : site.ancestors(site.element_of_supply(s)))
        if (std::ranges::find(out, above) == out.end()) out.push_back(above);
    }
  for (Index l = 0; l < site.loads.size(); ++l) out.push_back(site.element_of_load(l));
  for (Index s = 0; s < site.supplies.size(); ++s) out.push_back(site.element_of_supply(s));
  for (const Switch& one : site.switches) out.push_back(*Element::parse("switch/" + one.name));
  for (const Device& device : site.devices)
    if (const auto via = Element::parse(device.via); via && std::ranges::find(out, *via) == out.end()) out.push_back(*via);
  return out;
}

Loss lose(const Site& site, const Element& element, std::span<const double> load_watts) {
  return Consequences{site, element, load_watts}.all();
}

}  // namespace holdup::site
