#include "hw-sim/power/rack.hpp"
#include "hw-sim/scenario/stage.hpp"

namespace hwsim::scenario {
namespace {

using ground::Element;
using ground::JsonWriter;

void write_feeds(const power::World& world, JsonWriter& json) {
  const power::Rack& rack = world.rack();
  for (std::size_t f = 0; f < rack.feeds.size(); ++f) {
    const Element element = Element::feed(rack.feeds[f].name);
    json.key(element.text()).begin_object().field("live", *world.live(element)).key("volts").begin_array();
    for (std::size_t p = 0; p < power::phases(rack.system); ++p) json.value(world.feed_volts(f, p) * (rack.feeds[f].negative ? -1 : 1));
    json.end_array().end_object();
  }
}

void write_pdus(const power::World& world, JsonWriter& json) {
  const power::Rack& rack = world.rack();
  for (std::size_t p = 0; p < rack.pdus.size(); ++p) {
    const power::PduTruth truth = world.pdu(p);
    json.key(rack.pdus[p].name).begin_object();
    json.field("live", truth.live).field("watts", truth.watts).field("amperes", truth.amperes).end_object();
    for (std::size_t n = 1; n <= rack.pdus[p].outlets; ++n) {
      json.key(Element::outlet(rack.pdus[p].name, std::to_string(n)).text()).begin_object();
      json.field("state", world.outlet_on(p, n) ? "on" : "off").field("volts", world.outlet_volts(p, n)).end_object();
    }
  }
}

void write_upstream(const power::World& world, JsonWriter& json) {
  const power::Rack& rack = world.rack();
  for (std::size_t u = 0; u < rack.upses.size(); ++u) {
    const power::UpsState& ups = world.ups(u);
    json.key("ups/" + rack.upses[u].name).begin_object();
    json.field("input", ups.input_live).field("output", ups.output_live).field("on_battery", ups.on_battery.has_value());
    json.field("charge", ups.stored_joules / power::full_battery(rack.upses[u])).end_object();
  }
  for (std::size_t a = 0; a < rack.atses.size(); ++a) {
    const power::AtsState& ats = world.ats(a);
    json.key("ats/" + rack.atses[a].name).begin_object();
    json.field("source", std::int64_t(ats.selected + 1)).field("transfers", std::int64_t(ats.transfers)).end_object();
  }
}

void write_cabinets(const power::World& world, JsonWriter& json) {
  for (const auto& load : world.rack().loads) {
    if (!load.cabinet) continue;
    for (const auto& element : power::elements(world.rack())) {
      const auto rest = element.rest();
      const bool inside = rest.starts_with("controller/") || rest.starts_with("disk/") || rest == "cache" || rest == "bbu1";
      if (element.first() != load.name || !inside) continue;
      json.key(element.text()).begin_object().field("live", world.live(element).value_or(false)).end_object();
    }
  }
}

void write_loads(const power::World& world, JsonWriter& json) {
  const power::Rack& rack = world.rack();
  for (std::size_t l = 0; l < rack.loads.size(); ++l) {
    json.key(rack.loads[l].name).begin_object();
    json.field("live", world.load_carried(l)).field("watts", world.load_watts(l)).end_object();
    for (std::size_t s = 0; s < rack.loads[l].supplies.size(); ++s) {
      const power::SupplyTruth truth = world.supply(l, s);
      json.key(Element::supply(rack.loads[l].name, rack.loads[l].supplies[s].name).text()).begin_object();
      json.field("input", truth.input_live).field("output", truth.output_live).field("input_volts", truth.input_volts);
      json.field("input_watts", truth.input_watts).field("output_watts", truth.output_watts).field("fan_rpm", world.fan_rpm(l, s));
      json.end_object();
    }
  }
}

void write_units(const power::World& world, JsonWriter& json) {
  for (const auto& load : world.rack().loads)
    for (const auto& battery : load.batteries) {
      const auto element = Element::parse(load.name + "/" + battery.name);
      if (element) json.key(element->text()).begin_object().field("live", world.live(*element).value_or(false)).end_object();
    }
}

void write_banks(const power::World& world, JsonWriter& json) {
  for (const auto& pdu : world.rack().pdus)
    for (const auto& bank : pdu.banks) {
      const auto element = Element::parse(pdu.name + "/bank/" + bank.name);
      if (element) json.key(element->text()).begin_object().field("live", world.live(*element).value_or(false)).end_object();
    }
}

void write_contacts(const power::World& world, JsonWriter& json) {
  for (std::size_t c = 0; c < world.rack().contacts.size(); ++c) {
    const power::Contact& contact = world.rack().contacts[c];
    json.key(Element::contact(contact.name).text()).begin_object().field("closed", world.contact_closed(c));
    if (contact.has_pair) json.field("pair_closed", world.front(c).pair_closed());
    json.field("edges", world.front(c).edges()).end_object();
  }
}

}  // namespace

void write_elements(const power::World& world, JsonWriter& json) {
  json.begin_object();
  write_feeds(world, json);
  write_pdus(world, json);
  write_loads(world, json);
  write_upstream(world, json);
  write_banks(world, json);
  write_units(world, json);
  write_cabinets(world, json);
  write_contacts(world, json);
  for (std::size_t d = 0; d < world.devices().size(); ++d)
    json.key(Element::device(world.devices()[d].name).text()).begin_object().field("answers", world.answers(d)).end_object();
  json.end_object();
}

}  // namespace hwsim::scenario
