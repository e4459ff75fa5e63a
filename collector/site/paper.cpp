#include "collector/site/paper.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>

#include "collector/site/flow.hpp"
#include "ground/number.hpp"

namespace holdup::site {
namespace {

constexpr double lasting = 0.8;  // NEC 210.20(A), 215.3: a load that lasts for three hours

/// "28.3 A", "1800 W": as exact as paper is.
std::string figure(double value, const char* unit) {
  const double exact = value < 100 ? std::round(value * 10) / 10 : std::round(value);
  return ground::number_text(exact) + " " + unit;
}

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) out += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
  return out;
}

/// Up to the first UPS: what is before it takes nothing down at once.
std::vector<Element> at_once(std::vector<Element> chain) {
  const auto ups = std::ranges::find_if(chain, [](const Element& link) { return link.is("ups"); });
  if (ups != chain.end()) chain.erase(ups + 1, chain.end());
  return chain;
}

std::vector<std::string> texts(const std::vector<Element>& elements) {
  std::vector<std::string> out;
  for (const auto& element : elements) out.push_back(element.text());
  return out;
}

class Paper {
 public:
  Paper(const Site& site, const std::string& file, ground::Problems& problems) : site_{site}, file_{file}, problems_{problems} {}

  void judge() {
    for (Index l = 0; l < site_.loads.size(); ++l) judge_paths(l), judge_modules(l), judge_sides(l);
    for (Index s = 0; s < site_.supplies.size(); ++s) judge_input(s);
    for (Index a = 0; a < site_.atses.size(); ++a) judge_ats(a);
    judge_lines();
    judge_breakers();
    judge_watcher();
  }

 private:
  void warn(int line, std::string key, std::string what, std::string mend) {
    problems_.add({.file = file_,
                   .line = line,
                   .key = std::move(key),
                   .what = std::move(what),
                   .mend = std::move(mend),
                   .weight = ground::Problem::Weight::warning});
  }

  [[nodiscard]] std::string key_of_load(Index load) const { return "loads." + site_.loads[load].name; }
  [[nodiscard]] std::string key_of_supply(Index supply) const {
    return key_of_load(site_.supplies[supply].load) + ".supplies." + site_.supplies[supply].name;
  }

  void judge_paths(Index l) {
    const Load& load = site_.loads[l];
    const auto corded = std::ranges::count_if(load.supplies, [&](Index s) { return site_.supplies[s].pdu.has_value(); });
    if (load.supplies.size() == 1) return judge_single(l);
    if (corded == 0) return;
    for (const Index s : load.supplies)
      if (!site_.supplies[s].pdu)
        return warn(site_.supplies[s].line, key_of_supply(s), "no cord: whether " + load.name + " has two paths cannot be known",
                    "say which outlet feeds it, as in cord: PDU/outlet/N");
    const auto common = at_once(site_.ancestors(site_.element_of_load(l)));
    if (common.empty()) return;
    warn(load.line, key_of_load(l) + ".supplies",
         "all cords hang on " + listed(texts(common)) + shared_line(l) + ": its loss takes the load down",
         "move one to an outlet that does not");
  }

  void judge_single(Index l) {
    const Load& load = site_.loads[l];
    const auto above = site_.ancestors(site_.element_of_supply(load.supplies.front()));
    std::string on;
    for (const auto& link : above)
      if (link.is("feed") || link.is("ats")) on = on.empty() ? ", on " + link.text() : on;
    warn(load.line, key_of_load(l), "single-corded" + on + ": one loss takes it down",
         "give it a second supply on another feed, or live with it");
  }

  /// ", line L1", where all supplies hang on one line of one feed.
  [[nodiscard]] std::string shared_line(Index l) const {
    const auto& supplies = site_.loads[l].supplies;
    Phases common = 7;
    for (const Index s : supplies) {
      common &= site_.phases_of(*site_.cord_of_supply(s));
      if (site_.feed_of_supply(s) != site_.feed_of_supply(supplies.front())) return {};
    }
    std::string out;
    for (int line = 1; line <= 3; ++line)
      if (hangs_on(common, line)) out += (out.empty() ? ", line L" : " and L") + std::to_string(line);
    return out;
  }

