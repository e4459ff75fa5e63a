#include "hw-sim/power/world.hpp"

#include <algorithm>

#include "ground/expect.hpp"
#include "hw-sim/power/agent.hpp"
#include "hw-sim/power/circuit.hpp"
#include "hw-sim/power/noise.hpp"
#include "hw-sim/power/switching.hpp"

namespace hwsim::power {
namespace {

constexpr std::uint64_t salt_contact = 200;  // of draw(), beside the devices'

void expect_sane(const Rack& rack) {
  for (const Pdu& pdu : rack.pdus) {
    HOLDUP_EXPECT(pdu.feed < rack.feeds.size() && pdu.outlets > 0);
    for (const Bank& bank : pdu.banks)
      for (const std::size_t outlet : bank.outlets) HOLDUP_EXPECT(outlet >= 1 && outlet <= pdu.outlets);
  }
  std::vector<std::pair<std::size_t, std::size_t>> plugged;
  for (const Load& load : rack.loads) {
    HOLDUP_EXPECT(!load.supplies.empty() && load.watts >= 0);
    for (const Battery& battery : load.batteries) HOLDUP_EXPECT(battery.rated_watts > 0 && battery.runtime > Duration::zero());
    for (const Supply& supply : load.supplies) {
      HOLDUP_EXPECT(supply.pdu < rack.pdus.size() && supply.outlet >= 1 && supply.outlet <= rack.pdus[supply.pdu].outlets);
      HOLDUP_EXPECT(supply.rated_watts > 0);
      plugged.emplace_back(supply.pdu, supply.outlet);
    }
  }
  std::sort(plugged.begin(), plugged.end());
  HOLDUP_EXPECT(std::adjacent_find(plugged.begin(), plugged.end()) == plugged.end());  // one plug an outlet
  for (const Ups& ups : rack.upses) {
    HOLDUP_EXPECT(!ups.feeds.empty() && ups.rated_watts > 0 && ups.runtime > Duration::zero());
    for (const std::size_t feed : ups.feeds) HOLDUP_EXPECT(feed < rack.feeds.size());
  }
  for (const Ats& ats : rack.atses) HOLDUP_EXPECT(ats.pdu < rack.pdus.size() && ats.alternate < rack.feeds.size());
  for (const Contact& contact : rack.contacts)
    HOLDUP_EXPECT(contact.load < rack.loads.size() && contact.supply < rack.loads[contact.load].supplies.size());
}

std::vector<Device> list_devices(const Rack& rack) {
  std::vector<Device> out;
  const auto add = [&out](Device::Kind kind, std::size_t index, std::string_view model, const Card& card) {
    if (card.device.empty()) return;
    out.push_back({.name = card.device, .kind = kind, .index = index, .model = model});
    out.back().refresh = card.refresh, out.back().boot = card.boot, out.back().traps = card.traps;
  };
  const auto named = [](const auto& names, auto model) { return names[static_cast<std::size_t>(model)]; };
  for (std::size_t p = 0; p < rack.pdus.size(); ++p) {
    const Pdu& pdu = rack.pdus[p];
    const Card card{.device = pdu.name, .refresh = pdu.refresh, .boot = pdu.boot, .traps = pdu.traps};
    add(Device::Kind::pdu, p, named(pdu_model_names, pdu.model), card);
  }
  for (std::size_t l = 0; l < rack.loads.size(); ++l)
    for (std::size_t s = 0; s < rack.loads[l].supplies.size(); ++s)
      if (const auto& unit = rack.loads[l].supplies[s].status) {
        add(Device::Kind::status_unit, l, named(status_model_names, unit->model), {unit->device, unit->refresh, unit->boot});
        out.back().supply = s;
      }
  for (std::size_t u = 0; u < rack.upses.size(); ++u)
    add(Device::Kind::ups, u, named(ups_model_names, rack.upses[u].model), rack.upses[u].card);
  for (std::size_t a = 0; a < rack.atses.size(); ++a)
    add(Device::Kind::ats, a, named(ats_model_names, rack.atses[a].model), rack.atses[a].card);
  for (std::size_t l = 0; l < rack.loads.size(); ++l)
    for (std::size_t b = 0; b < rack.loads[l].batteries.size(); ++b)
      if (const auto& battery = rack.loads[l].batteries[b]; battery.status) {
        add(Device::Kind::battery_unit, l, named(battery_model_names, battery.model), *battery.status);
        out.back().supply = b;
      }
  for (std::size_t l = 0; l < rack.loads.size(); ++l)
    if (const auto& cabinet = rack.loads[l].cabinet)
      add(Device::Kind::cabinet, l, named(storage_model_names, cabinet->model), cabinet->card);
  return out;
}

bool sensed(const Circuit& circuit, const Contact& contact) {
  const SupplyState& supply = circuit.loads[contact.load].supplies[contact.supply];
  switch (contact.senses) {
    case Sense::ac_in:
      return supply.input_live;
    case Sense::ac_ok:
      return supply.input_flag;
    case Sense::dc_ok:
      return supply.output_live;
    case Sense::alarm:
      return !supply.input_flag || !supply.output_live;
  }
  return false;
}

}  // namespace

struct World::State {
  Rack rack;
  Circuit circuit;
  std::vector<Device> devices;
  std::vector<Agent> agents;
  std::vector<unsigned> parts;  // how many stood in each device's place
  std::vector<bool> words;      // what each contact is to say
  std::vector<ContactFront> fronts;
  std::vector<Edge> edges;
  Instant now{};
  std::optional<Instant> next;

