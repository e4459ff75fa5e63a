#include "collector/coverage/signs.hpp"

#include <algorithm>
#include <utility>

#include "collector/detect/point_text.hpp"

namespace holdup::coverage {
namespace {

using detect::Strength;
using drivers::Address;
using ground::Element;
using reading::Meaning;
using site::Senses;

void join(std::vector<std::string>& all, const std::vector<std::string>& more) {
  for (const auto& one : more)
    if (std::ranges::find(all, one) == all.end()) all.push_back(one);
}

/// The first point of these that means this and of which `fits` is true.
template <class Fits>
std::optional<std::size_t> point_of(const DeviceView& view, Meaning means, Fits fits) {
  const auto at = std::ranges::find_if(view.points, [&](const reading::Point& point) { return point.means == means && fits(point); });
  return at == view.points.end() ? std::nullopt : std::optional{static_cast<std::size_t>(at - view.points.begin())};
}

/// Where a profile alone is known a row has no index yet.
bool is_index(const DeviceView& view, const reading::Point& point, std::string_view index) {
  const auto told = label(point, "index");
  return told == index || (!view.exact && told.empty());
}

/// Where no outlet is metered and one cord alone hangs on the PDU, what its inlet meters is what that cord carries.
std::optional<std::size_t> stand_in(const Picture& picture, Index pdu, Meaning outlet) {
  const auto& view = picture.devices[pdu];
  const auto count = [&](Meaning means) { return std::ranges::count(view.points, means, &reading::Point::means); };
  if (count(outlet) > 0 || std::ranges::count(picture.site.supplies, std::optional{pdu}, &site::Supply::pdu) != 1) return std::nullopt;
  const auto wholes = outlet == Meaning::outlet_power     ? std::vector{Meaning::inlet_power}
                      : outlet == Meaning::outlet_current ? std::vector{Meaning::inlet_current, Meaning::phase_current}
                                                          : std::vector<Meaning>{};
  for (const Meaning whole : wholes)
    if (view.exact && count(whole) == 1) return point_of(view, whole, [](const reading::Point&) { return true; });
  return std::nullopt;
}

struct Meter {
  Index device = 0;
  std::size_t point = 0;
  Meaning means{};
};

/// Which of its meters a transfer is weighed by.
std::optional<Meter> meter_of(const Picture& picture, Index supply) {
  const auto& one = picture.site.supplies[supply];
  for (const Meaning means : {Meaning::supply_output_power, Meaning::supply_input_power})
    if (const auto p = status_point(picture, supply, means)) return Meter{*one.status, *p, means};
  for (const Meaning means : {Meaning::outlet_power, Meaning::outlet_current})
    if (const auto p = outlet_point(picture, supply, means)) return Meter{*one.pdu, *p, means};
  return std::nullopt;
}

/// How it is heard that the siblings carry what a supply carried.
struct Takeover {
  Delay slowest;
  Duration held{};  // so long the supply itself gives what its input no longer brings
  std::vector<std::string> needs, witnesses;
};

/// As far as it is printed.
Duration longest_holdup(const site::Supply& supply) {
  Duration out{};
  for (const auto& point : supply.holdup) out = std::max(out, point.length);
  return out;
}

std::optional<Takeover> taken_over(const Picture& picture, Index supply) {
  const auto own = meter_of(picture, supply);
  if (!own) return std::nullopt;
  Takeover out{
      .slowest = {}, .held = longest_holdup(picture.site.supplies[supply]), .needs = way_of(picture.site, own->device), .witnesses = {}};
  for (const Index sibling : picture.site.loads[picture.site.supplies[supply].load].supplies) {
    if (sibling == supply) continue;
    const auto meter = meter_of(picture, sibling);
    if (!meter || meter->means != own->means) return std::nullopt;
    auto delay = heard(picture, meter->device, meter->point);
    if (out.witnesses.empty() || out.slowest.shorter_than(delay)) out.slowest = std::move(delay);
    join(out.needs, way_of(picture.site, meter->device));
    join(out.witnesses, {picture.site.element_of_device(meter->device).text()});
  }
  return out.witnesses.empty() ? std::nullopt : std::optional{std::move(out)};
}

/// The siblings are heard beside what falls, as far as that takes longer. They count once they have measured after the last word of what
/// fell, and that may itself be `stale`.
void rest_on(Sign& sign, const Takeover& takeover, const Term& stale) {
  Term more{.what = "siblings",
            .length = {},
            .basis = std::max(takeover.slowest.basis(), stale.basis),
            .why = takeover.held > Duration{} ? "heard to carry what it carried, from its hold-up on" : "heard to carry what it carried"};
  if (takeover.slowest.worst() && stale.length)
    more.length = std::max(Duration{}, *stale.length + takeover.held + takeover.slowest.least() - sign.delay.least());
  sign.delay.terms.push_back(std::move(more));
  join(sign.needs, takeover.needs);
  join(sign.witnesses, takeover.witnesses);
}

class Gathering {
 public:
  Gathering(const Picture& picture, Index supply)
      : picture_{picture}, site_{picture.site}, index_{supply}, supply_{site_.supplies[supply]}, load_{site_.loads[supply_.load]} {}

