#include <algorithm>

#include "collector/site/site.hpp"

// What stands above an element. Where power has several ways only what all of them share is above: nothing else darkens it alone.
namespace holdup::site {
namespace {

using Chain = std::vector<Element>;

void append(Chain& chain, const Chain& more) {
  for (const Element& link : more)
    if (std::ranges::find(chain, link) == chain.end()) chain.push_back(link);
}

Chain shared(const std::vector<Chain>& ways) {
  if (ways.empty()) return {};
  Chain out;
  for (const Element& link : ways.front())
    if (std::ranges::all_of(ways, [&](const Chain& way) { return std::ranges::find(way, link) != way.end(); })) out.push_back(link);
  return out;
}

class Climb {
 public:
  explicit Climb(const Site& site) : site_{site} {}

  /// A feed and what is before it; a file whose UPSs stand in a circle is refused, and ends here at the second meeting all the same.
  [[nodiscard]] Chain with_feed(Index feed) const {
    Chain chain;
    for (std::optional<Index> at = feed; at && std::ranges::find(chain, site_.element_of_feed(*at)) == chain.end();) {
      chain.push_back(site_.element_of_feed(*at));
      const auto ups = site_.feeds[*at].ups;
      if (ups) chain.push_back(site_.element_of_ups(*ups));
      const auto card = ups ? site_.upses[*ups].status : std::nullopt;
      at = card ? site_.devices[*card].feed : std::nullopt;
    }
    return chain;
  }

  [[nodiscard]] Chain above_feed(Index feed) const {
    auto chain = with_feed(feed);
    chain.erase(chain.begin());
    return chain;
  }

  [[nodiscard]] Chain above_ups(Index ups) const {
    const auto card = site_.upses[ups].status;
    return card && site_.devices[*card].feed ? with_feed(*site_.devices[*card].feed) : Chain{};
  }

  [[nodiscard]] Chain above_ats(Index ats) const {
    auto chain = above_pdu(site_.atses[ats].carries);
    std::erase(chain, site_.element_of_ats(ats));
    return chain;
  }

  [[nodiscard]] Chain above_pdu(Index device) const {
    const auto& pdu = site_.devices[device];
    std::vector<Chain> ways;
    for (const Index feed : site_.feeds_of_pdu(device)) ways.push_back(with_feed(feed));
    Chain chain;
    if (pdu.ats) chain.push_back(site_.element_of_ats(*pdu.ats));
    append(chain, shared(ways));
    return chain;
  }

  [[nodiscard]] Chain with_pdu(Index device) const {
    Chain chain{site_.element_of_pdu(device)};
    append(chain, above_pdu(device));
    return chain;
  }

  [[nodiscard]] Chain with_phases(Index device, Phases phases) const {
    Chain chain;
    for (int line = 1; line <= 3; ++line)
      if (hangs_on(phases, line)) chain.push_back(Element::phase(site_.devices[device].name, std::to_string(line)));
    append(chain, with_pdu(device));
    return chain;
  }

  [[nodiscard]] Chain above_outlet(const Cord& cord) const {
    Chain chain;
    if (const auto bank = site_.bank_of(cord)) chain.push_back(site_.element_of_bank(*bank));
    append(chain, with_phases(cord.pdu, site_.phases_of(cord)));
    return chain;
  }

  [[nodiscard]] Chain with_outlet(const Cord& cord) const {
    Chain chain{site_.element_of_outlet(cord)};
    append(chain, above_outlet(cord));
    return chain;
  }

  [[nodiscard]] Chain above_cords(const std::vector<Cord>& cords) const {
    std::vector<Chain> ways;
    for (const Cord& cord : cords) ways.push_back(with_outlet(cord));
    return shared(ways);
  }

  [[nodiscard]] Chain above_load(Index load) const {
    std::vector<Chain> ways;
    for (const Index supply : site_.loads[load].supplies) {
      ways.push_back(above_supply(supply));
    }
    return shared(ways);
  }

  /// "bank/1", "phase/1", "outlet/3" of a PDU.
  [[nodiscard]] Chain above_part(Index device, std::string_view part) const {
    const auto slash = part.find('/');
    const auto kind = part.substr(0, slash);
    const auto name = slash == std::string_view::npos ? std::string_view{} : part.substr(slash + 1);
    if (kind == "outlet") return above_outlet({device, std::string{name}});
    if (kind != "bank") return with_pdu(device);
    for (const Index bank : site_.devices[device].banks)
      if (site_.banks[bank].name == name) {
        const auto phases = site_.banks[bank].phases;
        return with_phases(device, phases != 0 ? phases : site_.devices[device].phases);
      }
    return with_pdu(device);
  }

  [[nodiscard]] Chain above_device(Index device) const {
    const auto path = site_.path_of_device(device);
    Chain chain;
    if (site_.devices[device].feed) append(chain, with_pdu(device));
    append(chain, {path});
    if (const auto found = path.is("switch") ? site_.network_switch(path.rest()) : std::nullopt)
      append(chain, above_cords(site_.switches[*found].cords));
    return chain;
  }

  [[nodiscard]] Chain above_supply(Index supply) const {
    const auto cord = site_.cord_of_supply(supply);
    return cord ? with_outlet(*cord) : Chain{};
  }

  [[nodiscard]] Chain above_part_of_load(Index load, std::string_view part) const {
    const auto& all = site_.loads[load].supplies;
    const auto supply = std::ranges::find(
        all, part, [&](Index s) -> const auto& { return site_.supplies[s].name; });
    if (supply != all.end()) return above_supply(*supply);
    Chain chain{site_.element_of_load(load)};
    append(chain, above_load(load));
    return chain;
  }

 private:
  const Site& site_;
};

template <class Above>
Chain if_found(std::optional<Index> found, Above above) {
  return found ? above(*found) : Chain{};
}

}  // namespace

std::vector<Element> Site::ancestors_of_supply(Index supply) const { return Climb{*this}.above_supply(supply); }

std::vector<Element> Site::ancestors(const Element& element) const {
  const Climb climb{*this};
  const auto rest = element.rest();
  const auto kind = rest.empty() ? std::string_view{} : element.first();
  if (kind == "device") return if_found(device(rest), [&](Index d) { return climb.above_device(d); });
  if (kind == "feed") return if_found(feed(rest), [&](Index f) { return climb.above_feed(f); });
  if (kind == "ups") return if_found(ups(rest), [&](Index u) { return climb.above_ups(u); });
  if (kind == "ats") return if_found(ats(rest), [&](Index a) { return climb.above_ats(a); });
  if (kind == "switch") return if_found(network_switch(rest), [&](Index s) { return climb.above_cords(switches[s].cords); });
  if (element.text() == "self") return climb.above_cords(self.supplies);
  if (const auto found = load(element.first())) return rest.empty() ? climb.above_load(*found) : climb.above_part_of_load(*found, rest);
  return if_found(device(element.first()), [&](Index d) { return rest.empty() ? climb.above_pdu(d) : climb.above_part(d, rest); });
}

}  // namespace holdup::site