  State(Rack r, std::uint64_t seed) : rack{std::move(r)}, circuit{rack, seed}, devices{list_devices(rack)} {
    parts.assign(devices.size(), 1);
    for (std::size_t d = 0; d < devices.size(); ++d) agents.emplace_back(devices[d], view(), draw(seed, {d}));
    for (std::size_t c = 0; c < rack.contacts.size(); ++c) {
      words.push_back(sensed(circuit, rack.contacts[c]));
      fronts.emplace_back(rack.contacts[c], c, words.back(), draw(seed, {c, salt_contact}));
    }
    find_next();
  }

  [[nodiscard]] View view() const { return {.rack = rack, .circuit = circuit}; }

  /// Registers and energies hold what was true until now; call before anything changes.
  void keep() {
    for (Agent& agent : agents) agent.refresh(view(), now);
    circuit.integrate(rack, now);
  }

  /// What follows from a change at now.
  void follow() {
    circuit.settle(rack, now);
    for (Agent& agent : agents) agent.follow(view(), now);
    for (std::size_t c = 0; c < fronts.size(); ++c) {
      const bool is = sensed(circuit, rack.contacts[c]);
      if (is != words[c]) fronts[c].move(is, now);
      words[c] = is;
    }
    settle_contacts();
  }

  void settle_contacts() {
    for (ContactFront& front : fronts) front.settle(now, edges);
    find_next();
  }

  void find_next() {
    next = circuit.next_change();
    for (const ContactFront& front : fronts)
      if (const auto moves = front.next(); moves && (!next || *moves < *next)) next = moves;
    for (const Agent& agent : agents)
      if (const auto boots = agent.boots(); boots && (!next || *boots < *next)) next = boots;
  }

  /// What is in the module goes with it, and begins anew.
  void exchange(const ground::Element& element) {
    for (std::size_t d = 0; d < devices.size(); ++d) {
      const Device& device = devices[d];
      const Load* load =
          device.kind == Device::Kind::status_unit || device.kind == Device::Kind::battery_unit ? &rack.loads[device.index] : nullptr;
      if (load == nullptr || element.first() != load->name) continue;
      const bool unit = device.kind == Device::Kind::battery_unit;
      if (element.rest() != (unit ? load->batteries[device.supply].name : load->supplies[device.supply].name)) continue;
      if (!unit && load->supplies[device.supply].status->model != StatusModel::orv3_psu) continue;
      ++parts[d];
      agents[d].replace(now, {});
    }
  }

