#include "world/history.hpp"

#include <set>

namespace world {
namespace {

using holdup::ground::Element;
using hwsim::power::Rack;
using hwsim::power::World;

constexpr double dead_line = 0.52;  // of nominal, as docs/verdicts.md says

double least_line(const World& world, std::size_t feed, double below) {
  const auto lines = hwsim::power::phases(world.rack().system);
  double count = 0;
  for (std::size_t line = 0; line < lines; ++line)
    if (world.feed_volts(feed, line) < below * world.rack().feeds[feed].nominal_volts) ++count;
  return count / static_cast<double>(lines);
}

bool feed_lost(const World& world, std::size_t feed) { return least_line(world, feed, dead_line) == 1; }
bool line_lost(const World& world, std::size_t feed) {
  return least_line(world, feed, dead_line) > 0 || world.live(Element::feed(world.rack().feeds[feed].name)) == false;
}

/// What a PDU hangs on at present.
std::size_t source_of(const World& world, std::size_t pdu) {
  const auto& atses = world.rack().atses;
  for (std::size_t a = 0; a < atses.size(); ++a)
    if (atses[a].pdu == pdu && world.ats(a).selected == 1) return atses[a].alternate;
  return world.rack().pdus[pdu].feed;
}

/// One of its own phases, whatever its feed has.
bool phase_dead(const World& world, std::size_t pdu) {
  for (std::size_t line = 1; line <= hwsim::power::phases(world.rack().system); ++line)
    if (world.live(Element::phase(world.rack().pdus[pdu].name, std::to_string(line))) == false) return true;
  return false;
}

/// In a delta a line shows in what is measured between it and its neighbours.
bool line_gone(const World& world, std::size_t pdu, std::size_t line) {
  const auto& feed = world.rack().feeds[source_of(world, pdu)];
  if (world.rack().system == hwsim::power::System::delta) return line_lost(world, source_of(world, pdu)) || phase_dead(world, pdu);
  return world.live(Element::phase(world.rack().pdus[pdu].name, std::to_string(line))) == false ||
         world.feed_volts(source_of(world, pdu), line - 1) < dead_line * feed.nominal_volts;
}

/// One of those that the bank hangs on; of a delta, and where nobody tells on which, any.
bool lacks_line(const World& world, std::size_t pdu, const hwsim::power::Bank& bank) {
  if (!bank.tap || world.rack().system == hwsim::power::System::delta)
    return line_lost(world, source_of(world, pdu)) || phase_dead(world, pdu);
  return line_gone(world, pdu, bank.tap->line + 1) || (bank.tap->other && line_gone(world, pdu, *bank.tap->other + 1));
}

/// Lost before it or in its own plug; of a delta a single line that is left is none.
bool no_line_left(const World& world, std::size_t pdu) {
  const auto lines = hwsim::power::phases(world.rack().system);
  const bool delta = world.rack().system == hwsim::power::System::delta;
  std::size_t own = 0, gone = 0;
  for (std::size_t line = 1; line <= lines; ++line) {
    const bool dead = world.live(Element::phase(world.rack().pdus[pdu].name, std::to_string(line))) == false;
    own += dead ? 1 : 0;
    gone += dead || line_gone(world, pdu, line) ? 1 : 0;
  }
  return delta ? own + (line_lost(world, source_of(world, pdu)) ? 1 : 0) > 1 : gone == lines;
}

bool pdu_dark(const World& world, std::size_t pdu) {
  return !world.pdu(pdu).live || feed_lost(world, source_of(world, pdu)) || no_line_left(world, pdu);
}

// Whatever its stores still hold: it is said before they are empty.
bool unpowered(const World& world, std::size_t load) {
  for (std::size_t s = 0; s < world.rack().loads[load].supplies.size(); ++s)
    if (world.supply(load, s).input_live && world.supply(load, s).output_live) return false;
  return true;
}

bool some_input(const World& world, std::size_t load) {
  for (std::size_t s = 0; s < world.rack().loads[load].supplies.size(); ++s)
    if (world.supply(load, s).input_live) return true;
  return false;
}

/// Nothing that a cord's meter would show, although every supply could give.
bool off_by_itself(const World& world, std::size_t load) {
  const auto supplies = world.rack().loads[load].supplies.size();
  for (std::size_t s = 0; s < supplies; ++s)
    if (!world.supply(load, s).input_live || world.supply(load, s).input_watts > 60) return false;
  return true;
}

bool one_path_left(const World& world, std::size_t load) {
  std::set<std::size_t> living;
  const auto& supplies = world.rack().loads[load].supplies;
  for (std::size_t s = 0; s < supplies.size(); ++s)
    if (world.supply(load, s).input_live && world.supply(load, s).output_live) living.insert(world.rack().pdus[supplies[s].pdu].feed);
  return living.size() <= 1;
}

bool source_bad(const World& world, std::size_t ats) {
  const auto& one = world.rack().atses[ats];
  return least_line(world, one.alternate, hwsim::power::good_source) > 0 ||
         least_line(world, world.rack().pdus[one.pdu].feed, hwsim::power::good_source) > 0;
}

bool from_battery(const World& world, std::size_t ups) {
  return world.ups(ups).on_battery.has_value() || world.ups(ups).mode == hwsim::power::UpsMode::test;
}

}  // namespace

History::History(const Rack& rack) {
  for (std::size_t f = 0; f < rack.feeds.size(); ++f) follow_feed(rack, f);
  for (std::size_t p = 0; p < rack.pdus.size(); ++p) follow_pdu(rack, p);
  for (std::size_t l = 0; l < rack.loads.size(); ++l) follow_load(rack, l);
  for (std::size_t u = 0; u < rack.upses.size(); ++u) {
    follow("ups_on_battery", "ups/" + rack.upses[u].name, [u](const World& w) { return from_battery(w, u); });
    follow(no_source, "ups/" + rack.upses[u].name, [u](const World& w) { return w.ups(u).on_battery.has_value() && !w.ups(u).input_live; });
    follow("past_interruption", "ups/" + rack.upses[u].name, [u](const World& w) { return !w.ups(u).input_live; });
  }
  for (std::size_t a = 0; a < rack.atses.size(); ++a)
    follow("path_redundancy_lost", "ats/" + rack.atses[a].name, [a](const World& w) { return source_bad(w, a); });
}

void History::follow_feed(const Rack& rack, std::size_t f) {
  const std::string name = "feed/" + rack.feeds[f].name;
  follow("feed_lost", name, [f](const World& w) { return feed_lost(w, f); });
  follow("phase_lost", name, [f](const World& w) { return line_lost(w, f); });
  follow("neutral_lost", name, [f](const World& w) { return line_lost(w, f); });
  follow("dc_plant_on_battery", name, [f](const World& w) {
    for (std::size_t u = 0; u < w.rack().upses.size(); ++u)
      for (const std::size_t feed : w.rack().upses[u].feeds)
        if (feed == f && from_battery(w, u)) return true;
    return false;
  });
}

void History::follow_pdu(const Rack& rack, std::size_t p) {
  const auto& pdu = rack.pdus[p];
  const auto dark = [p](const World& w) { return pdu_dark(w, p); };
  for (const char* word : {"pdu_dark", "fuse_blown"}) follow(word, pdu.name, dark);
  const auto broken = [p](const World& w) { return line_lost(w, source_of(w, p)) || phase_dead(w, p); };
  follow("past_interruption", pdu.name, [=](const World& w) { return dark(w) || broken(w); });
  follow("neutral_lost", pdu.name, broken);
  for (std::size_t line = 1; line <= hwsim::power::phases(rack.system); ++line)
    follow("phase_lost", pdu.name + "/phase/" + std::to_string(line), [p, line](const World& w) { return line_gone(w, p, line); });
  for (const auto& bank : hwsim::power::banks_of(pdu))
    for (const char* word : {"bank_tripped", "residual_current_trip"})
      follow(word, pdu.name + "/bank/" + bank.name, [p, bank](const World& w) {
        return w.live(Element::bank(w.rack().pdus[p].name, bank.name)) == false || pdu_dark(w, p) || lacks_line(w, p, bank);
      });
}

void History::follow_load(const Rack& rack, std::size_t l) {
  const auto& load = rack.loads[l];
  for (const char* word : {no_input, "rack_on_battery"}) follow(word, load.name, [l](const World& w) { return !some_input(w, l); });
  follow("load_down", load.name, [l](const World& w) { return unpowered(w, l); });
  follow("path_redundancy_lost", load.name, [l](const World& w) { return one_path_left(w, l); });
  follow("load_off", load.name, [l](const World& w) { return off_by_itself(w, l); });
  for (std::size_t s = 0; s < load.supplies.size(); ++s) follow_supply(rack, l, s);
}

void History::follow_supply(const Rack& rack, std::size_t l, std::size_t s) {
  const auto& supply = rack.loads[l].supplies[s];
  const std::string name = rack.loads[l].name + "/" + supply.name;
  const auto no_input = [l, s](const World& w) { return !w.supply(l, s).input_live; };
  const auto no_output = [l, s](const World& w) { return !w.supply(l, s).output_live; };
  follow("supply_input_lost", name, no_input);
  follow("past_interruption", name, no_input);
  follow("supply_output_failed", name, no_output);
  for (const char* word : {"supply_lost", "supply_removed"})
    follow(word, name, [=](const World& w) { return no_input(w) || no_output(w); });
  follow("supply_standby", name, [=](const World& w) { return !no_input(w) && !no_output(w); });
  follow(rests, name, [l, s](const World& w) { return w.supply(l, s).output_live && w.supply(l, s).output_watts == 0; });
  follow("supply_off_commanded", name, [pdu = supply.pdu, outlet = supply.outlet](const World& w) { return !w.outlet_on(pdu, outlet); });
}

void History::note(const World& world) {
  for (auto& [key, line] : lines_) {
    const bool is = line.truth(world);
    if (line.spans.empty() || line.spans.back().is != is) line.spans.push_back({world.now(), is});
  }
}

bool History::knows(const std::string& verdict, const std::string& element) const { return lines_.contains({verdict, element}); }

bool History::ever(const std::string& verdict, const std::string& element, Instant from, Instant to) const {
  return any(verdict, element, true, from, to);
}

bool History::throughout(const std::string& verdict, const std::string& element, Instant from, Instant to) const {
  return knows(verdict, element) && !any(verdict, element, false, from, to);
}

bool History::any(const std::string& verdict, const std::string& element, bool is, Instant from, Instant to) const {
  const auto at = lines_.find({verdict, element});
  if (at == lines_.end()) return false;
  const auto& spans = at->second.spans;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const Instant until = i + 1 < spans.size() ? spans[i + 1].from : Instant::max();
    if (spans[i].is == is && spans[i].from <= to && until >= from) return true;
  }
  return false;
}

}  // namespace world
