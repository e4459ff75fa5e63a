#include "collector/coverage/coverage.hpp"

#include <algorithm>

#include "collector/coverage/signs.hpp"

namespace holdup::coverage {
namespace {

using detect::Strength;
using reading::Meaning;
using Known = DeviceView::Known;

/// What of the supply itself it sees, beside what it hangs on.
bool sees_itself(const Sign& sign) { return sign.shows(Loss::input) || sign.shows(Loss::output); }

bool sooner(const Sign& a, const Sign& b) {
  if (a.only.empty() != b.only.empty()) return a.only.empty();
  return a.delay.shorter_than(b.delay);
}

bool surer(const Sign& a, const Sign& b) {
  if (a.only.empty() != b.only.empty()) return a.only.empty();
  return a.proves != b.proves ? a.proves > b.proves : sooner(a, b);
}

std::vector<Seen> seen_of(const std::vector<Sign>& signs) {
  std::vector<Seen> out;
  for (std::size_t l = 0; l < loss_names.size(); ++l) {
    std::optional<Seen> best;
    for (std::size_t s = 0; s < signs.size(); ++s) {
      if (!signs[s].shows(static_cast<Loss>(l))) continue;
      if (!best) best = Seen{.loss = static_cast<Loss>(l), .first = s, .surest = s};
      if (sooner(signs[s], signs[best->first])) best->first = s;
      if (surer(signs[s], signs[best->surest])) best->surest = s;
    }
    if (best) out.push_back(*best);
  }
  return out;
}

/// What every sign needs.
std::vector<std::string> common_needs(const std::vector<Sign>& signs) {
  if (signs.empty()) return {};
  auto out = signs.front().needs;
  for (const Sign& sign : signs)
    std::erase_if(out, [&](const std::string& need) { return std::ranges::find(sign.needs, need) == sign.needs.end(); });
  return out;
}

/// The only one who sees the supply itself.
std::string lone_witness(const std::vector<Sign>& signs) {
  std::string out;
  for (const Sign& sign : signs) {
    if (!sees_itself(sign)) continue;
    for (const auto& witness : sign.witnesses)
      if (out.empty())
        out = witness;
      else if (out != witness)
        return {};
  }
  return out;
}

class Looking {
 public:
  Looking(const Picture& picture, Index supply)
      : picture_{picture}, site_{picture.site}, supply_{site_.supplies[supply]}, load_{site_.loads[supply_.load]} {
    out_.supply = supply;
    out_.signs = signs_of_supply(picture, supply);
  }

  Supply look() {
    out_.seen = seen_of(out_.signs);
    out_.single_points = common_needs(out_.signs);
    out_.rests_on = lone_witness(out_.signs);
    if (out_.supply < picture_.carried.size()) out_.carried = picture_.carried[out_.supply];
    for (const auto& device : {supply_.status, supply_.pdu})
      if (device && picture_.devices[*device].known == Known::nothing) out_.unknown.push_back(site_.element_of_device(*device).text());
    blind_losses();
    blind_standby();
    blind_sharing();
    blind_status();
    blind_contacts();
    blind_silence();
    return std::move(out_);
  }

 private:
  void blind(std::string_view what, std::string text) { out_.blind.push_back({what, std::move(text)}); }
  [[nodiscard]] bool shows(Loss loss) const {
    return std::ranges::any_of(out_.signs, [loss](const Sign& sign) { return sign.shows(loss); });
  }

  // While a device has not answered, or its profile is not written, nobody can say what it does not tell.
  void blind_losses() {
    if (!out_.unknown.empty()) return;
    if (out_.signs.empty()) return blind("nothing", "no sensor of it, and none of what it hangs on: its loss would not be seen");
    if (!shows(Loss::above)) blind("above", "no sign shows the loss of what it hangs on");
    if (!shows(Loss::input)) blind("input", "no sign shows that its cord or fuse went: no input bit, no contact, no current that counts");
    if (!shows(Loss::output))
      blind("output", "no sign shows that the supply itself failed: no output bit, no contact, no current that counts");
  }

  // VERDICTS rows 10 and 11: at 0 A nothing moves when it is lost.
  void blind_standby() {
    if (load_.sharing != site::Sharing::standby || !out_.unknown.empty()) return;
    const bool sure = std::ranges::any_of(out_.signs, [](const Sign& sign) {
      return (sign.shows(Loss::above) || sign.shows(Loss::input)) && sign.only != "while it carries load" && sign.point != trap_point;
    });
    if (!sure) blind("standby", "stands by at 0 A with no input bit, no contact and no inlet voltage: when it is lost no current moves");
  }

