#include "hw-sim/scenario/stage.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "ground/nearest.hpp"

namespace hwsim::scenario {
namespace {

using ground::Result;

power::Registers registers_of(FaultKind kind) { return kind == FaultKind::frozen ? power::Registers::frozen : power::Registers::zeros; }

power::Disturbance disturbance_of(FaultKind kind) {
  return static_cast<power::Disturbance>(static_cast<int>(kind) - static_cast<int>(FaultKind::eft));
}

bool on_registers(FaultKind kind) { return kind == FaultKind::frozen || kind == FaultKind::zeros; }

power::LieKind lie_of(FaultKind kind) { return static_cast<power::LieKind>(static_cast<int>(kind) - static_cast<int>(FaultKind::frozen)); }

constexpr double usual_scale = 0.5;
constexpr ground::Duration usual_warming = std::chrono::seconds{10};

}  // namespace

Stage::Stage(power::Rack rack, std::uint64_t seed)
    : world_{std::move(rack), seed}, faults_{world_.devices().size(), seed}, switches_(world_.rack().switches.size()) {}

Result<void> Stage::perform(const Command& command) {
  if (const auto* fail = std::get_if<power::Fail>(&command)) {
    const auto ends = fail->lasts ? std::optional{world_.now() + *fail->lasts} : std::nullopt;
    const auto turned = fail->phase || fail->removed ? std::nullopt : turn(fail->element, {.on = true, .ends = ends});
    return turned ? *turned : world_.apply(*fail);
  }
  if (const auto* restore = std::get_if<power::Restore>(&command)) {
    const auto turned = turn(restore->element, {});
    return turned ? *turned : world_.apply(*restore);
  }
  if (const auto* set = std::get_if<power::Set>(&command)) return world_.apply(*set);
  if (const auto* wearing = std::get_if<power::Wearing>(&command)) return world_.apply(*wearing);
  if (const auto* replace = std::get_if<power::Replace>(&command)) return world_.apply(*replace);
  if (const auto* fault = std::get_if<Fault>(&command)) return begin(*fault);
  if (const auto* clear = std::get_if<Clear>(&command)) return end(*clear);
  if (const auto* trap = std::get_if<Trap>(&command)) {
    const auto device = device_of(trap->element);
    return device ? Result<void>{} : device.error();
  }
  if (const auto* window = std::get_if<Maintenance>(&command)) {
    if (world_.live(window->element)) return {};
    return ground::Failure{.kind = ground::FailureKind::unsupported, .what = "the rack has no " + window->element.text()};
  }
  return {};
}

Fate Stage::fate(std::size_t device) {
  end_due();
  Fate fate = faults_.decide(device);
  fate.answered = fate.answered && world_.answers(device) && is_reached(device);
  return fate;
}

std::optional<Result<void>> Stage::turn(const ground::Element& element, const power::Outage& outage) {
  const power::Rack& rack = world_.rack();
  bool found = false;
  for (std::size_t s = 0; s < switches_.size() && element.is("switch"); ++s)
    if (rack.switches[s].name == element.rest()) switches_[s] = outage, found = true;
  for (std::size_t c = 0; c < rack.contacts.size(); ++c) {
    const power::Contact& contact = rack.contacts[c];
    const bool of_chip = element.is("gpiochip") && contact.source.substr(0, contact.source.rfind('/')) == element.rest();
    const bool named = element.is("contact") && (contact.name == element.rest() || contact.common == element.rest());
    if (!of_chip && !named) continue;
    outage.on ? world_.disturb(c, power::Disturbance::broken) : world_.calm(c, {});
    if (outage.ends) ends_.push_back({*outage.ends, {.element = ground::Element::contact(contact.name)}});
    found = true;
  }
  if (element.is("device"))
    return ground::Failure{.kind = ground::FailureKind::unsupported,
                           .what = "fail and restore take the part, fault and clear what talks: " + element.text()};
  return found ? std::optional{Result<void>{}} : std::nullopt;
}

// Faults that last for so long end when somebody would notice.
void Stage::end_due() {
  for (std::size_t i = 0; i < ends_.size();) {
    if (ends_[i].first > world_.now()) {
      ++i;
      continue;
    }
    const Clear clear = ends_[i].second;
    ends_.erase(ends_.begin() + static_cast<std::ptrdiff_t>(i));
    (void)end(clear);
  }
}

bool Stage::is_reached(std::size_t device) const {
  const auto lives = [this](const ground::Element& cord) { return world_.live(cord).value_or(true); };
  for (std::size_t s = 0; s < switches_.size(); ++s) {
    const power::Switch& one = world_.rack().switches[s];
    const bool off = switches_[s].on && !power::due(switches_[s].ends, world_.now());
    const bool dark = !one.cords.empty() && std::none_of(one.cords.begin(), one.cords.end(), lives);
    if ((off || dark) && std::find(one.behind.begin(), one.behind.end(), world_.devices()[device].name) != one.behind.end()) return false;
  }
  return true;
}

Result<std::size_t> Stage::device_of(const ground::Element& element) const {
  if (const auto device = world_.find_device(element.rest())) return *device;
  std::vector<std::string_view> names;
  for (const power::Device& device : world_.devices()) names.push_back(device.name);
  const auto guess = ground::nearest(element.rest(), names);
  return ground::Failure{.kind = ground::FailureKind::unsupported,
                         .what = "the rack has no " + element.text() + (guess.empty() ? "" : ", did you mean device/" + guess + "?")};
}

// One by its name, or all of a common.
Result<std::vector<std::size_t>> Stage::contacts_of(const ground::Element& element) const {
  if (const auto contact = world_.find_contact(element.rest())) return std::vector{*contact};
  std::vector<std::size_t> wetted;
  for (std::size_t c = 0; c < world_.rack().contacts.size(); ++c)
    if (world_.rack().contacts[c].common == element.rest()) wetted.push_back(c);
  if (!wetted.empty()) return wetted;
  return ground::Failure{.kind = ground::FailureKind::unsupported, .what = "the rack has no " + element.text()};
}

Result<void> Stage::begin(const Fault& fault) {
  if (fault.element.is("contact")) {
    const auto contacts = contacts_of(fault.element);
    if (!contacts) return contacts.error();
    for (const std::size_t contact : *contacts) world_.disturb(contact, disturbance_of(fault.kind), fault.length);
    return {};
  }
  const auto device = device_of(fault.element);
  if (!device) return device.error();
  if (fault.lasts) ends_.push_back({world_.now() + *fault.lasts, {.element = fault.element, .kind = fault.kind}});
  if (takes_point(fault.kind) && (fault.point || !on_registers(fault.kind))) return mislead(*device, fault);
  if (on_registers(fault.kind))
    world_.set_registers(*device, registers_of(fault.kind));
  else if (fault.kind == FaultKind::reboot)
    world_.reboot(*device, fault.length);
  else if (fault.kind == FaultKind::replaced)
    world_.replace(*device, fault.length);
  else
    faults_.begin(*device, fault, world_.now());
  if (fault.kind == FaultKind::warming) world_.warm(*device, fault.length.value_or(usual_warming));
  return {};
}

Result<void> Stage::mislead(std::size_t device, const Fault& fault) {
  power::Lie lie{.kind = lie_of(fault.kind), .quantity = {}, .index = {}, .ratio = fault.ratio.value_or(usual_scale)};
  if (fault.point) lie.quantity = fault.point->quantity, lie.index = fault.point->index;
  const auto& values = world_.read(device).values;
  if (std::none_of(values.begin(), values.end(), [&](const power::Measurement& m) { return lie.concerns(m); })) {
    const auto what = fault.point ? std::string{name(fault.point->quantity)} + (lie.index.empty() ? "" : ":" + lie.index) : "power";
    return ground::Failure{.kind = ground::FailureKind::unsupported, .what = fault.element.text() + " measures no " + what};
  }
  world_.mislead(device, std::move(lie));
  return {};
}

Result<void> Stage::end(const Clear& clear) {
  if (clear.element.is("contact")) {
    const auto contacts = contacts_of(clear.element);
    if (!contacts) return contacts.error();
    for (const std::size_t contact : *contacts)
      world_.calm(contact, clear.kind ? std::optional{disturbance_of(*clear.kind)} : std::nullopt);
    return {};
  }
  const auto device = device_of(clear.element);
  if (!device) return device.error();
  if (!clear.kind || (on_registers(*clear.kind) && world_.registers(*device) == registers_of(*clear.kind)))
    world_.set_registers(*device, power::Registers::live);
  if (!clear.kind || takes_point(*clear.kind)) world_.correct(*device, clear.kind ? std::optional{lie_of(*clear.kind)} : std::nullopt);
  if (!clear.kind || *clear.kind == FaultKind::warming) world_.warm(*device, {});
  faults_.end(*device, clear.kind);
  return {};
}

}  // namespace hwsim::scenario
