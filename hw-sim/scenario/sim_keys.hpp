#pragma once

#include <optional>
#include <span>
#include <string>

#include "ground/yaml/mapping.hpp"
#include "hw-sim/power/rack.hpp"

// The `sim:` part of a site file: how each element of an already read rack behaves where that is no business of holdup's. Strict, since
// nobody else reads it. Used by the rack reader.
namespace hwsim::scenario {

namespace ground = holdup::ground;

/// Of a device on a serial line: sim: {device/shelf-psu1: {turnaround: 5ms, link: /tmp/line, master: 100ms}}.
struct Wire {
  ground::Duration turnaround{5'000'000};       // from the request's end to the answer's begin, beside the silence between frames
  std::string link = {};                        // a symbolic link that leads to the line, whatever the kernel calls it
  std::optional<ground::Duration> master = {};  // the line has a master of its own, which asks so often: for who only listens
};

struct NamedWire {
  std::string device;
  Wire wire = {};
};

/// `carries: pdu-c`, `alternate: B` of a transfer switch: makes it, or what it is when it is there already.
void read_ats_chain(ground::yaml::Mapping& map, std::string_view name, power::Rack& rack);

/// sim: {feed/A: {frequency_hertz}, pdu-a: {model, refresh, boot, outlets, traps, card_phase}, cab1: {watts}, cab1/psu1: {model, refresh,
/// boot, fan_rpm, fan_least}, days: {swing, weekend, noise, growth, celsius, celsius_day, celsius_year, volts, every}, contact/NAME:
/// {relay, operate, release, flight, bounces, rebounds, bounce}, device/NAME: …}, and the keys of chain_keys.hpp; `wires` names the
/// devices.
void read_sim(const ground::yaml::Node& node, const ground::yaml::Report& report, power::Rack& rack, std::span<NamedWire> wires);

}  // namespace hwsim::scenario
