#include "collector/detect/round.hpp"

#include <algorithm>

namespace holdup::detect {

void Round::List::sort() { std::ranges::sort(all_); }

Round::Round(const site::Site& site, const Neighbours& neighbours)
    : supplies{site.supplies.size()},
      loads{site.loads.size()},
      devices{site.devices.size()},
      banks{site.banks.size()},
      feeds{site.feeds.size()},
      contacts{site.contacts.size()},
      site_{site},
      neighbours_{neighbours} {}

void Round::add_device(Index device) {
  devices.add(device);
  for (const Index bank : site_.devices[device].banks) banks.add(bank);
  if (site_.devices[device].feed) feeds.add(*site_.devices[device].feed);
  for (const Index load : neighbours_.loads(device)) add_load(load);
}

void Round::add_load(Index load) {
  if (!loads.add(load)) return;
  for (const Index s : site_.loads[load].supplies) {
    supplies.add(s);
    if (const auto pdu = site_.supplies[s].pdu) devices.add(*pdu);
    if (const auto status = site_.supplies[s].status) devices.add(*status);
    if (const auto bank = neighbours_.bank(s)) banks.add(*bank);
    for (const Index contact : neighbours_.contacts(s)) contacts.add(contact);
  }
}

void Round::add(const ground::Element& element) {
  const auto subject = neighbours_.find(element);
  if (!subject) return add_all();
  using Kind = Neighbours::Subject::Kind;
  switch (subject->kind) {
    case Kind::supply:
      return add_load(site_.supplies[subject->index].load);
    case Kind::load:
      return add_load(subject->index);
    case Kind::device:
      return add_device(subject->index);
    case Kind::feed:
      feeds.add(subject->index);
      for (const Index pdu : neighbours_.pdus_on(subject->index)) add_device(pdu);
      return;
    case Kind::path:
      for (const Index device : neighbours_.on_path(subject->index)) add_device(device);
  }
}

void Round::add_contacts() {
  for (const site::Contact& contact : site_.contacts) add_load(site_.supplies[contact.supply].load);
}

void Round::add_all() {
  for (Index d = 0; d < site_.devices.size(); ++d) add_device(d);
  for (Index l = 0; l < site_.loads.size(); ++l) add_load(l);
  for (Index f = 0; f < site_.feeds.size(); ++f) feeds.add(f);
}

void Round::take_in(const Round& other) {
  const auto take = [](List& mine, const List& theirs) {
    for (const Index one : theirs.all()) mine.add(one);
  };
  take(supplies, other.supplies), take(loads, other.loads), take(devices, other.devices);
  take(banks, other.banks), take(feeds, other.feeds), take(contacts, other.contacts);
}

void Round::clear() { supplies.clear(), loads.clear(), devices.clear(), banks.clear(), feeds.clear(), contacts.clear(); }

void Round::sort() { supplies.sort(), loads.sort(), devices.sort(), banks.sort(), feeds.sort(), contacts.sort(); }

}  // namespace holdup::detect
