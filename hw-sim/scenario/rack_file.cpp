#include "hw-sim/scenario/rack_file.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "ground/nearest.hpp"
#include "ground/number.hpp"
#include "ground/yaml/mapping.hpp"
#include "hw-sim/scenario/chain_keys.hpp"
#include "hw-sim/scenario/sim_keys.hpp"
#include "hw-sim/scenario/words.hpp"

namespace hwsim::scenario {
namespace {

using namespace std::chrono_literals;
using ground::Element;
using ground::yaml::Mapping;
using ground::yaml::Node;

constexpr std::size_t least_outlets = 8;

template <class List>
std::string guess(std::string_view word, const List& list) {
  std::vector<std::string_view> names;
  for (const auto& item : list) names.push_back(item.name);
  const auto found = ground::nearest(word, names);
  return found.empty() ? "name one of this file" : "did you mean '" + found + "'?";
}

template <class List>
std::optional<std::size_t> find_named(const List& list, std::string_view name) {
  const auto at = std::find_if(list.begin(), list.end(), [&](const auto& item) { return item.name == name; });
  return at == list.end() ? std::nullopt : std::optional{static_cast<std::size_t>(at - list.begin())};
}

class RackReader {
 public:
  RackReader(const Node& root, ground::yaml::Report report) : report_{report}, root_{root, {}, report} {}

  RackFile read() {
    rack().name = root_.required_text("rack");
    if (const auto system = root_.word("system", power::system_names)) rack().system = static_cast<power::System>(*system);
    for (const char* section : {"ups", "ats"}) list_speakers(section);
    each(root_, "feeds", [this](Mapping& map, const std::string& name) { read_feed(map, name); });
    each(root_, "devices", [this](Mapping& map, const std::string& name) { read_device(map, name); });
    each(root_, "loads", [this](Mapping& map, const std::string& name) { read_load(map, name); });
    each(root_, "contacts", [this](Mapping& map, const std::string& name) { read_contact(map, name); });
    read_self();
    each(root_, "switches", [this](Mapping& map, const std::string& name) { read_switch(map, name); });
    each(root_, "ups", [this](Mapping& map, const std::string& name) { read_ups_section(map, name); });
    each(root_, "ats", [this](Mapping& map, const std::string& name) { read_ats_section(map, name); });
    if (rack().feeds.empty()) root_.problem("feeds", "no feed", "add feeds: {A: {nominal_volts: 230}}");
    if (const Node* sim = root_.find("sim")) {
      for (const Listed& device : devices_) wires_.push_back({.device = device.name});
      read_sim(*sim, report_, rack(), wires_);
      check_cards(*sim);
    }
    check_batteries();
    settle_loads();
    list_addresses();
    list_elements();
    return std::move(out_);
  }

 private:
  struct Listed {
    std::string name;
    std::string url;
    int line = 0;
    std::optional<std::size_t> pdu;
    bool reports = false;  // the status unit of a supply
  };

  power::Rack& rack() { return out_.rack; }

  template <class Read>
  void each(Mapping& parent, std::string_view key, Read read) {
    const Node* node = parent.find(key);
    if (node == nullptr) return;
    const Mapping shape{*node, parent.path(key), report_};  // reports when it is no mapping
    for (const auto& entry : node->entries) {
      if (!ground::is_element_part(entry.key))
        shape.problem(entry.key, in_quotes(entry.key) + " cannot name an element", "use letters, digits, '-', '_', '.', at most 63");
      Mapping map{entry.value, shape.path(entry.key), report_};
      read(map, entry.key);
    }
  }

  void read_feed(Mapping& map, const std::string& name) {
    power::Feed feed{.name = name};
    const auto volts = map.number("nominal_volts");
    if (!map.has("nominal_volts")) map.problem({}, "'nominal_volts' is missing", "add it, as in nominal_volts: 230");
    feed.negative = rack().system == power::System::dc && volts && *volts < 0;
    const double size = volts.value_or(feed.nominal_volts) * (feed.negative ? -1 : 1);
    if (size <= 0 || size > 1000) map.problem("nominal_volts", "not between 0 and 1000", "write the feed's volts, as in 230");
    feed.nominal_volts = size;
    if (rack().system == power::System::dc) feed.frequency_hertz = 0;
    if (const Node* upstream = map.find("upstream"))
      if (const Node* ups = upstream->find("ups")) carry(ups->text, rack().feeds.size());
    rack().feeds.push_back(feed);
  }

  power::Switch& switch_called(const std::string& name) {
    auto& all = rack().switches;
    if (const auto known = find_named(all, name)) return all[*known];
    return all.emplace_back(power::Switch{.name = name});
  }

  void read_switch(Mapping& map, const std::string& name) {
    for (const auto& cord : map.texts("cords"))
      if (const auto element = Element::parse(cord)) switch_called(name).cords.push_back(*element), has_outlet(*element);
  }

