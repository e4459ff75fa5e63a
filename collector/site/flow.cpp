#include "collector/site/flow.hpp"

#include <algorithm>
#include <numeric>

#include "collector/site/line_currents.hpp"

namespace holdup::site {
namespace {

bool feed_lives(const Site& site, const Elements& lost, Index feed) {
  const auto ups = site.feeds[feed].ups;
  return !lost.contains(site.element_of_feed(feed)) && !(ups && lost.contains(site.element_of_ups(*ups)));
}

std::optional<Index> carrier_of(const Site& site, const Elements& lost, Index device) {
  const auto& pdu = site.devices[device];
  if (lost.contains(site.element_of_pdu(device)) || (pdu.ats && lost.contains(site.element_of_ats(*pdu.ats)))) return std::nullopt;
  for (const Index feed : site.feeds_of_pdu(device))
    if (feed_lives(site, lost, feed)) return feed;
  return std::nullopt;
}

bool outlet_lives(const Site& site, const Elements& lost, const Cord& cord) {
  const auto bank = site.bank_of(cord);
  if (lost.contains(site.element_of_outlet(cord)) || (bank && lost.contains(site.element_of_bank(*bank)))) return false;
  for (int line = 1; line <= 3; ++line)
    if (hangs_on(site.phases_of(cord), line) && lost.contains(Element::phase(site.devices[cord.pdu].name, std::to_string(line))))
      return false;
  return true;
}

bool supply_lives(const Site& site, const Elements& lost, const Flow& flow, Index supply) {
  if (lost.contains(site.element_of_supply(supply)) || lost.contains(site.element_of_load(site.supplies[supply].load))) return false;
  const auto cord = site.cord_of_supply(supply);
  return !cord || lives(site, lost, flow, *cord);
}

void share(const Site& site, Index load, double watts, Flow& flow) {
  std::vector<Index> living;
  for (const Index s : site.loads[load].supplies)
    if (flow.alive[s]) living.push_back(s);
  flow.dark[load] = living.empty();
  if (living.empty()) return;
  if (site.loads[load].sharing == Sharing::standby) {
    flow.watts[living.front()] = watts;
    return;
  }
  const auto shares = shares_of(site, living);
  for (std::size_t i = 0; i < living.size(); ++i) flow.watts[living[i]] = watts * shares[i];
}

/// Sums up what hangs on one breaker, and says it line by line.
class Breaker {
 public:
  Breaker(const Site& site, const Flow& flow) : site_{site}, flow_{flow} {}

  template <class Behind>
  LineCurrents through(Behind behind) const {
    LineCurrents lines{};
    for (Index s = 0; s < site_.supplies.size(); ++s) {
      const auto cord = site_.cord_of_supply(s);
      const auto feed = cord ? flow_.pdu_feed[cord->pdu] : std::nullopt;
      if (!feed || !flow_.alive[s] || !behind(*cord, *feed)) continue;
      const auto phases = site_.phases_of(*cord);
      add_current(site_.system, phases, flow_.watts[s] / site_.nominal_volts(*feed, phases), lines);
    }
    return lines;
  }

  void say(const Element& element, double rating, std::optional<Curve> curve, const LineCurrents& lines, std::vector<Burden>& out) const {
    const bool several = has_lines(site_.system);
    for (int line = 1; line <= (several ? 3 : 1); ++line) {
      const double amperes = std::abs(lines[static_cast<std::size_t>(line - 1)]);
      if (several && amperes == 0) continue;
      out.push_back({.element = element, .line = several ? line : 0, .amperes = amperes, .rating_amperes = rating, .curve = curve});
    }
  }

 private:
  const Site& site_;
  const Flow& flow_;
};

}  // namespace

std::vector<double> shares_of(const Site& site, std::span<const Index> living) {
  std::vector<double> rated;
  for (const Index s : living)
    if (const auto watts = rated_watts_at(site.supplies[s], site.nominal_volts_of_supply(s).value_or(0))) rated.push_back(*watts);
  if (rated.size() < living.size()) rated.assign(living.size(), 1);
  const double all = std::accumulate(rated.begin(), rated.end(), 0.0);
  for (double& part : rated) part /= all;
  return rated;
}

std::vector<double> needed_watts(const Site& site) {
  std::vector<double> out;
  for (const Load& load : site.loads) out.push_back(load.needs_watts.value_or(0));
  return out;
}

bool lives(const Site& site, const Elements& lost, const Flow& flow, const Cord& cord) {
  return flow.pdu_feed[cord.pdu] && outlet_lives(site, lost, cord);
}

Flow flow_without(const Site& site, const Elements& lost, std::span<const double> load_watts) {
  Flow flow{.pdu_feed = {}, .alive = {}, .watts = std::vector<double>(site.supplies.size()), .dark = std::vector<bool>(site.loads.size())};
  for (Index d = 0; d < site.devices.size(); ++d) flow.pdu_feed.push_back(carrier_of(site, lost, d));
  for (Index s = 0; s < site.supplies.size(); ++s) flow.alive.push_back(supply_lives(site, lost, flow, s));
  for (Index l = 0; l < site.loads.size(); ++l) share(site, l, load_watts[l], flow);
  return flow;
}

std::vector<Burden> burdens_of(const Site& site, const Flow& flow) {
  std::vector<Burden> out;
  const Breaker breaker{site, flow};
  for (Index f = 0; f < site.feeds.size(); ++f)
    if (const auto rating = site.feeds[f].rating_amperes)
      breaker.say(site.element_of_feed(f), *rating, site.feeds[f].curve,
                  breaker.through([&](const Cord&, Index feed) { return feed == f; }), out);
  for (Index d = 0; d < site.devices.size(); ++d)
    if (const auto rating = site.devices[d].rating_amperes)
      breaker.say(site.element_of_pdu(d), *rating, {}, breaker.through([&](const Cord& cord, Index) { return cord.pdu == d; }), out);
  for (Index b = 0; b < site.banks.size(); ++b) {
    const auto rating = site.banks[b].rating_amperes;
    if (!rating) continue;
    const auto lines = breaker.through([&](const Cord& cord, Index) { return site.bank_of(cord) == b; });
    const auto* most = std::ranges::max_element(lines, {}, [](const auto& current) { return std::abs(current); });
    out.push_back({.element = site.element_of_bank(b), .amperes = std::abs(*most), .rating_amperes = *rating, .curve = {}});
  }
  return out;
}

std::vector<double> ups_watts(const Site& site, const Flow& flow) {
  std::vector<double> out(site.upses.size());
  for (Index s = 0; s < site.supplies.size(); ++s) {
    const auto pdu = site.supplies[s].pdu;
    const auto feed = pdu ? flow.pdu_feed[*pdu] : std::nullopt;
    if (feed && site.feeds[*feed].ups) out[*site.feeds[*feed].ups] += flow.watts[s];
  }
  return out;
}

bool lines_unknown(const Site& site, const Cord& cord) { return has_lines(site.system) && site.phases_of(cord) == 0; }

}  // namespace holdup::site
