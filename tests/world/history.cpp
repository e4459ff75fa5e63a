#include "world/history.hpp"

namespace world {
namespace {

using hwsim::power::Rack;
using hwsim::power::World;

constexpr double dead_line = 0.5;  // of nominal, as docs/verdicts.md says

bool feed_lost(const World& world, std::size_t feed) { return world.feed_volts(feed) < dead_line * world.rack().feeds[feed].nominal_volts; }

// Whatever its stores still hold: it is said before they are empty.
bool unpowered(const World& world, std::size_t load) {
  for (std::size_t s = 0; s < world.rack().loads[load].supplies.size(); ++s)
    if (world.supply(load, s).input_live && world.supply(load, s).output_live) return false;
  return true;
}

bool no_input(const World& world, std::size_t load) {
  for (std::size_t s = 0; s < world.rack().loads[load].supplies.size(); ++s)
    if (world.supply(load, s).input_live) return false;
  return true;
}

}  // namespace

History::History(const Rack& rack) {
  for (std::size_t f = 0; f < rack.feeds.size(); ++f)
    lines_[{Loss::feed, "feed/" + rack.feeds[f].name}].truth = [f](const World& w) { return feed_lost(w, f); };
  for (std::size_t p = 0; p < rack.pdus.size(); ++p)
    lines_[{Loss::dark, rack.pdus[p].name}].truth = [p](const World& w) { return !w.pdu(p).live || feed_lost(w, w.rack().pdus[p].feed); };
  for (std::size_t l = 0; l < rack.loads.size(); ++l) {
    lines_[{Loss::all_inputs, rack.loads[l].name}].truth = [l](const World& w) { return no_input(w, l); };
    lines_[{Loss::load, rack.loads[l].name}].truth = [l](const World& w) { return unpowered(w, l); };
    for (std::size_t s = 0; s < rack.loads[l].supplies.size(); ++s) {
      const std::string name = rack.loads[l].name + "/" + rack.loads[l].supplies[s].name;
      const std::size_t pdu = rack.loads[l].supplies[s].pdu, outlet = rack.loads[l].supplies[s].outlet;
      lines_[{Loss::input, name}].truth = [l, s](const World& w) { return !w.supply(l, s).input_live; };
      lines_[{Loss::output, name}].truth = [l, s](const World& w) { return !w.supply(l, s).output_live; };
      lines_[{Loss::input_or_output, name}].truth = [l, s](const World& w) {
        return !w.supply(l, s).input_live || !w.supply(l, s).output_live;
      };
      lines_[{Loss::switched_off, name}].truth = [pdu, outlet](const World& w) { return !w.outlet_on(pdu, outlet); };
    }
  }
}

void History::note(const World& world) {
  for (auto& [key, line] : lines_) {
    const bool lost = line.truth(world);
    if (line.spans.empty() || line.spans.back().lost != lost) line.spans.push_back({world.now(), lost});
  }
}

bool History::ever_lost(Loss loss, const std::string& element, Instant from, Instant to) const {
  return any(loss, element, true, from, to);
}

bool History::lost_throughout(Loss loss, const std::string& element, Instant from, Instant to) const {
  return !any(loss, element, false, from, to);
}

bool History::lost(Loss loss, const std::string& element) const {
  const auto at = lines_.find({loss, element});
  return at != lines_.end() && !at->second.spans.empty() && at->second.spans.back().lost;
}

bool History::any(Loss loss, const std::string& element, bool lost, Instant from, Instant to) const {
  const auto at = lines_.find({loss, element});
  if (at == lines_.end()) return false;
  const auto& spans = at->second.spans;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const Instant until = i + 1 < spans.size() ? spans[i + 1].from : Instant::max();
    if (spans[i].lost == lost && spans[i].from <= to && until >= from) return true;
  }
  return false;
}

}  // namespace world