  /// A PDU has the outlets that anything of the file hangs on.
  void has_outlet(const Element& cord) {
    const auto pdu = find_named(rack().pdus, cord.first());
    const auto number = cord.rest().starts_with("outlet/") ? ground::parse_integer(cord.rest().substr(7)) : std::nullopt;
    if (pdu && number && *number >= 1 && *number <= std::int64_t(most_outlets))
      rack().pdus[*pdu].outlets = std::max(rack().pdus[*pdu].outlets, static_cast<std::size_t>(*number));
  }

  void read_self() {
    const Node* self = root_.find("self");
    const Node* supplies = self != nullptr ? self->find("supplies") : nullptr;
    if (supplies == nullptr) return;
    for (const Node& cord : supplies->items)
      if (const auto element = Element::parse(cord.text)) has_outlet(*element);
  }

  /// The UPS of that name stands before the feed.
  void carry(const std::string& name, std::size_t feed) {
    auto ups = find_named(rack().upses, name);
    if (!ups) ups = rack().upses.size(), rack().upses.push_back({.name = name});
    rack().upses[*ups].feeds.push_back(feed);
  }

  void read_device(Mapping& map, const std::string& name) {
    Listed listed{.name = name, .url = map.required_text("url"), .line = map.line("url")};
    if (const auto via = map.text("via")) {
      vias_.insert(*via);
      if (via->starts_with("switch/")) switch_called(via->substr(7)).behind.push_back(name);
    }
    const auto feed_name = map.text("feed");
    if (feed_name && speakers_.contains(name)) {  // where what it speaks for hangs
      if (!find_named(rack().feeds, *feed_name))
        map.problem("feed", "no feed is called " + in_quotes(*feed_name), guess(*feed_name, rack().feeds));
    } else if (feed_name) {
      const auto feed = find_named(rack().feeds, *feed_name);
      if (!feed) map.problem("feed", "no feed is called " + in_quotes(*feed_name), guess(*feed_name, rack().feeds));
      listed.pdu = rack().pdus.size();
      rack().pdus.push_back({.name = name, .feed = feed.value_or(0), .outlets = least_outlets});
      read_pdu_chain(map, rack().system, rack().pdus.back());
    }
    devices_.push_back(std::move(listed));
  }

  void read_load(Mapping& map, const std::string& name) {
    if (find_named(rack().pdus, name)) map.problem({}, "a device has this name too", "give each its own");
    power::Load load{.name = name, .watts = map.number("needs_watts").value_or(-1)};
    if (const auto sharing = map.word("sharing", power::sharing_names)) load.sharing = static_cast<power::Sharing>(*sharing);
    rack().loads.push_back(std::move(load));
    each(map, "supplies", [this](Mapping& supply, const std::string& supply_name) { read_supply(supply, supply_name); });
    read_load_chain(map, rack().loads.back());
    if (rack().loads.back().supplies.empty()) map.problem("supplies", "no supply", "add supplies: {psu1: {cord: PDU/outlet/1}}");
  }

  void read_supply(Mapping& map, const std::string& name) {
    power::Supply supply{.name = name, .rated_watts = 0};
    const auto cord = map.required_text("cord");
    if (!cord.empty()) read_cord(map, cord, supply);
    const bool plugged = supply.pdu < rack().pdus.size() && supply.outlet <= rack().pdus[supply.pdu].outlets;
    read_supply_chain(map, plugged ? power::nominal_at(rack(), rack().pdus[supply.pdu], supply.outlet) : 0, supply);
    if (const auto status = map.text("status")) read_status(map, *status, supply);
    rack().loads.back().supplies.push_back(std::move(supply));
  }

  void read_cord(const Mapping& map, const std::string& cord, power::Supply& supply) {
    const auto element = Element::parse(cord);
    const auto rest = element ? element->rest() : std::string_view{};
    const auto number = rest.starts_with("outlet/") ? ground::parse_integer(rest.substr(7)) : std::nullopt;
    if (!number || *number < 1 || *number > std::int64_t(most_outlets))
      return map.problem("cord", in_quotes(cord) + " is no outlet", "write PDU/outlet/NUMBER, as in pdu-a/outlet/3");
    const auto pdu = find_named(rack().pdus, element->first());
    if (!pdu) {
      const bool known = find_named(devices_, element->first()).has_value();
      if (known) return map.problem("cord", in_quotes(element->first()) + " hangs on no feed", "add feed: to it under devices");
      return map.problem("cord", "no PDU is called " + in_quotes(element->first()), guess(element->first(), rack().pdus));
    }
    supply.pdu = *pdu;
    supply.outlet = static_cast<std::size_t>(*number);
    if (!plugged_.insert({*pdu, supply.outlet}).second)
      map.problem("cord", "another supply is plugged into " + in_quotes(cord), "give each its own outlet");
    rack().pdus[*pdu].outlets = std::max(rack().pdus[*pdu].outlets, supply.outlet);
  }