  // Module redundancy: what is left without the strongest supply, at the line voltage that each has.
  void judge_modules(Index l) {
    const Load& load = site_.loads[l];
    double all = 0, strongest = 0;
    Index which = 0;
    for (const Index s : load.supplies) {
      const auto watts = rated_watts_at(site_.supplies[s], site_.nominal_volts_of_supply(s).value_or(0));
      if (!watts || !load.needs_watts) return;
      all += *watts;
      if (*watts > strongest) strongest = *watts, which = s;
    }
    const auto needs = figure(*load.needs_watts, "W");
    const auto key = key_of_load(l) + ".needs_watts";
    if (all < *load.needs_watts)
      warn(load.line, key, "all its supplies together give " + figure(all, "W") + volts_text(which) + " and it needs " + needs,
           "mend rated_watts or needs_watts, or give it stronger supplies");
    else if (load.supplies.size() > 1 && all - strongest < *load.needs_watts)
      warn(load.line, key,
           "without " + site_.supplies[which].name + " the others give " + figure(all - strongest, "W") + volts_text(which) +
               " and it needs " + needs + ": no module redundancy",
           "give it stronger supplies or one more");
  }

  // Path redundancy, in watts: what is left of a load whose supplies several hang on the feed that is lost.
  void judge_sides(Index l) {
    const Load& load = site_.loads[l];
    if (!load.needs_watts) return;
    for (Index f = 0; f < site_.feeds.size(); ++f) {
      const auto flow = flow_without(site_, {site_.element_of_feed(f)}, needed_watts(site_));
      double left = 0;
      std::vector<std::string> living;
      for (const Index s : load.supplies) {
        const auto watts = rated_watts_at(site_.supplies[s], site_.nominal_volts_of_supply(s).value_or(0));
        if (!watts) return;
        if (flow.alive[s]) left += *watts, living.push_back(site_.supplies[s].name);
      }
      const bool several = living.size() + 1 < load.supplies.size();  // one alone is a module
      if (!living.empty() && several && left < *load.needs_watts)
        warn(load.line, key_of_load(l) + ".needs_watts",
             "when " + site_.element_of_feed(f).text() + " is lost " + listed(living) + " give " + figure(left, "W") + " and it needs " +
                 figure(*load.needs_watts, "W") + ": no path redundancy",
             "give it stronger supplies, or more on the other feed");
    }
  }

  [[nodiscard]] std::string volts_text(Index supply) const {
    const auto volts = site_.nominal_volts_of_supply(supply);
    return volts && site_.supplies[supply].rated_watts.size() > 1 ? " at " + figure(*volts, "V") : std::string{};
  }

  void judge_input(Index s) {
    const Supply& supply = site_.supplies[s];
    const auto cord = site_.cord_of_supply(s);
    if (!cord) return;
    for (const Index feed : site_.feeds_of_pdu(cord->pdu)) {
      const double volts = site_.nominal_volts(feed, site_.phases_of(*cord));
      const bool below = volts < supply.input_min_volts.value_or(0), above = supply.input_max_volts && volts > *supply.input_max_volts;
      if (!below && !above) continue;
      const auto line = site_.phases_of(*cord);
      return warn(supply.line, key_of_supply(s) + (below ? ".input_min_volts" : ".input_max_volts"),
                  "its outlet brings " + figure(volts, "V") + (line == 0 ? "" : " (phase " + phases_text(line) + ")") + " of " +
                      site_.element_of_feed(feed).text() + ", outside its input range",
                  "plug it elsewhere, or mend the range, the phase or nominal_volts");
    }
  }

