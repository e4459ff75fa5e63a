#include <algorithm>
#include <boost/json.hpp>

#include "store/record/event.hpp"
#include "world/inspector.hpp"

// The events among themselves, the pages that receivers hold, and what a start must remember.
namespace world {

using namespace std::chrono_literals;
using holdup::detect::Sort;
using holdup::record::Phase;

namespace {

constexpr Duration to_join = 30s;  // until incidents of one branch must have become one

bool is_loss(const std::string& verdict) {
  const auto word = holdup::detect::verdict_of(verdict);
  return word && holdup::detect::sort(*word) == Sort::loss;
}

}  // namespace

void Inspector::check(const Event& event) {
  boot_ = event.boot;
  if (event.id != event.boot + "-" + std::to_string(++counts_[event.boot])) lie(event, "id " + event.id + " is not counted");
  if (event.incident.empty()) return;  // a note, no verdict: a trap, a contact's change
  if (event.verdict == "folded") return check_absorbed(event);
  if (closed_.contains(event.incident)) lie(event, "said of an incident that was closed");
  if (event.verdict == "restored") {
    if (event.phase != Phase::end) lie(event, "restored is no end");
    for (const auto& [verdict, saying] : open_)
      if (saying.incident == event.incident) lie(event, verdict.first + " of " + verdict.second + " is still open");
    closed_.insert(event.incident);
    return;
  }
  if (begun_.insert(event.incident).second && event.incident != event.id) lie(event, "begins an incident of another id");
  const Verdict verdict{event.verdict, event.element};
  if (event.phase == Phase::end) {
    const auto at = open_.find(verdict);
    if (at == open_.end() || at->second.incident != event.incident) return lie(event, "ended, but not open there");
    check_end(event, at->second);
    open_.erase(at);
    return;
  }
  const auto [at, fresh] = open_.try_emplace(verdict);
  if (fresh != (event.phase == Phase::begin)) lie(event, fresh ? "updated before it began" : "begun twice");
  if (fresh) at->second.since = event.at, check_home(event), check_never(event);
  const bool stronger = fresh || at->second.strength != event.strength;
  const std::string former = std::exchange(at->second.incident, event.incident);
  at->second.strength = event.strength;
  if (!former.empty() && former != event.incident) leave(former);
  if (stronger && event.strength == "proven") check_proven(event);
  if (stronger && event.strength == "probable") check_pattern(event);
}

// Of an incident that another one absorbed only that is said; it ends with the other's restoration.
void Inspector::check_absorbed(const Event& event) {
  if (event.phase != Phase::end) lie(event, "folded is no end");
  leave(event.incident);
  if (!closed_.contains(event.incident)) lie(event, "folded, while something of it is open");
}

void Inspector::leave(const std::string& incident) {
  if (std::none_of(open_.begin(), open_.end(), [&](const auto& open) { return open.second.incident == incident; }))
    closed_.insert(incident);
}

const std::vector<std::string>& Inspector::chain(const std::string& element) const {
  const auto [at, fresh] = chains_.try_emplace(element);
  if (!fresh) return at->second;
  if (const auto parsed = holdup::ground::Element::parse(element))
    for (const auto& above : site_.ancestors(*parsed)) at->second.push_back(above.text());
  return at->second;
}

bool Inspector::related(const std::string& one, const std::string& other) const {
  const auto above = [&](const std::string& lower, const std::string& upper) {
    return std::find(chain(lower).begin(), chain(lower).end(), upper) != chain(lower).end();
  };
  return one == other || above(one, other) || above(other, one);
}

// What a loss led to is no page of its own.
void Inspector::check_consequence(const Event& event) {
  const auto word = holdup::detect::verdict_of(event.verdict);
  const auto load = site_.load(event.element.substr(0, event.element.find('/')));
  if (!word || holdup::detect::sort(*word) != Sort::consequence || !load) return;
  for (const auto& [open, saying] : open_)
    for (const Index s : site_.loads[*load].supplies) {
      const std::string supply = site_.element_of_supply(s).text();
      const auto& above = chain(supply);
      const bool touches = open.second == supply || std::find(above.begin(), above.end(), open.second) != above.end();
      if (is_loss(open.first) && touches) return lie(event, "a page of its own, while " + open.first + " of " + open.second + " stands");
    }
}

// A loss joins an incident of its own branch alone: a second loss elsewhere is a page of its own.
void Inspector::check_home(const Event& event) {
  if (event.id == event.incident) check_consequence(event);
  if (event.id == event.incident || !is_loss(event.verdict) || related(event.element, event.cause)) return;
  const bool by_ats = !site_.atses.empty();  // what has two ways belongs to the loss of the second
  const bool with_mate = std::any_of(open_.begin(), open_.end(), [&](const auto& open) {
    return open.second.incident == event.incident && open.first.second != event.element && related(open.first.second, event.element);
  });
  const auto load = site_.load(event.cause.substr(0, event.cause.find('/')));
  const bool of_its_load = load && std::any_of(site_.loads[*load].supplies.begin(), site_.loads[*load].supplies.end(),
                                               [&](Index s) { return related(site_.element_of_supply(s).text(), event.element); });
  if (!by_ats && !with_mate && !of_its_load) lie(event, "joins the incident of " + event.cause + ", on another branch");
}

// One cause, one incident: losses of one branch do not stand side by side for long.
void Inspector::check_apart(Instant now) {
  const Left *one = nullptr, *other = nullptr;
  const auto loses = [&](const Left& left) {
    return std::any_of(left.open.begin(), left.open.end(),
                       [&](const Verdict& open) { return open.second == left.cause && is_loss(open.first); });
  };
  for (const Left& left : left_)
    for (const Left& right : left_)
      if (left.id < right.id && loses(left) && loses(right) && related(left.cause, right.cause)) one = &left, other = &right;
  if (one == nullptr) return close_together_.reset();
  if (!close_together_) close_together_ = now;
  if (now - *close_together_ <= to_join) return;
  lie(now, "two incidents of one branch: " + one->cause + " and " + other->cause);
  close_together_ = Instant::max();
}

std::set<Inspector::Left> Inspector::left_of(const std::vector<holdup::incident::Incident>& incidents) {
  std::set<Left> out;
  for (const auto& incident : incidents) {
    Left left{.id = incident.id, .cause = incident.cause.text(), .open = {}};
    for (const auto& open : incident.open) left.open.emplace(name(open.verdict), open.element.text());
    out.insert(std::move(left));
  }
  return out;
}

std::set<std::string> Inspector::notices_of(const holdup::core::Machine& machine) {
  std::set<std::string> out;
  for (const auto& one : machine.notices().attestations()) out.insert("attested " + one.id + " of " + one.element.text());
  for (const auto& one : machine.notices().windows()) out.insert("window " + one.id + " of " + one.element.text());
  if (const auto& hands = machine.notices().hands_off()) out.insert("hands off " + hands->id);
  return out;
}

// Folded before the first poll: what stood open stands open, what people said holds, and how long nothing watched is said.
void Inspector::check_start(const holdup::core::Machine& machine, const holdup::core::Effects& effects) {
  for (const auto& event : effects.events) {
    if (event.verdict != "blind") continue;
    blind_said_ = true;
    const auto down = std::find_if(terms_.mishaps.begin(), terms_.mishaps.end(), [&](const auto& one) {
      return one.kind != holdup::drill::Mishap::Kind::clock_set && Instant{one.at} <= event.at && event.at == Instant{one.at} + one.length;
    });
    const bool set = std::any_of(terms_.mishaps.begin(), terms_.mishaps.end(), [&](const auto& one) {
      return one.kind == holdup::drill::Mishap::Kind::clock_set && down != terms_.mishaps.end() && one.at >= down->at &&
             Instant{one.at} <= event.at;
    });
    const bool told = down != terms_.mishaps.end() && event.uncertainty == down->length;
    if (!told && !set) lie(event, "nothing was down for " + std::to_string(event.uncertainty / 1ms) + " ms");
    if (left_of(machine.incidents()) != left_) lie(event, "other incidents stand open than before the start");
    const bool some_end = std::any_of(effects.events.begin(), effects.events.end(),
                                      [](const auto& other) { return other.verdict == "maintenance" && other.phase == Phase::end; });
    if (!some_end && notices_of(machine) != notices_) lie(event, "what people said is forgotten");
  }
  if (blind_said_ || effects.orders.empty()) return;
  blind_said_ = true;
  lies_.emplace_back("it polls after a start, and has not said for how long nothing watched");
}

void Inspector::check_posts(Instant now, const holdup::core::Effects& effects) {
  auto utc_now = holdup::ground::utc(now, std::chrono::sys_days{std::chrono::year{2011} / 4 / 25}.time_since_epoch());
  for (const auto& mishap : terms_.mishaps)
    if (mishap.kind == holdup::drill::Mishap::Kind::clock_set && Instant{mishap.at} <= now) utc_now += mishap.length;
  for (const auto& post : effects.posts) {
    const auto body = boost::json::parse(post.body);
    for (const auto& item : body.as_array()) {
      const auto& alert = item.as_object();
      const auto& annotations = alert.at("annotations").as_object();
      if (!annotations.contains("incident")) continue;
      const auto ends = holdup::ground::parse_iso8601(std::string{alert.at("endsAt").as_string()});
      if (!ends) return lie(now, "an alert without an end");
      told_[boost::json::serialize(alert.at("labels"))] = {std::string{annotations.at("incident").as_string()}, now + (*ends - utc_now)};
    }
  }
  std::map<std::string, unsigned> firing;
  for (const auto& [labels, told] : told_)
    if (told.ends > now) ++firing[told.incident];
  for (const auto& [incident, alerts] : firing)
    if (alerts > 1) lie(now, std::to_string(alerts) + " alerts fire for incident " + incident);
}

void Inspector::check_one_cause(const std::vector<Event>& events) {
  std::set<std::string> causes, folded;
  for (const auto& event : events) {
    const auto word = holdup::detect::verdict_of(event.verdict);
    if (event.verdict == "folded") folded.insert(event.incident);
    if (word && event.id == event.incident && (is_loss(event.verdict) || holdup::detect::sort(*word) == Sort::consequence))
      causes.insert(event.incident);
  }
  for (const auto& one : folded) causes.erase(one);
  if (causes.size() > 1) lies_.push_back("one cause, " + std::to_string(causes.size()) + " incidents");
}

void Inspector::check_folded(const std::vector<Event>& events) {
  holdup::incident::Ledger ledger{site_};
  ledger.begin_boot(boot_);
  for (const auto& event : events) ledger.fold(event, {});
  if (!ledger.finish_fold({}).empty()) lies_.push_back("a fold of the events owes a restoration that was written");
  if (left_of(ledger.open()) != left_) lies_.push_back("a fold of the events holds other incidents open than the machine");
}

}  // namespace world