  void read_status(const Mapping& map, const std::string& status, power::Supply& supply) {
    const auto device = find_named(devices_, status);
    if (!device) return map.problem("status", "no device is called " + in_quotes(status), guess(status, devices_));
    if (devices_[*device].pdu) return map.problem("status", in_quotes(status) + " is a PDU", "name the unit that reports on this supply");
    if (std::exchange(devices_[*device].reports, true)) return share(map, status);
    supply.status = power::StatusUnit{.device = status};
  }

  /// What reports several supplies of one load is that load's own card.
  void share(const Mapping& map, const std::string& status) {
    power::Load& load = rack().loads.back();
    if (!hand_over(load, status) && !(load.cabinet && load.cabinet->card.device == status))
      return map.problem("status", in_quotes(status) + " reports on a supply of another load already", "give each load its own");
    load.cabinet = power::Cabinet{};
    load.cabinet->card.device = status;
    cards_.insert(status);
  }

  /// True where a supply of the load was reported by that device alone; it is so no more.
  static bool hand_over(power::Load& load, const std::string& device) {
    bool had = false;
    for (power::Supply& supply : load.supplies)
      if (supply.status && supply.status->device == device) supply.status.reset(), had = true;
    return had;
  }

  void read_contact(Mapping& map, const std::string& name) {
    power::Contact contact{.name = name};
    if (const auto sense = map.word("senses", power::sense_names)) contact.senses = static_cast<power::Sense>(*sense);
    contact.source = map.text("source").value_or("");
    contact.pair = map.text("pair").value_or("");
    contact.has_pair = !contact.pair.empty();
    contact.active_low = map.text("active") == "low";
    if (contact.has_pair || map.text("kind") == "relay") contact.relay = power::Relay::typical();
    commons_.insert("gpiochip/" + contact.source.substr(0, contact.source.rfind('/')));
    if (const auto common = map.text("common")) contact.common = *common, commons_.insert("contact/" + *common);
    const auto of = map.required_text("of");
    if (of.empty()) return;
    for (std::size_t l = 0; l < rack().loads.size(); ++l)
      for (std::size_t s = 0; s < rack().loads[l].supplies.size(); ++s) {
        if (Element::supply(rack().loads[l].name, rack().loads[l].supplies[s].name).text() != of) continue;
        contact.load = l, contact.supply = s;
        rack().contacts.push_back(contact);
        return;
      }
    map.problem("of", in_quotes(of) + " is no supply of this file", "write LOAD/SUPPLY, as in cab1/psu1");
  }

  /// Devices that speak for a UPS or a transfer switch are no PDUs, on whatever feed they hang.
  void list_speakers(std::string_view section) {
    const Node* node = root_.find(section);
    if (node == nullptr) return;
    for (const auto& entry : node->entries)
      if (const Node* status = entry.value.find("status")) speakers_.insert(status->text);
  }

  /// Its device is one of the file that is nothing else yet.
  void read_speaker(Mapping& map, std::string& card) {
    const auto status = map.text("status");
    if (!status) return;
    const auto device = find_named(devices_, *status);
    if (!device) return map.problem("status", "no device is called " + in_quotes(*status), guess(*status, devices_));
    if (std::exchange(devices_[*device].reports, true))
      return map.problem("status", in_quotes(*status) + " speaks for something else already", "give it a device of its own");
    card = *status;
  }

  void read_ups_section(Mapping& map, const std::string& name) {
    const auto ups = find_named(rack().upses, name);
    if (!ups) return map.problem({}, "no feed names this UPS", "add upstream: {ups: " + name + "} to the feeds behind it");
    read_speaker(map, rack().upses[*ups].card.device);
    if (const auto watts = map.number("rated_watts"); watts && *watts > 0) rack().upses[*ups].rated_watts = *watts;
  }

  void read_ats_section(Mapping& map, const std::string& name) {
    read_ats_chain(map, name, rack());
    if (const auto ats = find_named(rack().atses, name)) read_speaker(map, rack().atses[*ats].card.device);
  }

  void check_batteries() {
    for (std::size_t l = 0; l < rack().loads.size(); ++l)
      for (power::Battery& battery : rack().loads[l].batteries) {
        if (!battery.status) continue;
        const auto device = find_named(devices_, battery.status->device);
        const Mapping map{root_.find("loads")->entries[l].value, "loads." + rack().loads[l].name, report_};
        if (!device)
          map.problem("batteries", "no device is called " + in_quotes(battery.status->device), guess(battery.status->device, devices_));
        else if (devices_[*device].pdu || std::exchange(devices_[*device].reports, true))
          map.problem("batteries", in_quotes(battery.status->device) + " speaks for something else already", "give it a device of its own");
        if (!device) battery.status.reset();
      }
  }

