#include "collector/site/contact_reader.hpp"

#include <algorithm>
#include <array>

#include "collector/site/keys.hpp"

namespace holdup::site {
namespace {

class ContactReader {
 public:
  explicit ContactReader(Site& site) : site_{site} {}

  void read_contact(Mapping& map, const std::string& name) {
    Contact contact{.name = name};
    read_line(map, contact);
    constexpr std::array<std::string_view, 2> levels{"high", "low"};
    contact.active_low = map.word("active", levels) == 1;
    if (const auto word = map.word("senses", senses_names)) contact.senses = static_cast<Senses>(*word);
    read_wiring(map, contact);
    if (!find_supply(map, map.required_text("of"), contact)) return;
    site_.contacts.push_back(std::move(contact));
  }

 private:
  void read_line(Mapping& map, Contact& contact) {
    const auto source = map.required_text("source");
    const auto slash = source.rfind('/');
    contact.chip = source.substr(0, slash);
    if (slash != std::string::npos) contact.line = source.substr(slash + 1);
    const bool whole = ground::is_element_part(contact.chip) && !contact.line.empty();
    if (!source.empty() && !whole)
      map.problem("source", "'" + source + "' is no line of a chip", "write CHIP/LINE, for example gpiochip0/4");
    contact.pair = map.text("pair").value_or("");
    if (const auto at = contact.pair.rfind('/'); at != std::string::npos) {
      if (contact.pair.substr(0, at) != contact.chip) map.problem("pair", "on another chip", "wire both sides to " + contact.chip);
      contact.pair = contact.pair.substr(at + 1);
    }
    if (map.has("pair") && contact.pair.empty()) map.problem("pair", "no line", "write the line of its other side, or take it out");
    const auto takes = [&](const std::string& line) {
      return !line.empty() && std::ranges::any_of(site_.contacts, [&](const Contact& other) {
        return other.chip == contact.chip && (other.line == line || other.pair == line);
      });
    };
    if (takes(contact.line)) map.problem("source", "line " + contact.line + " has another contact", "one contact a line");
    if (takes(contact.pair) || (!contact.pair.empty() && contact.pair == contact.line))
      map.problem("pair", "line " + contact.pair + " has another contact", "one side a line");
  }

  // The defaults of `qualify` are what each kind's bounce or noise lasts.
  void read_wiring(Mapping& map, Contact& contact) {
    using namespace std::chrono_literals;
    if (const auto word = map.word("kind", contact_kind_names)) contact.kind = static_cast<ContactKind>(*word);
    if (const auto word = map.word("bias", bias_names)) contact.bias = static_cast<Bias>(*word);
    constexpr std::array<Duration, 3> held{10ms, 2ms, 1ms};  // by kind
    const auto brief = [&](std::string_view key) {
      const auto length = period(map, key);
      if (length > 1s) map.problem(key, "longer than 1s", "write how long the contact moves, as in 30ms");
      return length;
    };
    contact.qualify = brief("qualify").value_or(held[static_cast<std::size_t>(contact.kind)]);
    contact.flight = brief("flight").value_or(30ms);
    contact.debounce = brief("debounce").value_or(Duration{});
    contact.common = map.text("common").value_or(contact.chip);
    if (!contact.common.empty() && !ground::is_element_part(contact.common))
      map.problem("common", "no name", "letters, digits, '-', '_', '.'");
    if (map.has("flight") && contact.pair.empty()) map.warning("flight", "without a pair nothing flies", "add pair: LINE, or take it out");
    if (contact.kind == ContactKind::relay)
      map.warning("kind", "a bare contact on a logic input wets too little and takes up noise",
                  "put 24 V and an opto-coupler in between: docs/contacts.md");
  }

  bool find_supply(Mapping& map, const std::string& of, Contact& contact) {
    if (of.empty()) return false;
    std::vector<std::string> known;
    for (Index s = 0; s < site_.supplies.size(); ++s) {
      const Supply& supply = site_.supplies[s];
      known.push_back(Element::supply(site_.loads[supply.load].name, supply.name).text());
      if (known.back() == of) return contact.supply = s, true;
    }
    map.problem("of", "no supply '" + of + "'", mend_by_nearest(of, {known.begin(), known.end()}));
    return false;
  }

  Site& site_;
};

}  // namespace

void read_contacts(Mapping& top, Site& site) {
  ContactReader reader{site};
  each(top, "contacts", [&](Mapping& map, const std::string& name) { reader.read_contact(map, name); });
}

}  // namespace holdup::site
