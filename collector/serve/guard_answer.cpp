#include "collector/serve/guard_answer.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "collector/serve/assessment.hpp"
#include "collector/site/loss.hpp"
#include "ground/json_writer.hpp"
#include "ground/number.hpp"

namespace holdup::serve {
namespace {

using ground::Element;

std::string watts_text(double watts) { return ground::number_text(std::round(watts)) + " W"; }

/// Everything that carries on must be seen good: what is not known is a reason to stop.
class Guarding {
 public:
  Guarding(const Mirror& mirror, const Element& element, Instant now)
      : mirror_{mirror},
        site_{mirror.site()},
        element_{element},
        watts_{site::needed_watts(site_)},
        loss_{site::lose(site_, element, watts_)},
        assessment_{assess(mirror, now)} {}

  std::string answer(incident::Moment moment) {
    look();
    ground::JsonWriter out;
    out.begin_object().field("element", element_.text()).field("time", ground::iso8601(moment.utc())).field("safe", stops_.empty());
    write(out, "stops", stops_);
    write(out, "good", good_);
    return out.end_object().take();
  }

 private:
  struct Word {
    std::string element, why;
  };
  static void write(ground::JsonWriter& out, std::string_view key, const std::vector<Word>& words) {
    out.key(key).begin_array();
    for (const auto& [element, why] : words) out.begin_object().field("element", element).field("why", why).end_object();
    out.end_array();
  }
  void stop(const Element& element, std::string why) { stops_.push_back({element.text(), std::move(why)}); }

  void look() {
    if (!mirror_.restored()) stop(Element::named("self"), "still reading what happened before the start");
    for (const Element& dark : loss_.dark) {
      if (site_.load(dark.text())) stop(dark, "goes dark with it");
      if (dark.text() == "self") stop(dark, "the collector goes dark with it: nobody would see");
    }
    for (const auto& survivor : loss_.survivors) look_at(survivor);
    for (const auto device : watching_) look_at_device(device);
    for (const auto& strain : loss_.strains)
      if (strain.burden.ratio() > 1) stop(strain.burden.element, "would be overloaded");
    look_at_incidents();
    look_at_windows();
  }

  void look_at(const site::Survivor& survivor) {
    const double needs = watts_[survivor.load];
    if (survivor.rated_watts && *survivor.rated_watts < needs)
      stop(site_.element_of_load(survivor.load), "what is left gives " + watts_text(*survivor.rated_watts) + " of " + watts_text(needs));
    for (const site::Index s : survivor.on) {
      const auto& view = assessment_.supplies[s];
      const auto element = site_.element_of_supply(s);
      if (view.state == SupplyView::State::on)
        good_.push_back({element.text(), view.why});
      else
        stop(element, view.why);
      for (const auto& device : {site_.supplies[s].pdu, site_.supplies[s].status})
        if (device) watching_.insert(*device);
    }
  }

  void look_at_device(site::Index device) {
    const auto element = site_.element_of_device(device);
    const auto& state = mirror_.device(device);
    if (std::ranges::find(loss_.silent, element) != loss_.silent.end())
      stop(element, "falls silent with it: nobody would see the other side");
    else if (!state.heard || state.silent_since)
      stop(element, "does not answer");
    else
      good_.push_back({element.text(), "answers"});
  }

  // A loss on the side that is worked on is what the work is.
  void look_at_incidents() {
    for (const auto& incident : mirror_.open())
      for (const auto& open : incident.open)
        if (is_other_side(open.element) || (open.verdict == detect::Verdict::load_down && touches(open.element)))
          stop(open.element, std::string{name(open.verdict)} + " (" + std::string{name(open.strength)} + ")");
  }

  void look_at_windows() {
    for (const auto& window : mirror_.ledger().notices().windows())
      if (is_other_side(window.element)) stop(window.element, "is worked on by " + window.owner + ": " + window.reason);
  }

  /// What lives on, what that hangs on, and who tells of either.
  [[nodiscard]] bool is_other_side(const Element& element) const {
    const auto& branches = mirror_.ledger().branches();
    if (branches.is_other_side(element, element_)) return true;
    const auto spoken_for = [&](site::Index s) { return branches.speaks_for(element, site_.element_of_supply(s)); };
    const bool watches = std::ranges::any_of(
        watching_, [&](site::Index d) { return site_.element_of_device(d) == element || site_.path_of_device(d) == element; });
    return watches || std::ranges::any_of(loss_.survivors, [&](const auto& one) { return std::ranges::any_of(one.on, spoken_for); });
  }
  [[nodiscard]] bool touches(const Element& load) const {
    return std::ranges::any_of(loss_.survivors, [&](const auto& one) { return site_.element_of_load(one.load) == load; });
  }

  const Mirror& mirror_;
  const site::Site& site_;
  const Element& element_;
  std::vector<double> watts_;
  site::Loss loss_;
  Assessment assessment_;
  std::set<site::Index> watching_;  // devices that see what lives on
  std::vector<Word> stops_, good_;
};

}  // namespace

std::string guard_json(const Mirror& mirror, std::string_view text, incident::Moment moment) {
  const auto element = Element::parse(text);
  if (!element || !std::ranges::count(site::every_element(mirror.site()), *element)) return {};
  return Guarding{mirror, *element, moment.now}.answer(moment);
}

}  // namespace holdup::serve