  /// Each card is a device of the file that is nothing else yet.
  void check_cards(const Node& sim) {
    for (const auto& entry : sim.entries) {
      const Node* card = entry.value.find("card");
      if (card == nullptr) continue;
      const Mapping map{entry.value, "sim." + entry.key, report_};
      const auto device = find_named(devices_, card->text);
      const auto load = find_named(rack().loads, entry.key);
      const bool own = load && (hand_over(rack().loads[*load], card->text) || !cards_.insert(card->text).second);
      if (!device) {
        map.problem("card", "no device is called " + in_quotes(card->text), guess(card->text, devices_));
      } else if (devices_[*device].pdu || (std::exchange(devices_[*device].reports, true) && !own)) {
        map.problem("card", in_quotes(card->text) + " is a PDU, or speaks for something else already", "give it a device of its own");
      }
    }
  }

  void settle_loads() {
    for (std::size_t l = 0; l < rack().loads.size(); ++l) {
      power::Load& load = rack().loads[l];
      if (load.watts < 0)
        report_.problems.add({.file = report_.file,
                              .line = root_.find("loads")->entries[l].line,
                              .key = "loads." + load.name,
                              .what = "nothing says how much it draws",
                              .mend = "add sim: {" + load.name + ": {watts: 1200}}"});
      for (power::Supply& supply : load.supplies)  // unrated: one alone can carry the load, which is what redundancy means
        if (supply.rated_watts <= 0) supply.rated_watts = std::max(load.watts, 1.0);
    }
  }

  void list_addresses() {
    const auto add = [this](const Listed& d) {
      const auto named = std::find_if(wires_.begin(), wires_.end(), [&](const NamedWire& wire) { return wire.device == d.name; });
      const Wire wire = named == wires_.end() ? Wire{} : named->wire;
      out_.addresses.push_back({.device = d.name, .url = d.url, .line = d.line, .wire = wire});
    };
    for (const Listed& device : devices_)
      if (device.pdu) add(device);
    for (const power::Load& load : rack().loads)
      for (const power::Supply& supply : load.supplies)
        if (supply.status) add(devices_[*find_named(devices_, supply.status->device)]);
    const auto add_card = [&](const power::Card& card) {
      if (const auto device = find_named(devices_, card.device)) add(devices_[*device]);
    };
    for (const power::Ups& ups : rack().upses) add_card(ups.card);
    for (const power::Ats& ats : rack().atses) add_card(ats.card);
    for (const power::Load& load : rack().loads)
      for (const power::Battery& battery : load.batteries)
        if (battery.status) add_card(*battery.status);
    for (const power::Load& load : rack().loads)
      if (load.cabinet) add_card(load.cabinet->card);
    for (const Listed& device : devices_)
      if (!device.pdu && !device.reports)
        root_.warning("devices", in_quotes(device.name) + " hangs on no feed and reports on no supply: it is not simulated",
                      "add feed: to it, or name it as a supply's status: or a card: in sim");
  }

  void list_elements() {
    out_.elements = power::elements(rack());
    for (const power::Pdu& pdu : rack().pdus)
      for (const char* part : {"/phase/1", "/phase/2", "/phase/3", "/bank/1", "/bank/2"})
        if (const auto element = Element::parse(pdu.name + part)) list(*element);
    for (const power::Load& load : rack().loads)
      for (const char* part : {"/cache", "/bbu1"})
        if (const auto element = Element::parse(load.name + part)) list(*element);
    for (const std::string& common : commons_)
      if (const auto element = Element::parse(common)) list(*element);
    for (const std::string& via : vias_)
      if (const auto element = Element::parse(via)) out_.elements.push_back(*element);
    out_.elements.push_back(Element::named("self"));
  }

  void list(const Element& element) {
    if (std::find(out_.elements.begin(), out_.elements.end(), element) == out_.elements.end()) out_.elements.push_back(element);
  }

  ground::yaml::Report report_;
  Mapping root_;
  RackFile out_;
  std::vector<Listed> devices_;
  std::vector<NamedWire> wires_;  // as devices_, where there is a `sim:`
  std::set<std::string> vias_, speakers_, commons_, cards_;
  std::set<std::pair<std::size_t, std::size_t>> plugged_;
};

}  // namespace

RackFile read_rack(const Node& root, const std::string& file, ground::Problems& problems) {
  return RackReader{root, {file, problems}}.read();
}

RackFile parse_rack(std::string_view text, const std::string& file, ground::Problems& problems) {
  const std::size_t before = problems.errors();
  const Node root = ground::yaml::parse(text, file, problems);
  if (problems.errors() > before) return {};
  return read_rack(root, file, problems);
}

}  // namespace hwsim::scenario