  void blind_sharing() {
    const bool judged =
        std::ranges::any_of(out_.signs, [](const Sign& sign) { return sees_itself(sign) && sign.proves > Strength::reported; });
    if (load_.sharing == site::Sharing::unknown && !judged && load_.supplies.size() > 1 && out_.unknown.empty())
      blind("sharing", "how " + load_.name + " shares its load is not told: a current that is gone may be standing by; write sharing:");
  }

  void blind_status() {
    if (!supply_.status) return;
    std::vector<std::string> others;
    for (const Index s : load_.supplies)
      if (s != out_.supply && site_.supplies[s].status == supply_.status) others.push_back(site_.supplies[s].name);
    const auto input = status_point(picture_, out_.supply, Meaning::supply_input_ok);
    const auto& view = picture_.devices[*supply_.status];
    const bool numbered = input && !label(view.points[*input], "index").empty();
    if (!others.empty() && view.exact && !numbered)
      blind("shared_status", site_.element_of_device(*supply_.status).text() + " tells one state for it and " + others.front() +
                                 (others.size() > 1 ? " and others" : "") + ": which of them is lost it does not say");
  }

  void blind_contacts() {
    for (Index c = 0; c < site_.contacts.size(); ++c) {
      const auto& contact = site_.contacts[c];
      if (contact.supply != out_.supply) continue;
      const auto name = ground::Element::contact(contact.name).text();
      if (contact.pair.empty())
        blind("unsupervised", name + " has no pair: a broken wire looks as a loss, and what it says is reported, not proven");
      if (picture_.live() && !picture_.moved[c])
        blind("never_moved", name + " never moved while holdup looked: nobody knows whether it would");
    }
  }

  void blind_silence() {
    if (!supply_.pdu || !site_.devices[*supply_.pdu].feed) return;
    const auto pdu = site_.element_of_pdu(*supply_.pdu).text();
    if (beside(site_, *supply_.pdu, {}).empty())
      blind("path", "nothing else is reached the way " + pdu + " is: its silence proves nothing");
    if (pdus_on(site_, *site_.devices[*supply_.pdu].feed).size() == 1)
      blind("single_pdu", pdu + " is the only one on " + site_.element_of_feed(*site_.devices[*supply_.pdu].feed).text() +
                              ": its silence alone is never called the feed's loss");
  }

  const Picture& picture_;
  const site::Site& site_;
  const site::Supply& supply_;
  const site::Load& load_;
  Supply out_;
};

Feed look_at_feed(const Picture& picture, Index feed) {
  const auto& site = picture.site;
  Feed out{.feed = feed, .pdus = {}, .signs = signs_of_feed(picture, feed), .blind = {}};
  for (const Index pdu : pdus_on(site, feed)) out.pdus.push_back(site.element_of_pdu(pdu).text());
  if (out.pdus.empty())
    out.blind.push_back({"no_pdu", "no device of the site hangs on it: it is not seen"});
  else if (out.pdus.size() == 1)
    out.blind.push_back({"single_pdu", "one PDU: what it and its supplies show is never called the feed's loss"});
  else if (out.signs.empty())
    out.blind.push_back({"path", "nothing beside it answers over the same way, and not every PDU measures its inlet"});
  return out;
}

// Row 29: power is one of five reasons why a disk is not there.
Load look_at_load(const Picture& picture, Index load) {
  const auto& site = picture.site;
  bool cache = false;
  const auto look = [&](std::optional<Index> device) {
    if (!device) return;
    for (const auto& point : picture.devices[*device].points)
      cache = cache || point.means == Meaning::cache_write_back || point.means == Meaning::unsaved_data;
  };
  look(site.loads[load].status);
  for (const Index s : site.loads[load].supplies) look(site.supplies[s].status);
  for (const Index b : site.loads[load].batteries) look(site.batteries[b].status);
  return {
      .load = load,
      .blind = {{"inside", std::string{cache ? "" : "cache, "} + "controllers and LUN paths are not observed: this is its power only"}}};
}

}  // namespace

bool Sign::shows(Loss loss) const { return std::ranges::find(sees, loss) != sees.end(); }

bool Supply::exercised() const {
  return std::ranges::any_of(signs, [](const Sign& sign) { return sign.exercised.has_value(); });
}

Coverage coverage_of(const Picture& picture) {
  Coverage out;
  for (Index s = 0; s < picture.site.supplies.size(); ++s) out.supplies.push_back(Looking{picture, s}.look());
  for (Index f = 0; f < picture.site.feeds.size(); ++f) out.feeds.push_back(look_at_feed(picture, f));
  for (Index l = 0; l < picture.site.loads.size(); ++l) out.loads.push_back(look_at_load(picture, l));
  return out;
}

}  // namespace holdup::coverage