  std::vector<Sign> all() {
    contacts();
    status();
    outlet();
    above();
    traps();
    const auto element = site_.element_of_supply(index_);
    auto of = site_.ancestors(element);
    of.push_back(element);
    for (Sign& sign : signs_)
      if (const auto* last = picture_.live() ? picture_.exercises->last(sign.source, sign.point, of) : nullptr) sign.exercised = *last;
    return std::move(signs_);
  }

 private:
  Sign& add(Sign sign) {
    if (sign.witnesses.empty()) sign.witnesses = {sign.source};
    return signs_.emplace_back(std::move(sign));
  }
  Sign& add_point(Index device, std::size_t p, std::string what, Strength proves, std::vector<Loss> sees) {
    return add({.source = site_.element_of_device(device).text(),
                .point = detect::short_text(picture_.devices[device].points[p]),
                .what = std::move(what),
                .proves = proves,
                .sees = std::move(sees),
                .only = {},
                .delay = heard(picture_, device, p),
                .needs = way_of(site_, device),
                .witnesses = {},
                .exercised = {}});
  }
  [[nodiscard]] bool has(Meaning means) const { return status_point(picture_, index_, means).has_value(); }

  void contacts() {
    for (Index c = 0; c < site_.contacts.size(); ++c)
      if (site_.contacts[c].supply == index_) contact(c);
  }

  void contact(Index c) {
    const auto& built = site_.contacts[c];
    const bool alarm = built.senses == Senses::alarm, output = built.senses == Senses::dc_ok;
    const bool alone = alarm || (output && !has(Meaning::supply_input_ok) && !senses_input());
    auto sees = alone    ? std::vector{Loss::above, Loss::input, Loss::output}
                : output ? std::vector{Loss::output}
                         : std::vector{Loss::above, Loss::input};
    const auto element = Element::contact(built.name).text();
    auto needs = std::vector{element, Element::gpiochip(built.chip).text()};
    join(needs, {site_.element_of_common(c).text()});
    add({.source = element,
         .point = alarm ? "contact closed" : "contact open",
         .what = "contact " + std::string{site::senses_names[static_cast<std::size_t>(built.senses)]} + ", " +
                 std::string{site::contact_kind_names[static_cast<std::size_t>(built.kind)]},
         .proves = built.pair.empty() || alone ? Strength::reported : Strength::proven,
         .sees = std::move(sees),
         .only = {},
         .delay = opened(built),
         .needs = std::move(needs),
         .witnesses = {},
         .exercised = {}});
  }
  [[nodiscard]] bool senses_input() const {
    return std::ranges::any_of(site_.contacts, [this](const site::Contact& one) {
      return one.supply == index_ && (one.senses == Senses::ac_in || one.senses == Senses::ac_ok);
    });
  }

  // An output that failed is told from an input that is gone by the input's own word only.
  void status() {
    if (!supply_.status) return;
    const Index device = *supply_.status;
    const auto input = status_point(picture_, index_, Meaning::supply_input_ok);
    if (input) add_point(device, *input, "its input bit", Strength::proven, {Loss::above, Loss::input});
    if (const auto output = status_point(picture_, index_, Meaning::supply_output_ok); input && output)
      add_point(device, *output, "its output bit", Strength::proven, {Loss::output});
    if (const auto present = status_point(picture_, index_, Meaning::supply_present))
      add_point(device, *present, "its bay", Strength::proven, {Loss::removal});
  }

