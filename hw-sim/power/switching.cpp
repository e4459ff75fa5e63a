#include "hw-sim/power/switching.hpp"

#include <algorithm>
#include <array>
#include <cmath>
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

std::optional<Place> locate_on_pdu(const Rack& rack, std::size_t index, std::string_view rest) {
  const Pdu& pdu = rack.pdus[index];
  if (rest.empty()) return Place{Place::Kind::pdu, index};
  if (const auto n = numbered(rest, "outlet/", pdu.outlets)) return Place{Place::Kind::outlet, index, *n};
  if (const auto n = numbered(rest, "phase/", phases(system_of(rack, pdu)))) return Place{Place::Kind::phase, index, *n};
  if (!rest.starts_with("bank/")) return std::nullopt;
  const auto bank = index_of(banks_of(pdu), rest.substr(5));
  return bank ? std::optional{Place{Place::Kind::bank, index, *bank}} : std::nullopt;
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
    if (fail.removed && place->kind != Place::Kind::supply)
      return refuse("kind=removed goes with a supply, not with " + fail.element.text());
    const Outage outage{.on = true, .ends = fail.lasts ? std::optional{now_ + *fail.lasts} : std::nullopt};
    if (place->kind == Place::Kind::feed) return fail_feed(place->index, fail, outage);
    if (place->kind == Place::Kind::phase) keep_draw_of_pdu(place->index);
    (fail.removed ? circuit_.loads[place->index].supplies[place->part].removal : *outage_at(*place)) = outage;
    return {};
  }

  Result<void> operator()(const Restore& restore) const {
    const auto place = locate(rack_, restore.element);
    if (!place) return unknown(rack_, restore.element);
    if (Outage* part = outage_at(*place)) *part = {};
    switch (place->kind) {
      case Place::Kind::feed:
        circuit_.feeds[place->index] = {};
        circuit_.feeds[place->index].set_volts.fill(rack_.feeds[place->index].nominal_volts);
        circuit_.feeds[place->index].set_hertz = rack_.feeds[place->index].frequency_hertz;
        break;
      case Place::Kind::pdu:
        circuit_.pdus[place->index].residual_amperes = 0;
        circuit_.pdus[place->index].insulation = {};
        break;
      case Place::Kind::outlet:
        circuit_.pdus[place->index].outlets[place->part].on = true;
        break;
      case Place::Kind::load:
        circuit_.loads[place->index].watts = rack_.loads[place->index].watts;
        circuit_.loads[place->index].celsius = LoadState{}.celsius;
        break;
      case Place::Kind::supply:
        restore_supply(circuit_.loads[place->index].supplies[place->part]);
        break;
      case Place::Kind::unit:
        unit(*place).test = false;
        unit(*place).wear = {};
        unit(*place).capacity = unit(*place).resistance = 1;
        unit(*place).stored_joules = full_battery(rack_.loads[place->index].batteries[place->part]);
        break;
      case Place::Kind::ups_input:
        restore_input(place->index);
        break;
      case Place::Kind::ups:
        circuit_.upses[place->index].input = {};
        circuit_.upses[place->index].mode = UpsMode::normal;
        restore_input(place->index);
        circuit_.upses[place->index].wear = circuit_.upses[place->index].charger = {};
        circuit_.upses[place->index].capacity = circuit_.upses[place->index].resistance = 1;
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
    if (set.phase && (place->kind != Place::Kind::feed || *set.phase < 1 || std::size_t(*set.phase) > phases(rack_.system)))
      return refuse("phase= goes with a feed, and counts from 1 to " + std::to_string(phases(rack_.system)));
    for (const Setting& setting : set.settings)
      if (const auto checked = check(set.element, *place, setting); !checked) return checked;
    for (const Setting& setting : set.settings) put(*place, setting, set.phase);
    return {};
  }

  Result<void> operator()(const Wearing& wearing) const {
    const auto place = locate(rack_, wearing.element);
    if (!place) return unknown(rack_, wearing.element);
    if (wearing.life <= Duration::zero() || wearing.spent < 0 || wearing.spent >= 1)
      return refuse("a life is above 0, and of it 0 to below 1 is spent");
    Wear* part = part_at(*place, wearing.kind);
    if (part == nullptr) return refuse(std::string{wears_text(wearing.kind)} + ", not " + wearing.element.text());
    *part = {.life = wearing.life, .spent = wearing.spent, .since = now_};
    return {};
  }

  Result<void> operator()(const Replace& replace) const {
    const auto place = locate(rack_, replace.element);
    if (!place) return unknown(rack_, replace.element);
    using Kind = Place::Kind;
    if (place->kind != Kind::supply && place->kind != Kind::unit && place->kind != Kind::ups)
      return refuse("replace goes with a supply, a battery unit or the battery of a UPS, not with " + replace.element.text());
    if (place->kind == Kind::supply) circuit_.loads[place->index].supplies[place->part].made = now_;
    if (place->kind != Kind::ups) return (*this)(Restore{.element = replace.element});
    UpsState& ups = circuit_.upses[place->index];
    ups.wear = {}, ups.capacity = ups.resistance = 1, ups.last_test = BatteryTest::none;
    ups.stored_joules = full_battery(rack_.upses[place->index]);
    return {};
  }

 private:
  static void restore_supply(SupplyState& supply) {
    supply.fan.ratio = 1;
    supply.removal = {};
    supply.standby = false;
    const auto seed = supply.wear.seed;
    supply.wear = {}, supply.wear.seed = seed;
  }

  static const char* wears_text(WearKind kind) {
    if (kind == WearKind::battery) return "battery goes with a UPS or a battery unit";
    if (kind == WearKind::charger) return "charger goes with a UPS";
    return kind == WearKind::insulation ? "insulation goes with a PDU"
                                        : "fan, dust, capacitor, efficiency, sharing and contact go with a supply";
  }

  /// What wears so there; nothing where there is no such part.
  [[nodiscard]] Wear* part_at(const Place& place, WearKind kind) const {
    if (kind == WearKind::battery && place.kind == Place::Kind::ups) return &circuit_.upses[place.index].wear;
    if (kind == WearKind::charger && place.kind == Place::Kind::ups) return &circuit_.upses[place.index].charger;
    if (kind == WearKind::battery && place.kind == Place::Kind::unit) return &unit(place).wear;
    if (kind == WearKind::insulation && place.kind == Place::Kind::pdu) return &circuit_.pdus[place.index].insulation;
    if (place.kind != Place::Kind::supply) return nullptr;
    SupplyWear& wear = circuit_.loads[place.index].supplies[place.part].wear;
    switch (kind) {
      case WearKind::fan:
        return &wear.fan;
      case WearKind::capacitor:
        return &wear.capacitor;
      case WearKind::efficiency:
        return &wear.efficiency;
      case WearKind::contact:
        return &wear.contact;
      case WearKind::dust:
        return &wear.dust;
      case WearKind::sharing:
        return &wear.sharing;
      default:
        return nullptr;
    }
  }

  Result<void> fail_feed(std::size_t index, const Fail& fail, const Outage& outage) const {
    FeedState& feed = circuit_.feeds[index];
    const std::size_t count = phases(rack_.system);
    if (fail.phase == neutral && (count == 1 || rack_.system == System::delta))
      return refuse("a " + std::string{system_names[std::size_t(rack_.system)]} + " feed has no neutral to lose");
    if (!feed.breaks().any()) feed.draw = circuit_.draw_of_feed(rack_, index);
    if (fail.phase == neutral) return feed.neutral = outage, Result<void>{};
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

  void keep_draw_of_pdu(std::size_t pdu) const {
    PduState& state = circuit_.pdus[pdu];
    if (std::none_of(state.phases.begin(), state.phases.end(), [](const Outage& phase) { return phase.on; }))
      state.draw = circuit_.draw_of_pdu(pdu);
  }

  Result<void> check(const ground::Element& element, const Place& place, const Setting& setting) const {
    struct Rule {
      std::array<Place::Kind, 3> kinds;
      double most;
      const char* text;
    };
    using Kind = Place::Kind;
    static constexpr std::array rules{
        Rule{{Kind::feed, Kind::ups, Kind::ups_input}, 1000, "volts goes with a feed or a UPS, 0 to 1000"},
        Rule{{Kind::load, Kind::load, Kind::load}, 1e6, "watts goes with a load, 0 to 1000000"},
        Rule{{Kind::supply, Kind::supply, Kind::supply}, 2, "fan goes with a supply, 0 to 2 of nominal"},
        Rule{{Kind::outlet, Kind::supply, Kind::supply}, 2, "state goes with an outlet, on or off, and with a supply, on or standby"},
        Rule{{Kind::ups, Kind::battery, Kind::unit}, 1, "charge goes with a UPS, a battery unit or a cache's battery, 0 to 1"},
        Rule{{Kind::feed, Kind::ups, Kind::ups_input}, 400, "hertz goes with a feed or a UPS, 0 to 400"},
        Rule{{Kind::ups, Kind::unit, Kind::unit}, 3, "mode goes with a UPS (normal, eco, bypass, test) or a battery unit (normal, test)"},
        Rule{{Kind::load, Kind::load, Kind::load}, 100, "celsius goes with a load, 0 to 100"},
        Rule{{Kind::pdu, Kind::pdu, Kind::pdu}, 1e5, "residual_milliamperes goes with a PDU, 0 to 100000"},
    };
    static_assert(rules.size() == key_names.size());
    const Rule& rule = rules[static_cast<std::size_t>(setting.key)];
    bool fits = std::find(rule.kinds.begin(), rule.kinds.end(), place.kind) != rule.kinds.end();
    if (setting.key == Key::state) fits = fits && setting.value != (place.kind == Kind::outlet ? 2 : 0);
    if (setting.key == Key::mode && place.kind == Kind::unit) fits = setting.value == 0 || setting.value == 3;
    const bool negative = setting.key == Key::volts && place.kind == Kind::feed && rack_.feeds[place.index].negative;
    const double value = negative ? std::abs(setting.value) : setting.value;
    if (fits && value >= 0 && value <= rule.most) return {};
    return refuse(std::string{rule.text} + ": not with " + element.text() + "=" + ground::number_text(setting.value));
  }

  void put(const Place& place, const Setting& setting, std::optional<int> phase) const {
    const bool ups = place.kind == Place::Kind::ups || place.kind == Place::Kind::ups_input;
    switch (setting.key) {
      case Key::volts:
        if (ups)
          circuit_.upses[place.index].set_volts = setting.value;
        else if (phase)
          circuit_.feeds[place.index].set_volts[std::size_t(*phase) - 1] = std::abs(setting.value);
        else
          circuit_.feeds[place.index].set_volts.fill(std::abs(setting.value));
        break;
      case Key::watts:
        circuit_.loads[place.index].watts = setting.value;
        break;
      case Key::fan:
        circuit_.loads[place.index].supplies[place.part].fan.ratio = setting.value;
        break;
      case Key::state:
        if (place.kind == Place::Kind::outlet)
          circuit_.pdus[place.index].outlets[place.part].on = setting.value != 0;
        else
          circuit_.loads[place.index].supplies[place.part].standby = setting.value == 2;
        break;
      case Key::charge:
        put_charge(place, setting.value);
        break;
      case Key::hertz:
        (ups ? circuit_.upses[place.index].set_hertz : circuit_.feeds[place.index].set_hertz) = setting.value;
        break;
      case Key::mode:
        if (place.kind == Place::Kind::unit)
          unit(place).test = setting.value != 0;
        else
          circuit_.upses[place.index].mode = static_cast<UpsMode>(setting.value);
        break;
      case Key::celsius:
        circuit_.loads[place.index].celsius = setting.value;
        break;
      case Key::residual_milliamperes:
        circuit_.pdus[place.index].residual_amperes = setting.value / 1000;
        break;
    }
  }

  void put_charge(const Place& place, double ratio) const {
    if (place.kind == Place::Kind::ups) {
      circuit_.upses[place.index].stored_joules = ratio * circuit_.upses[place.index].full(rack_.upses[place.index]);
    } else if (place.kind == Place::Kind::unit) {
      unit(place).stored_joules = ratio * unit(place).full(rack_.loads[place.index].batteries[place.part]);
    } else {
      circuit_.cabinets[place.index].charge = ratio;
      circuit_.cabinets[place.index].charged = now_;
    }
  }

  [[nodiscard]] BatteryState& unit(const Place& place) const { return circuit_.loads[place.index].batteries[place.part]; }

  void restore_input(std::size_t ups) const {
    const Feed& feed = rack_.feeds[rack_.upses[ups].feeds.front()];
    circuit_.upses[ups].set_volts = feed.nominal_volts;
    circuit_.upses[ups].set_hertz = feed.frequency_hertz;
  }

  /// What fails there as a whole; nothing for a feed, which has phases.
  [[nodiscard]] Outage* outage_at(const Place& place) const {
    switch (place.kind) {
      case Place::Kind::pdu:
        return &circuit_.pdus[place.index].breaker;
      case Place::Kind::phase:
        return &circuit_.pdus[place.index].phases[place.part];
      case Place::Kind::bank:
        return &circuit_.pdus[place.index].banks[place.part];
      case Place::Kind::outlet:
        return &circuit_.pdus[place.index].outlets[place.part].fuse;
      case Place::Kind::load:
        return &circuit_.loads[place.index].stopped;
      case Place::Kind::unit:
        return &unit(place).outage;
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
  if (const auto pdu = index_of(rack.pdus, element.first())) return locate_on_pdu(rack, *pdu, rest);
  const auto load = index_of(rack.loads, element.first());
  if (!load) return std::nullopt;
  if (rest.empty()) return Place{Place::Kind::load, *load};
  if (const auto supply = index_of(rack.loads[*load].supplies, rest)) return Place{Place::Kind::supply, *load, *supply};
  if (const auto unit = index_of(rack.loads[*load].batteries, rest)) return Place{Place::Kind::unit, *load, *unit};
  return rack.loads[*load].cabinet ? locate_inside(*rack.loads[*load].cabinet, *load, rest) : std::nullopt;
}

Result<void> perform(const Command& command, const Rack& rack, Circuit& circuit, Instant now) {
  return std::visit(Switching{rack, circuit, now}, command);
}

}  // namespace hwsim::power