  void take_next() {
    now = std::max(now, *next);
    keep();
    circuit.take_due(now);
    circuit.settle(rack, now);
    for (Agent& agent : agents) agent.take_due(view(), now);
    follow();
  }
};

World::World(Rack rack, std::uint64_t seed) {
  expect_sane(rack);
  state_ = std::make_unique<State>(std::move(rack), seed);
}
World::~World() = default;
World::World(World&&) noexcept = default;
World& World::operator=(World&&) noexcept = default;

const Rack& World::rack() const { return state_->rack; }
Instant World::now() const { return state_->now; }
std::optional<Instant> World::next_change() const { return state_->next; }
std::span<const Device> World::devices() const { return state_->devices; }

void World::advance(Instant to) {
  HOLDUP_EXPECT(to >= state_->now);
  while (state_->next && *state_->next <= to) state_->take_next();
  state_->now = to;
}

ground::Result<void> World::apply(const Command& command) {
  state_->keep();
  auto done = perform(command, state_->rack, state_->circuit, state_->now);
  if (const auto* replaced = std::get_if<Replace>(&command); done && replaced != nullptr) state_->exchange(replaced->element);
  if (done) state_->follow();
  return done;
}

std::optional<std::size_t> World::find_device(std::string_view name) const {
  const auto& all = state_->devices;
  const auto at = std::find_if(all.begin(), all.end(), [&](const Device& d) { return d.name == name; });
  return at == all.end() ? std::nullopt : std::optional{static_cast<std::size_t>(at - all.begin())};
}

bool World::answers(std::size_t device) const { return state_->agents.at(device).up(); }

Instant World::started(std::size_t device) const { return state_->agents.at(device).started(); }

const Snapshot& World::read(std::size_t device) {
  Agent& agent = state_->agents.at(device);
  agent.refresh(state_->view(), state_->now);
  return agent.snapshot();
}

void World::reboot(std::size_t device, std::optional<Duration> boot) {
  state_->keep();
  state_->agents.at(device).reboot(state_->now, boot);
  state_->find_next();
}

std::string World::serial(std::size_t device) const {
  const unsigned parts = state_->parts.at(device);
  return "SIM" + std::to_string(100001 + device) + (parts > 1 ? "-" + std::to_string(parts) : "");
}

void World::set_registers(std::size_t device, Registers mode) {
  state_->keep();
  state_->agents.at(device).set_registers(state_->view(), mode, state_->now);
}

void World::replace(std::size_t device, std::optional<Duration> boot) {
  state_->keep();
  state_->agents.at(device).replace(state_->now, boot);
  state_->find_next();
}

void World::warm(std::size_t device, Duration length) {
  state_->keep();
  state_->agents.at(device).warm(state_->view(), length, state_->now);
}

void World::mislead(std::size_t device, Lie lie) {
  state_->keep();
  state_->agents.at(device).mislead(state_->view(), std::move(lie), state_->now);
}

void World::correct(std::size_t device, std::optional<LieKind> kind) {
  state_->keep();
  state_->agents.at(device).correct(state_->view(), kind, state_->now);
}

Registers World::registers(std::size_t device) const { return state_->agents.at(device).registers(); }

const ContactFront& World::front(std::size_t contact) const { return state_->fronts.at(contact); }

std::optional<std::size_t> World::find_contact(std::string_view name) const {
  const auto& all = state_->rack.contacts;
  const auto at = std::find_if(all.begin(), all.end(), [&](const Contact& c) { return c.name == name; });
  return at == all.end() ? std::nullopt : std::optional{static_cast<std::size_t>(at - all.begin())};
}

void World::disturb(std::size_t contact, Disturbance kind, std::optional<Duration> period) {
  state_->fronts.at(contact).begin(kind, period, state_->now);
  state_->settle_contacts();
}

void World::calm(std::size_t contact, std::optional<Disturbance> kind) {
  state_->fronts.at(contact).end(kind);
  state_->settle_contacts();
}

std::vector<Edge> World::take_edges() { return std::exchange(state_->edges, {}); }

double World::feed_volts(std::size_t feed, std::size_t phase) const { return state_->circuit.feeds.at(feed).volts.at(phase); }

PduTruth World::pdu(std::size_t pdu) const {
  const PduState& state = state_->circuit.pdus.at(pdu);
  PduTruth out{.live = state.live};
  for (std::size_t p = 0; p < max_phases; ++p) out.watts += state.watts[p], out.amperes += state.amperes[p];
  return out;
}

double World::outlet_volts(std::size_t pdu, std::size_t outlet) const { return state_->circuit.pdus.at(pdu).outlets.at(outlet - 1).volts; }

bool World::outlet_on(std::size_t pdu, std::size_t outlet) const { return state_->circuit.pdus.at(pdu).outlets.at(outlet - 1).on; }

SupplyTruth World::supply(std::size_t load, std::size_t supply) const {
  const SupplyState& state = state_->circuit.loads.at(load).supplies.at(supply);
  return {.input_live = state.input_live,
          .output_live = state.output_live,
          .input_volts = state.input_volts,
          .input_watts = state.input_watts,
          .input_amperes = state.input_amperes,
          .output_watts = state.output_watts,
          .output_ends = state.empties};
}

double World::fan_rpm(std::size_t load, std::size_t supply) const {
  return state_->circuit.loads.at(load).supplies.at(supply).fan.rpm(state_->now);
}

bool World::load_carried(std::size_t load) const { return state_->circuit.loads.at(load).carried; }
const UpsState& World::ups(std::size_t ups) const { return state_->circuit.upses.at(ups); }
const AtsState& World::ats(std::size_t ats) const { return state_->circuit.atses.at(ats); }
const CabinetState& World::cabinet(std::size_t load) const { return state_->circuit.cabinets.at(load); }
double World::load_watts(std::size_t load) const { return state_->circuit.loads.at(load).watts; }

std::optional<bool> World::live(const ground::Element& element) const {
  const Rack& rack = state_->rack;
  const Circuit& circuit = state_->circuit;
  if (element.is("contact")) {
    const auto contact = find_contact(element.rest());
    return contact ? std::optional{contact_closed(*contact)} : std::nullopt;
  }
  if (element.is("device")) {
    const auto device = find_device(element.rest());
    return device ? std::optional{answers(*device)} : std::nullopt;
  }
  const auto place = locate(rack, element);
  if (!place) return std::nullopt;
  switch (place->kind) {
    case Place::Kind::feed: {
      const FeedState& feed = circuit.feeds[place->index];
      const auto* up = feed.up.data();
      return !feed.neutral.on && std::all_of(up, up + phases(rack.system), [](bool has) { return has; });
    }
    case Place::Kind::pdu:
      return circuit.pdus[place->index].live;
    case Place::Kind::phase:
      return !circuit.pdus[place->index].phases[place->part].on && circuit.pdus[place->index].volts[place->part] > 0;
    case Place::Kind::bank:
      return !circuit.pdus[place->index].banks[place->part].on;
    case Place::Kind::unit:
      return circuit.loads[place->index].batteries[place->part].ready();
    case Place::Kind::outlet:
      return circuit.pdus[place->index].outlets[place->part].volts > 0;
    case Place::Kind::load:
      return circuit.loads[place->index].carried;
    case Place::Kind::supply:
      return circuit.loads[place->index].supplies[place->part].output_live;
    case Place::Kind::ups:
      return circuit.upses[place->index].output_live;
    case Place::Kind::ups_input:
      return circuit.upses[place->index].input_live;
    case Place::Kind::ats:
      return circuit.atses[place->index].good[circuit.atses[place->index].selected] && !circuit.atses[place->index].output.on;
    case Place::Kind::controller:
      return !circuit.cabinets[place->index].controllers[place->part].on;
    case Place::Kind::disk:
      return !circuit.cabinets[place->index].disks[place->part].on;
    case Place::Kind::cache:
      return circuit.cabinets[place->index].writes_back(state_->now);
    case Place::Kind::battery:
      return !circuit.cabinets[place->index].battery.on;
  }
  return std::nullopt;
}

}  // namespace hwsim::power
