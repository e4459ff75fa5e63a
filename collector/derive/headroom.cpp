#include "collector/derive/headroom.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

#include "collector/site/line_currents.hpp"

namespace holdup::derive {
namespace {

using detect::Meaning;
using detect::Meter;

constexpr double nec_share = 0.8;  // of a breaker's rating, where a load lasts

/// What a meter of one line shows of them; a bank's shows the pole that carries most.
double through(const site::LineCurrents& lines, int line) {
  if (line != 0) return std::abs(lines[static_cast<std::size_t>(line - 1)]);
  return std::abs(*std::ranges::max_element(lines, {}, [](const auto& current) { return std::abs(current); }));
}

}  // namespace

Headroom::Headroom(const site::Site& site, const Ways& ways, const Carried& carried, const detect::Facts& facts,
                   const detect::Meters& meters)
    : site_{site},
      ways_{ways},
      carried_{carried},
      facts_{facts},
      meters_{meters},
      of_device_(site.devices.size()),
      pdus_(site.feeds.size()),
      self_(site.devices.size()) {
  std::iota(self_.begin(), self_.end(), Index{0});
  for (Index d = 0; d < site.devices.size(); ++d)
    for (const Index feed : ways.feeds(d))
      if (!site.ups_of_device(d) && !site.ats_of_device(d)) pdus_[feed].push_back(d);
}

void Headroom::identified(Index device, std::span<const reading::Point> points) {
  OfDevice& of = of_device_[device];
  of = {};
  if (!site_.devices[device].feed) return;
  for (std::size_t p = 0; p < points.size(); ++p) {
    const bool rating = points[p].metric == "rack_current_rating_amperes";
    if (points[p].spare || (!rating && points[p].metric != "rack_current_high_critical_amperes")) continue;
    of.of_point.resize(points.size(), -1);
    of.of_point[p] = static_cast<std::int32_t>(of.limits.size());
    of.limits.push_back({std::string{label(points[p], "part")}, std::string{label(points[p], "index")}, rating, {}});
  }
}

void Headroom::heard(Index device, std::span<const reading::Reading> readings) {
  OfDevice& of = of_device_[device];
  if (of.limits.empty()) return;
  for (const auto& reading : readings) {
    const auto place = reading.point < of.of_point.size() ? of.of_point[reading.point] : -1;
    if (place >= 0 && reading.quality == ground::Quality::good && reading.value > 0)
      of.limits[static_cast<std::size_t>(place)].amperes = reading.value;
  }
}

const Meter* Headroom::meter_of_line(Index pdu, int line) const {
  if (line != 0)
    if (const Meter* meter = meters_.find(pdu, Meaning::phase_current, static_cast<unsigned>(line))) return meter;
  const auto lines = std::popcount(site_.devices[pdu].phases);
  if (line != 0 && lines != 1 && lines != 2) return nullptr;  // of two the same flows in both
  for (const auto means : {Meaning::inlet_current, Meaning::phase_current})
    if (std::ranges::count(meters_.of(pdu), means, &Meter::means) == 1) return meters_.find(pdu, means);
  return nullptr;
}

std::vector<Breaker> Headroom::breakers_of(Index device) const {
  std::vector<Breaker> out;
  const auto& pdu = site_.devices[device];
  if (!pdu.feed || site_.ups_of_device(device) || site_.ats_of_device(device)) return out;
  for (const Index bank : pdu.banks)
    for (const Meter& meter : meters_.of(device))
      if (meter.means == Meaning::bank_current && meter.index == site_.banks[bank].name)
        out.push_back({.pdu = device, .bank = bank, .feed = {}, .line = 0, .meter = &meter});
  const bool lines = site::has_lines(site_.system);
  for (int line = lines ? 1 : 0; line <= (lines ? 3 : 0); ++line)
    if (!lines || pdu.phases == 0 || site::hangs_on(pdu.phases, line))
      if (const Meter* meter = meter_of_line(device, line))
        out.push_back({.pdu = device, .bank = {}, .feed = {}, .line = line, .meter = meter});
  return out;
}

std::vector<Breaker> Headroom::breakers_of_feeds() const {
  std::vector<Breaker> out;
  const bool lines = site::has_lines(site_.system);
  for (Index f = 0; f < site_.feeds.size(); ++f) {
    const bool as_its_pdu = pdus_[f].size() == 1 && !site_.devices[pdus_[f].front()].rating_amperes;
    if (!site_.feeds[f].rating_amperes || pdus_[f].empty() || as_its_pdu) continue;
    for (int line = lines ? 1 : 0; line <= (lines ? 3 : 0); ++line)
      out.push_back({.pdu = {}, .bank = {}, .feed = f, .line = line, .meter = nullptr});
  }
  return out;
}

const Headroom::Limit* Headroom::find_limit(const Breaker& breaker, bool rating, bool of_inlet) const {
  const auto& limits = of_device_[*breaker.pdu].limits;
  const auto at = std::ranges::find_if(limits, [&](const Limit& limit) {
    const bool same = limit.part == breaker.meter->part && limit.index == breaker.meter->index;
    return limit.rating == rating && limit.amperes && (of_inlet ? limit.part == "inlet" : same);
  });
  return at == limits.end() ? nullptr : &*at;
}

// A line's breaker is its inlet's, where the device rates the inlet only.
std::optional<double> Headroom::told_limit(const Breaker& breaker) const {
  const double share = site_.code == site::Code::nec ? nec_share : 1;
  if (const auto* own = find_limit(breaker, true, false)) return *own->amperes * share;
  const auto* inlet = breaker.bank ? nullptr : find_limit(breaker, true, true);
  if (inlet != nullptr) return *inlet->amperes * share;
  const auto* critical = find_limit(breaker, false, false);
  return critical != nullptr ? critical->amperes : std::nullopt;
}

std::optional<double> Headroom::limit(const Breaker& breaker) const {
  std::optional<double> rating;
  if (breaker.feed) {
    rating = site_.feeds[*breaker.feed].rating_amperes;
  } else if (breaker.bank) {
    rating = site_.banks[*breaker.bank].rating_amperes;
  } else {
    rating = site_.devices[*breaker.pdu].rating_amperes;
    const Index feed = *site_.devices[*breaker.pdu].feed;
    if (!rating && pdus_[feed].size() == 1) rating = site_.feeds[feed].rating_amperes;
  }
  if (rating) return *rating * (site_.code == site::Code::nec ? nec_share : 1);
  return breaker.pdu ? told_limit(breaker) : std::nullopt;
}

std::optional<double> Headroom::amperes(const Meter* meter, Index pdu) const {
  if (meter == nullptr || !meter->known() || !carried_.trusted(pdu) || facts_.starting(pdu)) return std::nullopt;
  return *meter->value;
}

std::optional<double> Headroom::sum_of_pdus(const Breaker& breaker, const Without& without) const {
  double sum = 0;
  for (const Index pdu : pdus_[*breaker.feed]) {
    const auto phases = site_.devices[pdu].phases;
    if (ways_.carrier(pdu, without) != breaker.feed || (breaker.line != 0 && phases != 0 && !site::hangs_on(phases, breaker.line)))
      continue;
    const auto one = amperes(meter_of_line(pdu, breaker.line), pdu);
    if (!one) return std::nullopt;
    sum += *one;
  }
  return sum;
}

/// By the meters of now; of a feed also what transfer switches bring to it.
std::optional<double> Headroom::carried_now(const Breaker& breaker, const Without& without) const {
  return breaker.feed ? sum_of_pdus(breaker, without) : amperes(breaker.meter, *breaker.pdu);
}

std::span<const Index> Headroom::pdus_of(const Breaker& breaker) const {
  return breaker.feed ? std::span<const Index>{pdus_[*breaker.feed]} : std::span<const Index>{&self_[*breaker.pdu], 1};
}

bool Headroom::is_behind(const Breaker& breaker, Index supply, const Without& without) const {
  const auto pdu = site_.supplies[supply].pdu;
  if (!pdu) return false;
  if (breaker.feed) return ways_.carrier(*pdu, without) == breaker.feed;
  return pdu == breaker.pdu && (!breaker.bank || facts_.neighbours().bank(supply) == breaker.bank);
}

/// Then it does not matter who of them takes how much.
bool Headroom::all_behind(const Breaker& breaker, const Carried::Freed& freed, const Without& without) const {
  const auto phases = ways_.phases(freed.survivors.front());
  return std::ranges::all_of(freed.survivors, [&](Index s) { return is_behind(breaker, s, without) && ways_.phases(s) == phases; });
}

/// What the load's supplies behind it take over; false where that is not known.
bool Headroom::adds(const Breaker& breaker, Index load, const Carried::Freed& freed, const Without& without,
                    site::LineCurrents& lines) const {
  if (!freed.power) return false;
  const bool together = all_behind(breaker, freed, without);
  for (const Index s : site_.loads[load].supplies) {
    if (!ways_.lives(s, without) || !is_behind(breaker, s, without)) continue;
    const auto alike = *freed.power / static_cast<double>(freed.survivors.size());
    const auto taken = together ? alike : carried_.taken_by(s, freed);
    const auto volts = carried_.volts(s);
    if (!taken || !volts || (site::has_lines(site_.system) && ways_.phases(s) == 0)) return false;
    site::add_current(site_.system, ways_.phases(s), *taken / *volts, lines);
  }
  return true;
}

std::optional<double> Headroom::taken_over(const Breaker& breaker, const Without& without) const {
  site::LineCurrents now{}, more{};
  bool all_known = true;
  for (const Index pdu : pdus_of(breaker))
    for (const Index s : facts_.supplies_on(pdu)) {
      if (!ways_.lives(s, without) || !is_behind(breaker, s, without)) continue;
      const auto power = carried_.power(s, Carried::At::input);
      const auto volts = carried_.volts(s);
      all_known = all_known && power && volts && (!site::has_lines(site_.system) || ways_.phases(s) != 0);
      if (power && volts) site::add_current(site_.system, ways_.phases(s), *power / *volts, now);
      const auto load = site_.supplies[s].load;
      const auto first = std::ranges::find_if(site_.loads[load].supplies,
                                              [&](Index one) { return ways_.lives(one, without) && is_behind(breaker, one, without); });
      if (*first != s) continue;  // once a load
      const auto freed = carried_.freed(load, without, Carried::At::input);
      if (freed.power != 0 && !adds(breaker, load, freed, without, more)) return std::nullopt;
    }
  if (!all_known) return through(more, breaker.line);  // at the most
  site::LineCurrents sum = now;
  for (std::size_t line = 0; line < sum.size(); ++line) sum[line] += more[line];
  return through(sum, breaker.line) - through(now, breaker.line);
}

/// Feeds whose loss may bring it anything.
std::vector<Index> Headroom::others(const Breaker& breaker) const {
  std::vector<Index> out;
  const auto add = [&](std::span<const Index> feeds) {
    for (const Index feed : feeds)
      if (std::ranges::find(out, feed) == out.end()) out.push_back(feed);
  };
  for (const Index pdu : pdus_of(breaker)) {
    if (breaker.feed) add(ways_.feeds(pdu));
    for (const Index s : facts_.supplies_on(pdu)) add(ways_.feeds_of_load(site_.supplies[s].load));
  }
  return out;
}

std::optional<double> Headroom::of(const Breaker& breaker) const {
  const auto limit = this->limit(breaker);
  auto most = limit ? carried_now(breaker, {}) : std::nullopt;
  if (!most) return std::nullopt;
  for (const Index other : others(breaker)) {
    if (breaker.feed == other || (breaker.pdu && !ways_.carrier(*breaker.pdu, {.feed = other}))) continue;  // then it carries nothing
    const auto own = carried_now(breaker, {.feed = other});
    const auto more = taken_over(breaker, {.feed = other});
    if (!own || !more) return std::nullopt;
    most = std::max(*most, *own + *more);
  }
  return *limit - *most;
}

}  // namespace holdup::derive
