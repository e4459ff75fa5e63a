#include "hw-sim/scenario/chain_keys.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "ground/element.hpp"
#include "ground/number.hpp"
#include "hw-sim/scenario/words.hpp"

namespace hwsim::scenario {
namespace {

using namespace std::chrono_literals;
using ground::yaml::Mapping;
using ground::yaml::Node;

std::optional<power::Tap> read_tap(Mapping& map, power::System system) {
  const auto text = map.text("phase");
  if (!text) return std::nullopt;
  const auto tap = power::parse_tap(system, *text);
  if (!tap) {
    const auto name = std::string{power::system_names[static_cast<std::size_t>(system)]};
    map.problem("phase", in_quotes(*text) + " is no phase of system " + name,
                system == power::System::delta ? "write 12, 23 or 31" : "write 1, 2 or 3, or 12, 23 or 31 between lines");
  }
  return tap;
}

bool add_outlets(std::string_view text, std::vector<std::size_t>& out) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  const auto dash = text.find('-');
  const auto first = ground::parse_integer(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : ground::parse_integer(text.substr(dash + 1));
  if (!first || !last || *first < 1 || *last < *first || *last > std::int64_t(most_outlets)) return false;
  for (auto n = *first; n <= *last; ++n) out.push_back(static_cast<std::size_t>(n));
  return true;
}

void read_bank(Mapping& map, const std::string& name, power::System system, power::Pdu& pdu) {
  power::Bank bank{.name = name, .outlets = read_outlets(map, "outlets"), .tap = read_tap(map, system)};
  for (const std::size_t outlet : bank.outlets) {
    pdu.outlets = std::max(pdu.outlets, outlet);
    for (const power::Bank& other : pdu.banks)
      if (std::find(other.outlets.begin(), other.outlets.end(), outlet) != other.outlets.end())
        map.problem("outlets", "outlet " + std::to_string(outlet) + " is in bank " + other.name + ", too", "one bank an outlet");
  }
  pdu.banks.push_back(std::move(bank));
}

/// The entries of a map of numbers, `read` being called with each key's number.
template <class Read>
void each_number(Mapping& map, std::string_view key, const Node& node, Read read) {
  Mapping points{node, map.path(key), map.report()};
  for (const auto& entry : node.entries) {
    const auto number = ground::parse_number(entry.key);
    if (!number || *number <= 0) points.problem(entry.key, "no number above 0", "write volts or watts without a unit");
    if (number && *number > 0) read(points, entry.key, *number);
  }
}

void check_watts(const Mapping& map, std::string_view key, std::optional<double> watts, double& out) {
  if (!watts) return;
  if (*watts <= 0 || *watts > 1e6) return map.problem(key, "not between 0 and 1000000", "write what its label says");
  out = *watts;
}

void check_holdup(const Mapping& map, std::string_view key, std::optional<ground::Duration> length, ground::Duration& out) {
  if (!length) return;
  if (*length > 10s) return map.problem(key, "longer than 10s", "write what its data sheet says, as in 20ms");
  out = *length;
}

/// By line volts: the highest that the line reaches, or the lowest there is.
void read_rated(Mapping& map, double nominal_volts, power::Supply& supply) {
  constexpr double reach = 1.1;
  const Node* node = map.find("rated_watts");
  if (node == nullptr) return;
  if (!node->is_map()) return check_watts(map, "rated_watts", map.number("rated_watts"), supply.rated_watts);
  double best = 0;
  each_number(map, "rated_watts", *node, [&](Mapping& points, const std::string& key, double volts) {
    double watts = 0;
    check_watts(points, key, points.number(key), watts);
    const bool reached = volts <= reach * nominal_volts;
    const bool better =
        best == 0 || (reached ? volts > best || best > reach * nominal_volts : volts < best && best > reach * nominal_volts);
    if (watts > 0 && better) best = volts, supply.rated_watts = watts;
  });
}

/// By the watts that it gives: the sheet's highest point says what is stored.
void read_holdup(Mapping& map, power::Supply& supply) {
  const Node* node = map.find("holdup");
  if (node == nullptr) return;
  if (!node->is_map()) return check_holdup(map, "holdup", map.duration("holdup"), supply.holdup);
  each_number(map, "holdup", *node, [&](Mapping& points, const std::string& key, double watts) {
    if (watts <= supply.holdup_watts) return;
    supply.holdup_watts = watts;
    check_holdup(points, key, points.duration(key), supply.holdup);
  });
}

void read_volts(Mapping& map, std::string_view key, std::optional<double>& out) {
  const auto volts = map.number(key);
  if (!volts) return;
  if (*volts <= 0 || *volts > 1000) return map.problem(key, "not between 0 and 1000", "write the volts of its label");
  out = *volts;
}

void read_battery(Mapping& map, const std::string& name, power::Load& load) {
  power::Battery battery{.name = name};
  check_watts(map, "rated_watts", map.number("rated_watts"), battery.rated_watts);
  if (const auto runtime = map.duration("runtime")) battery.runtime = std::max(*runtime, ground::Duration{1s});
  if (const auto status = map.text("status")) battery.status = power::Card{.device = *status, .refresh = 1s, .boot = 1s};
  load.batteries.push_back(std::move(battery));
}

template <class Read>
void each_named(Mapping& map, std::string_view key, Read read) {
  const Node* node = map.find(key);
  if (node == nullptr) return;
  const Mapping shape{*node, map.path(key), map.report()};
  for (const auto& entry : node->entries) {
    if (!ground::is_element_part(entry.key))
      shape.problem(entry.key, in_quotes(entry.key) + " cannot name an element", "use letters, digits, '-', '_', '.', at most 63");
    Mapping one{entry.value, shape.path(entry.key), map.report()};
    read(one, entry.key);
  }
}

}  // namespace

std::vector<std::size_t> read_outlets(Mapping& map, std::string_view key) {
  std::vector<std::size_t> out;
  for (const std::string& text : map.texts(key))
    for (std::string_view left = text; !left.empty();) {
      const auto comma = std::min(left.find(','), left.size());
      if (!add_outlets(left.substr(0, comma), out))
        map.problem(key, in_quotes(left.substr(0, comma)) + " is no outlet", "write 1-8, or 1,3,5, or a list of them");
      left.remove_prefix(std::min(comma + 1, left.size()));
    }
  return out;
}

void read_pdu_chain(Mapping& map, power::System system, power::Pdu& pdu) {
  if (const auto tap = read_tap(map, system)) pdu.tap = tap;
  const auto inside = pdu.tap ? power::System::single_phase : system;
  each_named(map, "banks", [&](Mapping& bank, const std::string& name) { read_bank(bank, name, inside, pdu); });
}

void read_supply_chain(Mapping& map, double nominal_volts, power::Supply& supply) {
  read_rated(map, nominal_volts, supply);
  read_holdup(map, supply);
  read_volts(map, "input_min_volts", supply.input_min_volts);
  read_volts(map, "input_max_volts", supply.input_max_volts);
}

void read_load_chain(Mapping& map, power::Load& load) {
  static constexpr std::array<std::string_view, 2> coolings{"separate", "with_supply"};
  const auto cooling = map.word("cooling", coolings);
  const auto after = map.duration("shutdown_after");
  if (after && cooling == 1) load.shutdown_after = after;
  each_named(map, "batteries", [&](Mapping& battery, const std::string& name) { read_battery(battery, name, load); });
}

}  // namespace hwsim::scenario