  void outlet() {
    if (!supply_.pdu) return;
    if (const auto state = outlet_point(picture_, index_, Meaning::outlet_state))
      add_point(*supply_.pdu, *state, "its outlet's state", Strength::proven, {Loss::off});
    current();
  }

  // What stands by draws nothing: there a current that is gone says nothing, and elsewhere only with the siblings that took over.
  void current() {
    const auto amperes = outlet_point(picture_, index_, Meaning::outlet_current);
    const auto takeover = taken_over(picture_, index_);
    if (!amperes || !takeover || load_.sharing == site::Sharing::standby) return;
    const bool active = load_.sharing == site::Sharing::active;
    const bool own = picture_.devices[*supply_.pdu].points[*amperes].means == Meaning::outlet_current;
    auto& sign = add_point(*supply_.pdu, *amperes, own ? "its outlet's current" : "its PDU's current, as its only cord",
                           active ? Strength::proven : Strength::unknown, {Loss::input, Loss::output});
    if (has(Meaning::supply_input_ok)) sign.only = "while its status is silent";
    rest_on(sign, *takeover, Term{sign.delay.terms.front()});
  }

  void above() {
    if (!supply_.pdu || !site_.devices[*supply_.pdu].feed) return;
    const Index pdu = *supply_.pdu;
    bank(pdu);
    if (const auto volts = inlet_point(picture_, pdu))
      add_point(pdu, *volts, "the PDU's inlet voltage", Strength::proven, {Loss::above}).only = "while the PDU's card lives";
    silence(pdu);
    for (Sign& sign : signs_of_feed(picture_, *site_.devices[pdu].feed))
      if (sign.point == silence_point) add(std::move(sign));
  }

  void bank(Index pdu) {
    const auto bank = site_.bank_of(*site_.cord_of_supply(index_));
    if (!bank) return;
    const auto of_bank = [&](const reading::Point& point) {
      return label(point, "part") == "bank" && is_index(picture_.devices[pdu], point, site_.banks[*bank].name);
    };
    for (const auto& [means, what] :
         {std::pair{Meaning::breaker_closed, "its bank's breaker"}, {Meaning::bank_voltage, "its bank's voltage"}})
      if (const auto p = point_of(picture_.devices[pdu], means, of_bank)) add_point(pdu, *p, what, Strength::proven, {Loss::above});
  }

  // A PDU's card is fed by its own inlet: its silence is the usual sign, where the siblings are seen to take over.
  void silence(Index pdu) {
    const auto takeover = taken_over(picture_, index_);
    const auto others = beside(site_, pdu, {});
    if (!takeover || others.empty() || picture_.devices[pdu].known == DeviceView::Known::nothing) return;
    auto& sign = add({.source = site_.element_of_device(pdu).text(),
                      .point = std::string{silence_point},
                      .what = "the PDU's silence, with its load taken over",
                      .proves = Strength::proven,
                      .sees = {Loss::above},
                      .only = load_.sharing == site::Sharing::active ? "" : "while it carries load",
                      .delay = silent(picture_, pdu),
                      .needs = way_of(site_, pdu),
                      .witnesses = {},
                      .exercised = {}});
    if (others.size() == 1) join(sign.needs, way_of(site_, others.front()));
    rest_on(sign, *takeover, {.what = "silence", .length = Duration{}, .basis = Basis::measured});
  }

  void traps() {
    if (site_.traps_listen.empty()) return;
    for (const auto& device : {supply_.status, supply_.pdu})
      if (device && site_.devices[*device].address.protocol == Address::Protocol::snmp) trap(*device, device == supply_.status);
  }

  void trap(Index device, bool own) {
    add({.source = site_.element_of_device(device).text(),
         .point = std::string{trap_point},
         .what = own ? "its trap" : "the PDU's trap",
         .proves = Strength::reported,
         .sees = own ? std::vector{Loss::above, Loss::input} : std::vector{Loss::above, Loss::off},
         .only = picture_.devices[device].trapped || !picture_.live() ? "where it calls" : "where it calls, and it never did",
         .delay = {{{.what = "call", .length = {}, .why = "when the device sends it, if it arrives"}}},
         .needs = way_of(site_, device),
         .witnesses = {},
         .exercised = {}});
  }

