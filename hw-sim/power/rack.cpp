#include "hw-sim/power/rack.hpp"

#include <algorithm>
#include <numbers>

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

std::optional<Tap> parse_tap(System system, std::string_view text) {
  const auto line = [&](std::size_t at) { return static_cast<std::size_t>(text[at] - '1'); };
  const bool digits = !text.empty() && text.size() <= 2 && text.find_first_not_of("123") == std::string_view::npos;
  if (!digits || line(0) >= phases(system)) return std::nullopt;
  if (text.size() == 1) return system == System::delta ? std::nullopt : std::optional{Tap{line(0)}};
  if (line(1) >= phases(system) || line(0) == line(1)) return std::nullopt;
  const bool forward = line(1) == (line(0) + 1) % phases(system);
  return forward ? Tap{line(0), line(1)} : Tap{line(1), line(0)};
}

Tap tap_of(System system, std::size_t n) {
  const std::size_t count = phases(system);
  const std::size_t line = n % count;
  return system == System::delta ? Tap{line, (line + 1) % count} : Tap{line};
}

double nominal_ratio(System system, const Tap& tap) {
  if (!tap.other || system == System::delta) return 1;
  return system == System::wye ? std::numbers::sqrt3 : 2;
}

std::vector<Bank> banks_of(const Pdu& pdu) {
  if (!pdu.banks.empty()) return pdu.banks;
  std::vector<Bank> halves{{.name = "1", .outlets = {}}, {.name = "2", .outlets = {}}};
  for (std::size_t n = 1; n <= pdu.outlets; ++n) halves[n > (pdu.outlets + 1) / 2 ? 1 : 0].outlets.push_back(n);
  return halves;
}

System system_of(const Rack& rack, const Pdu& pdu) { return pdu.tap ? System::single_phase : rack.system; }

Tap tap_of_outlet(const Rack& rack, const Pdu& pdu, std::size_t outlet) {
  if (pdu.tap) return {};
  for (const Bank& bank : pdu.banks)
    if (bank.tap && std::find(bank.outlets.begin(), bank.outlets.end(), outlet) != bank.outlets.end()) return *bank.tap;
  return tap_of(rack.system, outlet - 1);
}

double nominal_at(const Rack& rack, const Pdu& pdu, std::size_t outlet) {
  return rack.feeds[pdu.feed].nominal_volts * nominal_ratio(rack.system, pdu.tap ? *pdu.tap : tap_of_outlet(rack, pdu, outlet));
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
    for (std::size_t p = 1; p <= phases(system_of(rack, pdu)); ++p) add(pdu.name + "/phase/" + std::to_string(p));
    for (const Bank& bank : banks_of(pdu)) add(pdu.name + "/bank/" + bank.name);
    for (std::size_t n = 1; n <= pdu.outlets; ++n) out.push_back(Element::outlet(pdu.name, std::to_string(n)));
  }
  for (const Load& load : rack.loads) {
    out.push_back(Element::named(load.name));
    for (const Supply& supply : load.supplies) out.push_back(Element::supply(load.name, supply.name));
    for (const Battery& battery : load.batteries) add(load.name + "/" + battery.name);
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
    for (const Battery& battery : load.batteries)
      if (battery.status) out.push_back(Element::device(battery.status->device));
  for (const Load& load : rack.loads)
    if (load.cabinet && !load.cabinet->card.device.empty()) out.push_back(Element::device(load.cabinet->card.device));
  return out;
}

}  // namespace hwsim::power