  void judge_ats(Index a) {
    const auto& ats = site_.atses[a];
    const auto common = at_once(site_.ancestors(site_.element_of_ats(a)));
    if (!common.empty())
      warn(ats.line, "ats." + ats.name + ".alternate", "both sources hang on " + listed(texts(common)) + ": it saves from nothing there",
           "give it an alternate of its own");
  }

  // Where lines are not told, nothing can be said of a breaker on them.
  void judge_lines() {
    for (Index d = 0; d < site_.devices.size(); ++d) {
      const auto& pdu = site_.devices[d];
      const bool rated = pdu.feed && (site_.feeds[*pdu.feed].rating_amperes || pdu.rating_amperes);
      const auto unknown = [&](const Supply& supply) { return supply.pdu == d && lines_unknown(site_, {d, supply.outlet}); };
      if (rated && std::ranges::any_of(site_.supplies, unknown))
        warn(pdu.lines.device, "devices." + pdu.name, "the phase of its outlets is not told: what its breakers carry cannot be reckoned",
             "add phase: to its banks, or to it where it hangs on one");
    }
  }

  struct Worst {
    Burden burden;
    std::string when;  // empty: as it is
  };

  void judge_breakers() {
    const auto watts = needed_watts(site_);
    std::map<std::pair<Element, int>, Worst> worst;
    std::vector<double> ups = ups_watts(site_, flow_without(site_, {}, watts));
    std::vector<std::string> ups_when(ups.size());
    const auto hold = [&](const Elements& lost, const std::string& when) {
      const auto flow = flow_without(site_, lost, watts);
      for (const auto& burden : burdens_of(site_, flow)) {
        auto& known = worst.try_emplace({burden.element, burden.line}, Worst{burden, when}).first->second;
        if (burden.amperes > known.burden.amperes * 1.001) known = {burden, when};
      }
      const auto through = ups_watts(site_, flow);
      for (std::size_t u = 0; u < through.size(); ++u)
        if (through[u] > ups[u] * 1.001) ups[u] = through[u], ups_when[u] = when;
    };
    hold({}, "");
    for (const auto& element : single_losses()) hold({element}, element.text());
    for (const auto& [place, found] : worst) judge_breaker(found);
    for (Index u = 0; u < ups.size(); ++u)
      if (site_.upses[u].rated_watts && ups[u] > *site_.upses[u].rated_watts)
        warn(site_.upses[u].line, "ups." + site_.upses[u].name + ".rated_watts",
             carries(figure(ups[u], "W"), figure(*site_.upses[u].rated_watts, "W"), ups_when[u]), "move load away");
  }

  /// What check reckons with: each feed, UPS, PDU and supply alone.
  [[nodiscard]] std::vector<Element> single_losses() const {
    std::vector<Element> out;
    for (Index f = 0; f < site_.feeds.size(); ++f) out.push_back(site_.element_of_feed(f));
    for (Index u = 0; u < site_.upses.size(); ++u) out.push_back(site_.element_of_ups(u));
    for (Index d = 0; d < site_.devices.size(); ++d)
      if (site_.devices[d].feed) out.push_back(site_.element_of_pdu(d));
    for (Index s = 0; s < site_.supplies.size(); ++s) out.push_back(site_.element_of_supply(s));
    return out;
  }

  static std::string carries(const std::string& much, const std::string& rated, const std::string& when) {
    return "carries " + much + " of " + rated + (when.empty() ? " as it is" : " when " + when + " is lost");
  }

  void judge_breaker(const Worst& worst) {
    const auto& burden = worst.burden;
    const double limit = burden.rating_amperes * (site_.code == Code::nec ? lasting : 1);
    if (burden.amperes <= limit) return;
    const auto [line, key] = place_of(burden.element);
    const auto on = burden.line == 0 ? std::string{} : "L" + std::to_string(burden.line) + " ";
    const auto rule = burden.amperes <= burden.rating_amperes ? ", more than the 80 % of NEC" : "";
    warn(line, key + ".rating_amperes",
         on + carries(figure(burden.amperes, "A"), figure(burden.rating_amperes, "A"), worst.when) + rule + unreckoned(),
         "move load away, or give it a larger breaker");
  }

