#include "collector/serve/assessment.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "collector/incident/severity.hpp"
#include "ground/instant.hpp"
#include "ground/number.hpp"

namespace holdup::serve {
namespace {

using detect::Verdict;
using ground::Element;
using reading::Meaning;

constexpr double meter_floor_amperes = 0.2;  // below it a meter's word is noise
constexpr std::size_t sentence_incidents = 3;

struct Judged {
  const Mirror& mirror;
  Instant now;

  const site::Site& site() const { return mirror.site(); }

  const Value* sign(site::Index device, Meaning means, std::string_view outlet = {}) const {
    for (const Value* value : mirror.device(device).meaningful)
      if (value->means == means && (outlet.empty() || value->series->label("index") == outlet)) return value;
    return nullptr;
  }

  std::optional<std::string> open_on(const Element& element) const {
    for (const auto& incident : mirror.open())
      for (const auto& open : incident.open)
        if (open.element == element && detect::is_loss(open.verdict))
          return element.text() + ": " + std::string{name(open.verdict)} + " (" + std::string{name(open.strength)} + ")";
    return std::nullopt;
  }

  SupplyView supply(site::Index index) const;
  SupplyView by_status(SupplyView view, const Value& ok) const;
  SupplyView by_outlet(SupplyView view) const;
  std::string unheard(site::Index device) const;
  LoadView load(site::Index index, const std::vector<SupplyView>& supplies) const;
  std::string sentence(const Assessment& assessment) const;
  std::string doubts(const Assessment& assessment) const;
};

SupplyView Judged::supply(site::Index index) const {
  SupplyView view{.supply = index};
  const auto element = site().element_of_supply(index);
  const auto found = [&](std::string why) {
    view.state = SupplyView::State::lost;
    view.why = std::move(why);
    return view;
  };
  if (auto why = open_on(element)) return found(std::move(*why));
  const auto status = site().supplies[index].status;
  const Value* ok = status ? sign(*status, Meaning::supply_input_ok) : nullptr;
  for (const auto& above : site().ancestors(element)) {
    const bool contradicted = ok != nullptr && ok->fresh(now) && ok->value == 1;
    if (auto why = open_on(above); why && !contradicted) return found(std::move(*why));
  }
  if (ok != nullptr) return by_status(std::move(view), *ok);
  if (status && !mirror.device(*status).identity) {
    view.why = unheard(*status);
    return view;
  }
  return by_outlet(std::move(view));
}

SupplyView Judged::by_status(SupplyView view, const Value& ok) const {
  const site::Index device = *site().supplies[view.supply].status;
  if (!ok.fresh(now)) {
    view.why = unheard(device);
    return view;
  }
  for (const auto& [means, bad] : {std::pair{Meaning::supply_input_ok, "its input is reported bad"},
                                   {Meaning::supply_output_ok, "its output is reported bad"},
                                   {Meaning::supply_present, "it is reported missing"}}) {
    const Value* value = sign(device, means);
    if (value == nullptr || !value->fresh(now) || value->value != 0) continue;
    view.why = bad;
    return view;
  }
  view.state = SupplyView::State::on;
  view.why = "input good";
  return view;
}

// Without a status of its own, a supply is seen by what its outlet carries.
SupplyView Judged::by_outlet(SupplyView view) const {
  const auto& supply = site().supplies[view.supply];
  const Value* current = supply.pdu ? sign(*supply.pdu, Meaning::outlet_current, supply.outlet) : nullptr;
  if (current == nullptr) {
    view.why = supply.pdu && !mirror.device(*supply.pdu).identity ? unheard(*supply.pdu) : "nothing that answers watches it";
  } else if (!current->fresh(now)) {
    view.why = unheard(*supply.pdu);
  } else if (current->value < meter_floor_amperes) {
    view.why = "its outlet carries nothing: standby, off or lost";
  } else {
    view.state = SupplyView::State::on;
    view.why = "outlet carries " + ground::number_text(std::round(current->value * 100) / 100) + " A";
  }
  return view;
}

std::string Judged::unheard(site::Index device) const {
  const auto& state = mirror.device(device);
  const auto& device_name = site().devices[device].name;
  if (!state.heard) return device_name + (state.silent_since ? " does not answer" : " has not answered yet");
  const auto age = std::chrono::floor<std::chrono::seconds>(now - *state.heard);
  if (state.silent_since) return device_name + " is silent for " + ground::duration_text(age);
  return device_name + " gives no good reading, last answer " + ground::duration_text(age) + " ago";
}

LoadView Judged::load(site::Index index, const std::vector<SupplyView>& supplies) const {
  LoadView view{.load = index, .paths = LoadView::Paths::redundant};
  std::set<std::optional<site::Index>> feeds;
  for (site::Index s : site().loads[index].supplies) {
    feeds.insert(site().feed_of_supply(s));
    if (supplies[s].state != SupplyView::State::on) view.paths = LoadView::Paths::unknown;
  }
  if (feeds.size() < 2) view.paths = LoadView::Paths::none;
  for (const auto& incident : mirror.open())
    for (const auto& open : incident.open)
      if (open.element == site().element_of_load(index) &&
          (open.verdict == Verdict::load_down || open.verdict == Verdict::path_redundancy_lost))
        view.paths = open.strength == detect::Strength::unknown ? LoadView::Paths::unknown : LoadView::Paths::lost;
  return view;
}

// Several feeds of a load still give although a supply is gone: degraded, not lost. The verdicts are the core's.
Level level_of(const Mirror& mirror, const Assessment& assessment) {
  const auto any = [&](LoadView::Paths paths) {
    return std::any_of(assessment.loads.begin(), assessment.loads.end(), [&](const auto& load) { return load.paths == paths; });
  };
  if (any(LoadView::Paths::lost)) return Level::lost;
  if (!mirror.restored() || any(LoadView::Paths::unknown)) return Level::unknown;
  // What comes and goes is an incident all the while, and no trouble when it is not there.
  const bool troubled = std::any_of(mirror.open().begin(), mirror.open().end(), [](const auto& incident) {
    return incident.verdict != Verdict::meter_implausible && !incident.open.empty();
  });
  if (troubled || !any(LoadView::Paths::redundant)) return Level::degraded;
  const bool one_feed = std::any_of(assessment.loads.begin(), assessment.loads.end(), [&](const auto& load) {
    return load.paths == LoadView::Paths::none && mirror.site().loads[load.load].supplies.size() > 1;
  });
  return one_feed ? Level::degraded : Level::redundant;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

std::string Judged::sentence(const Assessment& assessment) const {
  std::vector<std::string> parts;
  std::vector<incident::Incident> open, waiting;
  for (const auto& incident : mirror.open()) (incident.open.empty() ? waiting : open).push_back(incident);
  for (std::size_t i = 0; i < open.size() && i < sentence_incidents; ++i) {
    parts.push_back(open[i].summary.empty() ? open[i].cause.text() + " " + std::string{name(open[i].verdict)}
                                            : incident::sentence(open[i]));
    for (const auto& verdict : open[i].open) {
      if (verdict.element == open[i].cause) continue;
      if (verdict.verdict == Verdict::load_down) parts.push_back(verdict.element.text() + " is down");
      if (verdict.verdict == Verdict::path_redundancy_lost)
        parts.push_back("path redundancy of " + verdict.element.text() +
                        (verdict.strength == detect::Strength::unknown ? " unknown" : " lost"));
    }
  }
  if (open.size() > sentence_incidents) parts.push_back(std::to_string(open.size() - sentence_incidents) + " more incidents");
  if (auto doubt = doubts(assessment); !doubt.empty()) parts.push_back(std::move(doubt));
  if (parts.empty())
    parts.push_back(assessment.level == Level::redundant ? "redundant" : "no load here has supplies on two feeds: nothing is redundant");
  for (std::size_t i = 0; i < waiting.size() && i < sentence_incidents; ++i)
    parts.push_back(waiting[i].cause.text() + " comes and goes: " + std::to_string(waiting[i].times) + " times");
  if (const auto n = mirror.warnings().size(); n > 0) parts.push_back(std::to_string(n) + (n == 1 ? " warning" : " warnings"));
  return site().rack + ": " + joined(parts);
}

// What keeps a load from being called redundant without being lost.
std::string Judged::doubts(const Assessment& assessment) const {
  if (!mirror.restored()) return "starting, cannot tell yet";
  std::vector<std::string> unseen, lone;
  for (const auto& load : assessment.loads) {
    const auto& supplies = site().loads[load.load].supplies;
    if (load.paths == LoadView::Paths::none && supplies.size() > 1)
      lone.push_back(site().loads[load.load].name + " has all its supplies on one feed");
    if (load.paths != LoadView::Paths::unknown) continue;
    for (site::Index s : supplies)
      if (assessment.supplies[s].state == SupplyView::State::unknown)
        unseen.push_back(site().element_of_supply(s).text() + " (" + assessment.supplies[s].why + ")");
  }
  if (unseen.size() > sentence_incidents) {
    const auto more = unseen.size() - sentence_incidents;
    unseen.resize(sentence_incidents);
    unseen.push_back("and " + std::to_string(more) + " more");
  }
  if (!unseen.empty()) return "cannot tell, unseen are " + joined(unseen);
  return joined(lone);
}

}  // namespace

Assessment assess(const Mirror& mirror, Instant now) {
  const Judged judged{mirror, now};
  Assessment assessment;
  for (site::Index s = 0; s < mirror.site().supplies.size(); ++s) assessment.supplies.push_back(judged.supply(s));
  for (site::Index l = 0; l < mirror.site().loads.size(); ++l) assessment.loads.push_back(judged.load(l, assessment.supplies));
  assessment.level = level_of(mirror, assessment);
  assessment.sentence = judged.sentence(assessment);
  return assessment;
}

}  // namespace holdup::serve
