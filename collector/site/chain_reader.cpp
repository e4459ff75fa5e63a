#include "collector/site/chain_reader.hpp"

#include <algorithm>
#include <cmath>

#include "collector/site/keys.hpp"
#include "ground/number.hpp"

namespace holdup::site {
namespace {

constexpr std::int64_t most_outlets = 999;

void read_volts(Mapping& map, System system, Feed& feed) {
  const auto volts = map.number("nominal_volts");
  if (!volts) map.problem({}, "'nominal_volts' is missing", "add it, for example nominal_volts: 230");
  feed.negative = volts && *volts < 0 && system == System::dc;
  feed.nominal_volts = feed.negative ? -*volts : volts.value_or(0);
  if (volts && *volts < 0 && system != System::dc)
    map.problem("nominal_volts", "below 0", "only dc has a sign: write the line's volts, or system: dc");
  else if (volts && !(feed.nominal_volts > 0 && feed.nominal_volts <= 1000))
    map.problem("nominal_volts", "not between 0 and 1000", "write the line's volts");
}

void read_upstream(Mapping& map, Feed& feed) {
  const Node* upstream = map.find("upstream");
  if (upstream == nullptr) return;
  if (!upstream->is_map()) map.problem("upstream", "not a mapping", "write {ups: u1, room: r1}");
  for (const auto& label : upstream->entries) {
    if (!label.value.is_scalar()) map.problem("upstream", "'" + label.key + "' is not a single value", "write {ups: u1, room: r1}");
    feed.upstream.emplace_back(label.key, label.value.text);
  }
}

void complain(const Mapping& top, const Feed& feed, std::string what, std::string mend) {
  top.report().problems.add({.file = top.report().file,
                             .line = feed.line,
                             .key = "feeds." + feed.name + ".upstream",
                             .what = std::move(what),
                             .mend = std::move(mend)});
}

/// The UPS that `upstream.ups` names. One that stands nowhere else is one all the same, unless its name is fit for people only.
void link_ups(const Mapping& top, Feed& feed, bool listed, Site& site) {
  const auto named = std::ranges::find(
      feed.upstream, "ups", [](const auto& label) -> const auto& { return label.first; });
  if (named == feed.upstream.end()) return;
  feed.ups = site.ups(named->second);
  if (feed.ups || !ground::is_element_part(named->second)) return;
  if (listed) return complain(top, feed, "no UPS '" + named->second + "'", mend_by_nearest(named->second, names(site.upses)));
  feed.ups = static_cast<Index>(site.upses.size());
  site.upses.push_back({.name = named->second});
}

/// The feed that a feed's UPS hangs on: its card's.
std::optional<Index> feed_before(const Site& site, Index feed) {
  const auto ups = site.feeds[feed].ups;
  const auto card = ups ? site.upses[*ups].status : std::nullopt;
  return card ? site.devices[*card].feed : std::nullopt;
}

void check_circles(const Mapping& top, const Site& site) {
  for (Index feed = 0; feed < site.feeds.size(); ++feed) {
    auto at = feed_before(site, feed);
    for (std::size_t steps = 0; at && *at != feed && steps < site.feeds.size(); ++steps) at = feed_before(site, *at);
    if (at != feed) continue;
    const auto& ups = site.upses[*site.feeds[feed].ups];
    complain(top, site.feeds[feed], "a circle: ups/" + ups.name + " feeds it and hangs on it",
             "take the feed: of " + site.devices[*ups.status].name + " out, or name the feed before the UPS");
  }
}

/// "1-8" or "7": what it stands for, added to `out`.
bool add_outlets(std::string_view text, std::vector<std::string>& out) {
  const auto dash = text.find('-');
  const auto first = ground::parse_integer(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : ground::parse_integer(text.substr(dash + 1));
  if (dash == std::string_view::npos || !first || !last) {
    if (!ground::is_element_part(text)) return false;
    out.emplace_back(text);
    return true;
  }
  if (*first < 1 || *last < *first || *last > most_outlets) return false;
  for (auto n = *first; n <= *last; ++n) out.push_back(std::to_string(n));
  return true;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

void check_taken(const Mapping& map, const Bank& bank, const Site& site) {
  for (const Index other : site.devices[bank.pdu].banks)
    for (const auto& outlet : bank.outlets)
      if (std::ranges::find(site.banks[other].outlets, outlet) != site.banks[other].outlets.end())
        return map.problem("outlets", outlet + " is in bank " + site.banks[other].name + ", too", "one bank an outlet");
}

std::vector<Cord> read_cords(Mapping& map, std::string_view key, const Site& site) {
  std::vector<Cord> out;
  for (const auto& text : map.texts(key))
    if (auto cord = read_cord(map, key, text, site)) out.push_back(*std::move(cord));
  return out;
}

}  // namespace

void read_feeds(Mapping& top, Site& site) {
  each(top, "feeds", [&](Mapping& map, const std::string& name) {
    Feed feed{.name = name, .line = map.line({})};
    read_volts(map, site.system, feed);
    feed.rating_amperes = positive(map, "rating_amperes");
    if (const auto word = map.word("curve", curve_names)) feed.curve = static_cast<Curve>(*word);
    read_upstream(map, feed);
    site.feeds.push_back(std::move(feed));
  });
}

void read_upses(Mapping& top, Site& site) {
  each(top, "ups", [&](Mapping& map, const std::string& name) {
    Ups ups{.name = name, .line = map.line({})};
    if (const auto status = map.text("status")) ups.status = lookup(map, "status", *status, site.devices, "device");
    ups.rated_watts = positive(map, "rated_watts");
    site.upses.push_back(std::move(ups));
  });
  const bool listed = top.has("ups");
  for (Feed& feed : site.feeds) link_ups(top, feed, listed, site);
  check_circles(top, site);
}

void read_atses(Mapping& top, Site& site) {
  each(top, "ats", [&](Mapping& map, const std::string& name) {
    Ats ats{.name = name, .line = map.line({})};
    if (const auto status = map.text("status")) ats.status = lookup(map, "status", *status, site.devices, "device");
    const auto carries = map.required_text("carries"), alternate = map.required_text("alternate");
    if (carries.empty() || alternate.empty()) return;
    const auto pdu = lookup(map, "carries", carries, site.devices, "device");
    const auto feed = lookup(map, "alternate", alternate, site.feeds, "feed");
    if (!pdu || !feed) return;
    Device& behind = site.devices[*pdu];
    if (!behind.feed) map.problem("carries", "'" + carries + "' has no preferred source", "give that device a feed:");
    if (behind.ats) map.problem("carries", "'" + carries + "' is behind " + site.atses[*behind.ats].name + " already", "one switch a PDU");
    ats.carries = *pdu;
    ats.alternate = *feed;
    ats.transfer_time = period(map, "transfer_time");
    behind.ats = static_cast<Index>(site.atses.size());
    site.atses.push_back(std::move(ats));
  });
}

void read_banks(Mapping& map, Index device, Site& site) {
  if (map.has("banks") && !map.has("feed")) map.problem("banks", "of a device that hangs on no feed", "give it a feed:, or take this out");
  each(map, "banks", [&](Mapping& m, const std::string& name) {
    Bank bank{.name = name, .line = m.line({}), .pdu = device, .rating_amperes = positive(m, "rating_amperes")};
    bank.outlets = read_outlets(m, "outlets");
    bank.phases = read_phases(m, "phase", site.system);
    check_taken(m, bank, site);
    site.devices[device].banks.push_back(static_cast<Index>(site.banks.size()));
    site.banks.push_back(std::move(bank));
  });
}

void read_switches(Mapping& top, Site& site) {
  each(top, "switches", [&](Mapping& map, const std::string& name) {
    site.switches.push_back({.name = name, .line = map.line({}), .cords = read_cords(map, "cords", site)});
  });
}

void read_self(Mapping& top, Site& site) {
  Mapping map{sub(top, "self"), "self", top.report()};
  site.self.line = top.line("self");
  site.self.supplies = read_cords(map, "supplies", site);
  site.self.path = map.texts("path");
  for (const auto& text : site.self.path)
    if (const auto path = ground::Element::parse(text); !path || !path->is("switch"))
      map.problem("path", "'" + text + "' is no switch", "write switch/NAME");
  map.finish();
}

std::optional<Cord> read_cord(const Mapping& map, std::string_view key, const std::string& text, const Site& site) {
  const auto element = ground::Element::parse(text);
  const auto rest = element ? element->rest() : std::string_view{};
  if (!rest.starts_with("outlet/")) {
    map.problem(key, "'" + text + "' is no outlet", "write PDU/outlet/N");
    return std::nullopt;
  }
  const auto pdu = lookup(map, key, element->first(), site.devices, "device");
  if (!pdu) return std::nullopt;
  const Device& device = site.devices[*pdu];
  Cord cord{.pdu = *pdu, .outlet = std::string{rest.substr(7)}};
  if (!device.feed) map.problem(key, "'" + device.name + "' hangs on no feed", "give that device a feed:");
  const bool listed =
      !device.banks.empty() && std::ranges::none_of(device.banks, [&](Index bank) { return site.banks[bank].outlets.empty(); });
  if (listed && !site.bank_of(cord))
    map.problem(key, "no bank of '" + device.name + "' has outlet " + cord.outlet, "write an outlet of its banks, or mend their outlets:");
  return cord;
}

std::vector<std::string> read_outlets(Mapping& map, std::string_view key) {
  std::vector<std::string> out;
  const auto refuse = [&](std::string_view part) {
    map.problem(key, "'" + std::string{part} + "' is no outlet", "write 1-8, or 1,3,5, or a list of them");
  };
  for (const auto& text : map.texts(key))
    for (std::string_view left = text; !left.empty();) {
      const auto part = trimmed(left.substr(0, left.find(',')));
      left.remove_prefix(std::min(left.size(), left.find(',') == std::string_view::npos ? left.size() : left.find(',') + 1));
      if (!add_outlets(part, out)) refuse(part);
    }
  auto sorted = out;
  std::ranges::sort(sorted);
  if (const auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end())
    map.problem(key, *twice + " is there twice", "one bank an outlet");
  return out;
}

}  // namespace holdup::site
