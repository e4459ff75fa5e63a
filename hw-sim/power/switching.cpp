#include "hw-sim/power/switching.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "ground/nearest.hpp"
#include "ground/number.hpp"

namespace hwsim::power {
namespace {

using ground::Result;

ground::Failure refuse(std::string what) { return {.kind = ground::FailureKind::unsupported, .what = std::move(what)}; }

template <class List>
std::optional<std::size_t> index_of(const List& list, std::string_view name) {
  const auto at = std::find_if(list.begin(), list.end(), [&](const auto& item) { return item.name == name; });
  return at == list.end() ? std::nullopt : std::optional{static_cast<std::size_t>(at - list.begin())};
}

ground::Failure unknown(const Rack& rack, const ground::Element& element) {
  const auto all = elements(rack);
  std::vector<std::string_view> names;
  for (const auto& e : all) names.push_back(e.text());
  const auto guess = ground::nearest(element.text(), names);
  return refuse("the rack has no " + element.text() + (guess.empty() ? "" : ", did you mean " + guess + "?"));
}

/// "outlet/3" behind "outlet/", counted from 0.
std::optional<std::size_t> numbered(std::string_view text, std::string_view prefix, std::size_t count) {
  if (!text.starts_with(prefix)) return std::nullopt;
  const auto n = ground::parse_integer(text.substr(prefix.size()));
  return n && *n >= 1 && std::size_t(*n) <= count ? std::optional{std::size_t(*n) - 1} : std::nullopt;
}

std::optional<Place> locate_ups(const Rack& rack, std::string_view rest) {
  const auto slash = rest.find('/');
  const auto ups = index_of(rack.upses, rest.substr(0, slash));
  if (!ups) return std::nullopt;
  if (slash == std::string_view::npos) return Place{Place::Kind::ups, *ups};
  return rest.substr(slash) == "/input" ? std::optional{Place{Place::Kind::ups_input, *ups}} : std::nullopt;
}

std::optional<Place> locate_inside(const Cabinet& cabinet, std::size_t load, std::string_view part) {
  if (part == "cache") return Place{Place::Kind::cache, load};
  if (part == "bbu1") return Place{Place::Kind::battery, load};
  if (const auto n = numbered(part, "controller/", Cabinet::controllers)) return Place{Place::Kind::controller, load, *n};
  if (const auto n = numbered(part, "disk/", cabinet.disks)) return Place{Place::Kind::disk, load, *n};
  return std::nullopt;
}

class Switching {
 public:
  Switching(const Rack& rack, Circuit& circuit, Instant now) : rack_{rack}, circuit_{circuit}, now_{now} {}

  Result<void> operator()(const Fail& fail) const {
    const auto place = locate(rack_, fail.element);
    if (!place) return unknown(rack_, fail.element);
    if (fail.phase && place->kind != Place::Kind::feed) return refuse("phase= goes with a feed, not with " + fail.element.text());
    const Outage outage{.on = true, .ends = fail.lasts ? std::optional{now_ + *fail.lasts} : std::nullopt};
    if (place->kind == Place::Kind::feed) return fail_feed(circuit_.feeds[place->index], fail, outage);
    if (Outage* part = outage_at(*place)) return *part = outage, Result<void>{};
    return refuse("a load does not fail here; fail its supplies, as in " + fail.element.text() + "/" +
                  rack_.loads[place->index].supplies.front().name);
  }

  Result<void> operator()(const Restore& restore) const {
    const auto place = locate(rack_, restore.element);
    if (!place) return unknown(rack_, restore.element);
    if (Outage* part = outage_at(*place)) *part = {};
    switch (place->kind) {
      case Place::Kind::feed:
        circuit_.feeds[place->index] = {.set_volts = rack_.feeds[place->index].nominal_volts};
        break;
      case Place::Kind::outlet:
        circuit_.pdus[place->index].outlets[place->part].on = true;
        break;
      case Place::Kind::load:
        circuit_.loads[place->index].watts = rack_.loads[place->index].watts;
        break;
      case Place::Kind::supply:
        circuit_.loads[place->index].supplies[place->part].fan.ratio = 1;
        break;
      case Place::Kind::ups_input:
        circuit_.upses[place->index].set_volts = input_volts(place->index);
        break;
      case Place::Kind::ups:
        circuit_.upses[place->index].input = {};
        circuit_.upses[place->index].set_volts = input_volts(place->index);
        circuit_.upses[place->index].stored_joules = full_battery(rack_.upses[place->index]);
        break;
      case Place::Kind::battery:
        circuit_.cabinets[place->index].charge = 1;
        break;
      default:
        break;
    }
    return {};
  }

  Result<void> operator()(const Set& set) const {
    const auto place = locate(rack_, set.element);
    if (!place) return unknown(rack_, set.element);
    for (const Setting& setting : set.settings)
      if (const auto checked = check(set.element, *place, setting); !checked) return checked;
    for (const Setting& setting : set.settings) put(*place, setting);
    return {};
  }

 private:
  Result<void> fail_feed(FeedState& feed, const Fail& fail, const Outage& outage) const {
    const std::size_t count = phases(rack_.system);
    if (!fail.phase || count == 1) {
      if (fail.phase.value_or(1) != 1)
        return refuse("a " + std::string{system_names[std::size_t(rack_.system)]} + " feed has phase 1 only");
      feed.phases.fill(outage);
      return {};
    }
    if (*fail.phase < 1 || std::size_t(*fail.phase) > count) return refuse("phases count from 1 to " + std::to_string(count));
    feed.phases[std::size_t(*fail.phase) - 1] = outage;
    return {};
  }