  [[nodiscard]] std::string unreckoned() const {
    std::vector<std::string> without;
    for (const Load& load : site_.loads)
      if (!load.needs_watts) without.push_back(load.name);
    return without.empty() ? std::string{} : ", without " + listed(without) + " that tell no needs_watts";
  }

  [[nodiscard]] std::pair<int, std::string> place_of(const Element& element) const {
    if (const auto feed = element.is("feed") ? site_.feed(element.rest()) : std::nullopt)
      return {site_.feeds[*feed].line, "feeds." + site_.feeds[*feed].name};
    for (Index b = 0; b < site_.banks.size(); ++b)
      if (site_.element_of_bank(b) == element)
        return {site_.banks[b].line, "devices." + site_.devices[site_.banks[b].pdu].name + ".banks." + site_.banks[b].name};
    const auto device = site_.device(element.first());
    return {device ? site_.devices[*device].lines.device : 0, "devices." + std::string{element.first()}};
  }

  // The watcher is in the picture: who sees and tells must not hang on what it watches.
  void judge_watcher() {
    const auto own = at_once(site_.ancestors(*Element::parse("self")));
    for (Index f = 0; f < site_.feeds.size(); ++f) {
      const auto feed = site_.element_of_feed(f);
      if (std::ranges::find(own, feed) != own.end())
        warn(site_.self.line, "self.supplies", hangs_text(feed, true) + ": losing it loses the alarm",
             "give the collector's machine a cord to another feed");
      else
        judge_switches(feed);
    }
  }

  [[nodiscard]] std::string hangs_text(const Element& feed, bool collector) const {
    std::vector<std::string> who;
    if (collector) who.emplace_back("collector");
    for (Index s = 0; s < site_.switches.size(); ++s)
      if (hangs(switch_of(s), feed)) who.push_back(switch_of(s).text());
    std::vector<std::string> cards;
    for (Index d = 0; d < site_.devices.size(); ++d)
      if (site_.devices[d].feed && hangs(site_.element_of_pdu(d), feed)) cards.push_back(site_.devices[d].name);
    if (!cards.empty()) who.push_back((cards.size() == 1 ? "the card of " : "the cards of ") + listed(cards));
    return listed(who) + (who.size() > 1 ? " all hang on " : " hangs on ") + feed.text();
  }

  void judge_switches(const Element& feed) {
    for (Index s = 0; s < site_.switches.size(); ++s) {
      const auto path = switch_of(s);
      if (!hangs(path, feed)) continue;
      const bool ours = std::ranges::find(site_.self.path, path.text()) != site_.self.path.end();
      std::vector<std::string> blind;
      for (const Device& device : site_.devices)
        if (device.via == path.text() && !(device.feed && hangs(Element::named(device.name), feed))) blind.push_back(device.name);
      if (!ours && blind.empty()) continue;
      warn(
          site_.switches[s].line, "switches." + site_.switches[s].name + ".cords",
          ours ? hangs_text(feed, false) + ": losing it loses the alarm" : "hangs on " + feed.text() + ": losing it hides " + listed(blind),
          "give it a cord to another feed");
    }
  }

  [[nodiscard]] Element switch_of(Index s) const { return *Element::parse("switch/" + site_.switches[s].name); }
  [[nodiscard]] bool hangs(const Element& element, const Element& on) const {
    const auto above = at_once(site_.ancestors(element));
    return std::ranges::find(above, on) != above.end();
  }

  const Site& site_;
  const std::string& file_;
  ground::Problems& problems_;
};

}  // namespace

void judge_on_paper(const Site& site, const std::string& file, ground::Problems& problems) { Paper{site, file, problems}.judge(); }

}  // namespace holdup::site
