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

class Switching {
 public:
  Switching(const Rack& rack, Circuit& circuit, Instant now) : rack_{rack}, circuit_{circuit}, now_{now} {}

  Result<void> operator()(const Fail& fail) const {
    const auto place = locate(rack_, fail.element);
    if (!place) return unknown(rack_, fail.element);
    if (fail.phase && place->kind != Place::Kind::feed) return refuse("phase= goes with a feed, not with " + fail.element.text());
    const Outage outage{.on = true, .ends = fail.lasts ? std::optional{now_ + *fail.lasts} : std::nullopt};
    switch (place->kind) {
      case Place::Kind::feed:
        return fail_feed(circuit_.feeds[place->index], fail, outage);
      case Place::Kind::pdu:
        circuit_.pdus[place->index].breaker = outage;
        return {};
      case Place::Kind::outlet:
        circuit_.pdus[place->index].outlets[place->part].fuse = outage;
        return {};
      case Place::Kind::supply:
        circuit_.loads[place->index].supplies[place->part].output = outage;
        return {};
      case Place::Kind::load:
        break;
    }
    return refuse("a load does not fail here; fail its supplies, as in " + fail.element.text() + "/" +
                  rack_.loads[place->index].supplies.front().name);
  }

  Result<void> operator()(const Restore& restore) const {
    const auto place = locate(rack_, restore.element);
    if (!place) return unknown(rack_, restore.element);
    switch (place->kind) {
      case Place::Kind::feed:
        circuit_.feeds[place->index] = {.set_volts = rack_.feeds[place->index].nominal_volts};
        break;
      case Place::Kind::pdu:
        circuit_.pdus[place->index].breaker = {};
        break;
      case Place::Kind::outlet: {
        OutletState& outlet = circuit_.pdus[place->index].outlets[place->part];
        outlet.fuse = {}, outlet.on = true;
        break;
      }
      case Place::Kind::load:
        circuit_.loads[place->index].watts = rack_.loads[place->index].watts;
        break;
      case Place::Kind::supply: {
        SupplyState& supply = circuit_.loads[place->index].supplies[place->part];
        supply.output = {}, supply.fan.ratio = 1;
        break;
      }
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
      Key key;
      Place::Kind kind;
      double most;
      const char* text;
    };
    static constexpr std::array rules{Rule{Key::volts, Place::Kind::feed, 1000, "volts goes with a feed, 0 to 1000"},
                                      Rule{Key::watts, Place::Kind::load, 1e6, "watts goes with a load, 0 to 1000000"},
                                      Rule{Key::fan, Place::Kind::supply, 2, "fan goes with a supply, 0 to 2 of nominal"},
                                      Rule{Key::state, Place::Kind::outlet, 1, "state goes with an outlet, on or off"}};
    const Rule& rule = rules[static_cast<std::size_t>(setting.key)];
    if (rule.kind == place.kind && setting.value >= 0 && setting.value <= rule.most) return {};
    return refuse(std::string{rule.text} + ": not with " + element.text() + "=" + ground::number_text(setting.value));
  }

  void put(const Place& place, const Setting& setting) const {
    switch (setting.key) {
      case Key::volts:
        circuit_.feeds[place.index].set_volts = setting.value;
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
    }
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
  if (const auto pdu = index_of(rack.pdus, element.first())) {
    if (rest.empty()) return Place{Place::Kind::pdu, *pdu};
    if (!rest.starts_with("outlet/")) return std::nullopt;
    const auto n = ground::parse_integer(rest.substr(std::string_view{"outlet/"}.size()));
    if (!n || *n < 1 || std::size_t(*n) > rack.pdus[*pdu].outlets) return std::nullopt;
    return Place{Place::Kind::outlet, *pdu, std::size_t(*n) - 1};
  }
  const auto load = index_of(rack.loads, element.first());
  if (!load) return std::nullopt;
  if (rest.empty()) return Place{Place::Kind::load, *load};
  const auto supply = index_of(rack.loads[*load].supplies, rest);
  return supply ? std::optional{Place{Place::Kind::supply, *load, *supply}} : std::nullopt;
}

Result<void> perform(const Command& command, const Rack& rack, Circuit& circuit, Instant now) {
  return std::visit(Switching{rack, circuit, now}, command);
}

}  // namespace hwsim::power