  static Result<void> check(const ground::Element& element, const Place& place, const Setting& setting) {
    struct Rule {
      std::array<Place::Kind, 2> kinds;
      double most;
      const char* text;
    };
    using Kind = Place::Kind;
    static constexpr std::array rules{
        Rule{{Kind::feed, Kind::ups}, 1000, "volts goes with a feed or a UPS, 0 to 1000"},
        Rule{{Kind::load, Kind::load}, 1e6, "watts goes with a load, 0 to 1000000"},
        Rule{{Kind::supply, Kind::supply}, 2, "fan goes with a supply, 0 to 2 of nominal"},
        Rule{{Kind::outlet, Kind::outlet}, 1, "state goes with an outlet, on or off"},
        Rule{{Kind::ups, Kind::battery}, 1, "charge goes with a UPS or a cache's battery, 0 to 1"},
    };
    const Rule& rule = rules[static_cast<std::size_t>(setting.key)];
    const bool fits = std::find(rule.kinds.begin(), rule.kinds.end(), place.kind) != rule.kinds.end();
    if (fits && setting.value >= 0 && setting.value <= rule.most) return {};
    return refuse(std::string{rule.text} + ": not with " + element.text() + "=" + ground::number_text(setting.value));
  }

  void put(const Place& place, const Setting& setting) const {
    switch (setting.key) {
      case Key::volts:
        (place.kind == Place::Kind::ups ? circuit_.upses[place.index].set_volts : circuit_.feeds[place.index].set_volts) = setting.value;
        break;
      case Key::watts:
        circuit_.loads[place.index].watts = setting.value;
        break;
      case Key::fan:
        circuit_.loads[place.index].supplies[place.part].fan.ratio = setting.value;
        break;
      case Key::state:
        circuit_.pdus[place.index].outlets[place.part].on = setting.value != 0;
        break;
      case Key::charge:
        put_charge(place, setting.value);
        break;
    }
  }

  void put_charge(const Place& place, double ratio) const {
    if (place.kind == Place::Kind::ups) {
      circuit_.upses[place.index].stored_joules = ratio * full_battery(rack_.upses[place.index]);
    } else {
      circuit_.cabinets[place.index].charge = ratio;
      circuit_.cabinets[place.index].charged = now_;
    }
  }

  [[nodiscard]] double input_volts(std::size_t ups) const { return rack_.feeds[rack_.upses[ups].feeds.front()].nominal_volts; }

  /// What fails there as a whole; nothing for a feed, which has phases, and for a load, which has supplies.
  [[nodiscard]] Outage* outage_at(const Place& place) const {
    switch (place.kind) {
      case Place::Kind::pdu:
        return &circuit_.pdus[place.index].breaker;
      case Place::Kind::outlet:
        return &circuit_.pdus[place.index].outlets[place.part].fuse;
      case Place::Kind::supply:
        return &circuit_.loads[place.index].supplies[place.part].output;
      case Place::Kind::ups:
        return &circuit_.upses[place.index].output;
      case Place::Kind::ups_input:
        return &circuit_.upses[place.index].input;
      case Place::Kind::ats:
        return &circuit_.atses[place.index].output;
      case Place::Kind::controller:
        return &circuit_.cabinets[place.index].controllers[place.part];
      case Place::Kind::disk:
        return &circuit_.cabinets[place.index].disks[place.part];
      case Place::Kind::cache:
        return &circuit_.cabinets[place.index].cache;
      case Place::Kind::battery:
        return &circuit_.cabinets[place.index].battery;
      case Place::Kind::feed:
      case Place::Kind::load:
        break;
    }
    return nullptr;
  }

  const Rack& rack_;
  Circuit& circuit_;
  Instant now_;
};

}  // namespace

std::optional<Place> locate(const Rack& rack, const ground::Element& element) {
  const std::string_view rest = element.rest();
  if (element.is("feed")) {
    const auto feed = index_of(rack.feeds, rest);
    return feed ? std::optional{Place{Place::Kind::feed, *feed}} : std::nullopt;
  }
  if (element.is("ups")) return locate_ups(rack, rest);
  if (element.is("ats")) {
    const auto ats = index_of(rack.atses, rest);
    return ats ? std::optional{Place{Place::Kind::ats, *ats}} : std::nullopt;
  }
  if (const auto pdu = index_of(rack.pdus, element.first())) {
    if (rest.empty()) return Place{Place::Kind::pdu, *pdu};
    const auto outlet = numbered(rest, "outlet/", rack.pdus[*pdu].outlets);
    return outlet ? std::optional{Place{Place::Kind::outlet, *pdu, *outlet}} : std::nullopt;
  }
  const auto load = index_of(rack.loads, element.first());
  if (!load) return std::nullopt;
  if (rest.empty()) return Place{Place::Kind::load, *load};
  if (const auto supply = index_of(rack.loads[*load].supplies, rest)) return Place{Place::Kind::supply, *load, *supply};
  return rack.loads[*load].cabinet ? locate_inside(*rack.loads[*load].cabinet, *load, rest) : std::nullopt;
}

Result<void> perform(const Command& command, const Rack& rack, Circuit& circuit, Instant now) {
  return std::visit(Switching{rack, circuit, now}, command);
}

}  // namespace hwsim::power
