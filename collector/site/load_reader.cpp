#include "collector/site/load_reader.hpp"

#include <algorithm>

#include "collector/site/chain_reader.hpp"
#include "collector/site/keys.hpp"
#include "ground/number.hpp"

namespace holdup::site {
namespace {

constexpr double most_volts = 1000;

class LoadReader {
 public:
  explicit LoadReader(Site& site) : site_{site} {}

  void read_load(Mapping& map, const std::string& name) {
    Load load{.name = name, .line = map.line({}), .needs_watts = positive(map, "needs_watts")};
    if (const auto word = map.word("sharing", sharing_names)) load.sharing = static_cast<Sharing>(*word);
    if (const auto word = map.word("cooling", cooling_names)) load.cooling = static_cast<Cooling>(*word);
    load.shutdown_after = period(map, "shutdown_after");
    if (const auto status = map.text("status")) load.status = lookup(map, "status", *status, site_.devices, "device");
    if (load.shutdown_after && load.cooling == Cooling::separate)
      map.problem("shutdown_after", "of a load whose fans stay", "write cooling: with_supply beside it, or take it out");
    const auto index = static_cast<Index>(site_.loads.size());
    site_.loads.push_back(std::move(load));
    each(map, "supplies", [&](Mapping& m, const std::string& supply) { read_supply(m, supply, index); });
    each(map, "batteries", [&](Mapping& m, const std::string& battery) { read_battery(m, battery, index); });
    if (site_.loads[index].supplies.empty()) map.problem({}, "no supplies", "add supplies: {psu1: {cord: PDU/outlet/N}}");
  }

  [[nodiscard]] std::vector<Unseen> unseen() && { return std::move(unseen_); }

 private:
  void read_supply(Mapping& map, const std::string& name, Index load) {
    Supply supply{.name = name, .line = map.line({}), .load = load};
    if (const auto cord = map.text("cord")) plug(map, *cord, supply);
    if (const auto status = map.text("status")) supply.status = lookup(map, "status", *status, site_.devices, "device");
    read_rated(map, supply);
    read_holdup(map, supply);
    read_input(map, supply);
    if (map.node().is_map() && !map.has("cord") && !map.has("status"))
      unseen_.push_back({static_cast<Index>(site_.supplies.size()), map.line({}), map.path({})});
    site_.loads[load].supplies.push_back(static_cast<Index>(site_.supplies.size()));
    site_.supplies.push_back(std::move(supply));
  }

  void plug(Mapping& map, const std::string& text, Supply& supply) const {
    const auto cord = read_cord(map, "cord", text, site_);
    if (!cord) return;
    for (const Supply& other : site_.supplies)
      if (other.pdu == cord->pdu && other.outlet == cord->outlet)
        map.problem("cord", text + " is taken by " + site_.loads[other.load].name + "/" + other.name, "one supply an outlet");
    supply.pdu = cord->pdu;
    supply.outlet = cord->outlet;
  }

  /// `rated_watts: 3000`, or by line volts: `{115: 1500, 230: 3000}`
  static void read_rated(Mapping& map, Supply& supply) {
    const Node* node = map.find("rated_watts");
    if (node == nullptr) return;
    if (!node->is_map()) {
      if (const auto watts = positive(map, "rated_watts")) supply.rated_watts = {{.watts = *watts}};
      return;
    }
    Mapping points{*node, map.path("rated_watts"), map.report()};
    for (const auto& entry : node->entries) {
      const auto volts = key_number(points, entry.key, "volts of the line, as in {115: 1500, 230: 3000}");
      if (const auto watts = positive(points, entry.key); volts && watts) supply.rated_watts.push_back({*volts, *watts});
    }
    std::ranges::sort(supply.rated_watts, {}, &RatedWatts::volts);
  }

  /// `holdup: 20ms`, or by the watts that it gives: `{1500: 18ms, 3000: 12ms}`
  static void read_holdup(Mapping& map, Supply& supply) {
    const Node* node = map.find("holdup");
    if (node == nullptr) return;
    if (!node->is_map()) {
      if (const auto length = period(map, "holdup")) supply.holdup = {{.length = *length}};
      return;
    }
    Mapping points{*node, map.path("holdup"), map.report()};
    for (const auto& entry : node->entries) {
      const auto watts = key_number(points, entry.key, "watts it gives, as in {1500: 18ms, 3000: 12ms}");
      if (const auto length = period(points, entry.key); watts && length) supply.holdup.push_back({*watts, *length});
    }
    std::ranges::sort(supply.holdup, {}, &HoldUp::watts);
  }

  static void read_input(Mapping& map, Supply& supply) {
    supply.input_min_volts = positive(map, "input_min_volts");
    supply.input_max_volts = positive(map, "input_max_volts");
    for (std::string_view key : {"input_min_volts", "input_max_volts"})
      if (map.has(key) && (key == "input_min_volts" ? supply.input_min_volts : supply.input_max_volts) > most_volts)
        map.problem(key, "above 1000", "write the volts of its label");
    if (supply.input_min_volts && supply.input_max_volts && *supply.input_min_volts >= *supply.input_max_volts)
      map.problem("input_min_volts", "not below input_max_volts", "write the range of its label, as in 90 and 264");
  }

  static std::optional<double> key_number(const Mapping& map, const std::string& key, const std::string& what) {
    const auto number = ground::parse_number(key);
    if (number && *number > 0) return number;
    map.problem(key, "no number above 0", "write the " + what);
    return std::nullopt;
  }

  void read_battery(Mapping& map, const std::string& name, Index load) {
    Battery battery{.name = name, .load = load};
    if (const auto status = map.text("status")) battery.status = lookup(map, "status", *status, site_.devices, "device");
    for (const Index supply : site_.loads[load].supplies)
      if (site_.supplies[supply].name == name) map.problem({}, "a supply of this load has that name", "give each its own");
    site_.loads[load].batteries.push_back(static_cast<Index>(site_.batteries.size()));
    site_.batteries.push_back(std::move(battery));
  }

  Site& site_;
  std::vector<Unseen> unseen_;
};

}  // namespace

std::vector<Unseen> read_loads(Mapping& top, Site& site) {
  LoadReader reader{site};
  each(top, "loads", [&](Mapping& map, const std::string& name) { reader.read_load(map, name); });
  return std::move(reader).unseen();
}

}  // namespace holdup::site