  const Picture& picture_;
  const site::Site& site_;
  Index index_;
  const site::Supply& supply_;
  const site::Load& load_;
  std::vector<Sign> signs_;
};

/// The slowest of several that have to agree.
struct Agreement {
  Delay delay;
  std::vector<std::string> needs, witnesses;

  void take(const site::Site& site, Index device, Delay other) {
    if (witnesses.empty() || delay.shorter_than(other)) delay = std::move(other);
    join(needs, way_of(site, device));
    join(witnesses, {site.element_of_device(device).text()});
  }
};

Sign of_feed(const site::Site& site, Index feed, Agreement agreement, std::string_view point, std::string what, Strength proves) {
  return {.source = site.element_of_feed(feed).text(),
          .point = std::string{point},
          .what = std::move(what),
          .proves = proves,
          .sees = {Loss::above},
          .only = {},
          .delay = std::move(agreement.delay),
          .needs = std::move(agreement.needs),
          .witnesses = std::move(agreement.witnesses),
          .exercised = {}};
}

}  // namespace

std::vector<Index> pdus_on(const site::Site& site, Index feed) {
  std::vector<Index> out;
  for (Index d = 0; d < site.devices.size(); ++d)
    if (site.devices[d].feed == feed) out.push_back(d);
  return out;
}

std::vector<Index> beside(const site::Site& site, Index device, std::optional<Index> feed) {
  std::vector<Index> out;
  for (Index d = 0; d < site.devices.size(); ++d)
    if (d != device && site.devices[d].via == site.devices[device].via && !(feed && site.devices[d].feed == feed)) out.push_back(d);
  return out;
}

std::optional<std::size_t> status_point(const Picture& picture, Index supply, Meaning means) {
  const auto& one = picture.site.supplies[supply];
  if (!one.status) return std::nullopt;
  const auto same = std::ranges::count_if(picture.site.supplies, [&](const auto& other) { return other.status == one.status; });
  return point_of(picture.devices[*one.status], means,
                  [&](const reading::Point& point) { return same < 2 || site::is_numbered(one.name, label(point, "index")); });
}

std::optional<std::size_t> outlet_point(const Picture& picture, Index supply, Meaning means) {
  const auto& one = picture.site.supplies[supply];
  if (!one.pdu) return std::nullopt;
  const auto& view = picture.devices[*one.pdu];
  const auto found = point_of(view, means, [&](const reading::Point& point) { return is_index(view, point, one.outlet); });
  return found ? found : stand_in(picture, *one.pdu, means);
}

std::optional<std::size_t> inlet_point(const Picture& picture, Index device) {
  return point_of(picture.devices[device], Meaning::input_voltage, [](const reading::Point&) { return true; });
}

std::vector<Sign> signs_of_supply(const Picture& picture, Index supply) { return Gathering{picture, supply}.all(); }

// All of a feed at once, while all others on the path answer: one PDU alone is that PDU.
std::vector<Sign> signs_of_feed(const Picture& picture, Index feed) {
  const auto& site = picture.site;
  const auto pdus = pdus_on(site, feed);
  std::vector<Sign> out;
  if (pdus.size() < 2) return out;
  Agreement silence, volts;
  bool measured = true;
  for (const Index pdu : pdus) {
    const auto point = inlet_point(picture, pdu);
    measured = measured && point;
    if (point) volts.take(site, pdu, heard(picture, pdu, *point));
    silence.take(site, pdu, silent(picture, pdu));
  }
  const auto others = beside(site, pdus.front(), feed);
  if (others.size() == 1) join(silence.needs, way_of(site, others.front()));
  if (!others.empty()) {
    const auto n = std::to_string(pdus.size());
    out.push_back(
        of_feed(site, feed, std::move(silence), silence_point, n + " of " + n + " PDUs silent, all others answer", Strength::probable));
  }
  if (!measured) return out;
  out.push_back(of_feed(site, feed, std::move(volts), "voltage", "no voltage at any of its PDUs", Strength::proven));
  out.back().only = "while their cards live";
  return out;
}

}  // namespace holdup::coverage
