#include "collector/site/site.hpp"

namespace holdup::site {
namespace {

template <class Items>
std::optional<Index> find_named(const Items& items, std::string_view name) {
  for (Index i = 0; i < items.size(); ++i)
    if (items[i].name == name) return i;
  return std::nullopt;
}

void append_pdu(std::vector<Element>& chain, const Site& site, Index pdu) {
  chain.push_back(site.element_of_pdu(pdu));
  if (const auto feed = site.devices[pdu].feed) chain.push_back(site.element_of_feed(*feed));
}

}  // namespace

std::optional<Index> Site::device(std::string_view name) const { return find_named(devices, name); }
std::optional<Index> Site::contact(std::string_view name) const { return find_named(contacts, name); }

std::optional<Index> Site::feed_of_supply(Index supply) const {
  const auto pdu = supplies[supply].pdu;
  return pdu ? devices[*pdu].feed : std::nullopt;
}

std::vector<Element> Site::ancestors(const Element& element) const {
  std::vector<Element> chain;
  if (element.is("feed")) return chain;
  if (element.is("device")) {
    const auto found = device(element.rest());
    if (found && devices[*found].feed) append_pdu(chain, *this, *found);
    if (found) chain.push_back(path_of_device(*found));
    return chain;
  }
  for (Index s = 0; s < supplies.size(); ++s)
    if (element_of_supply(s) == element && supplies[s].pdu) return append_pdu(chain, *this, *supplies[s].pdu), chain;
  const auto pdu = device(element.first());
  if (!pdu) return chain;
  if (!element.rest().empty()) chain.push_back(element_of_pdu(*pdu));
  if (const auto feed = devices[*pdu].feed) chain.push_back(element_of_feed(*feed));
  return chain;
}

}  // namespace holdup::site
