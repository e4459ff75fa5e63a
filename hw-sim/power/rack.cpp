#include "hw-sim/power/rack.hpp"

namespace hwsim::power {

std::size_t phases(System system) {
  switch (system) {
    case System::single_phase:
    case System::dc:
      return 1;
    case System::split_phase:
      return 2;
    case System::wye:
    case System::delta:
      return 3;
  }
  return 1;
}

Relay Relay::typical() {
  using namespace std::chrono_literals;
  return {.operate = 7ms, .release = 3ms, .flight = 2ms, .bounces = 3, .rebounds = 1};
}

std::vector<ground::Element> elements(const Rack& rack) {
  using ground::Element;
  std::vector<Element> out;
  const auto add = [&out](const std::string& text) {
    if (const auto element = Element::parse(text)) out.push_back(*element);
  };
  for (const Feed& feed : rack.feeds) out.push_back(Element::feed(feed.name));
  for (const Pdu& pdu : rack.pdus) {
    out.push_back(Element::named(pdu.name));
    for (std::size_t n = 1; n <= pdu.outlets; ++n) out.push_back(Element::outlet(pdu.name, std::to_string(n)));
  }
  for (const Load& load : rack.loads) {
    out.push_back(Element::named(load.name));
    for (const Supply& supply : load.supplies) out.push_back(Element::supply(load.name, supply.name));
    if (!load.cabinet) continue;
    for (std::size_t n = 1; n <= Cabinet::controllers; ++n) add(load.name + "/controller/" + std::to_string(n));
    for (std::size_t n = 1; n <= load.cabinet->disks; ++n) add(load.name + "/disk/" + std::to_string(n));
    for (const char* part : {"/cache", "/bbu1"}) add(load.name + part);
  }
  for (const Ups& ups : rack.upses) add("ups/" + ups.name), add("ups/" + ups.name + "/input");
  for (const Ats& ats : rack.atses) add("ats/" + ats.name);
  for (const Contact& contact : rack.contacts) out.push_back(Element::contact(contact.name));
  for (const Pdu& pdu : rack.pdus) out.push_back(Element::device(pdu.name));
  for (const Load& load : rack.loads)
    for (const Supply& supply : load.supplies)
      if (supply.status) out.push_back(Element::device(supply.status->device));
  for (const Ups& ups : rack.upses)
    if (!ups.card.device.empty()) out.push_back(Element::device(ups.card.device));
  for (const Ats& ats : rack.atses)
    if (!ats.card.device.empty()) out.push_back(Element::device(ats.card.device));
  for (const Load& load : rack.loads)
    if (load.cabinet && !load.cabinet->card.device.empty()) out.push_back(Element::device(load.cabinet->card.device));
  return out;
}

}  // namespace hwsim::power
