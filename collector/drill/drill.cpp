#include "collector/drill/drill.hpp"

#include <algorithm>
#include <map>

#include "collector/drill/expectation.hpp"
#include "collector/drill/trap_values.hpp"
#include "collector/drill/virtual_points.hpp"
#include "collector/drill/wire_points.hpp"
#include "hw-sim/scenario/unrest.hpp"

namespace holdup::drill {
namespace {

using namespace std::chrono_literals;

constexpr Duration round_trip = 1ms;  // of a quiet local network
constexpr Duration walk_time = 50ms;  // of an identification
constexpr Duration late_by = 15s;  // over a network that is not at rest: an answer of the slowest usual lane is lost, and asked for again
constexpr Duration grace = 20s;    // after the last step, where nothing says how long to play
constexpr auto epoch = std::chrono::sys_days{std::chrono::year{2011} / 4 / 25};  // virtual UTC starts at the founding incident's day

class Rig {
 public:
  Rig(DrillPlan plan, const Watcher& watcher)
      : scenario_{std::move(plan.scenario)},
        traps_{std::move(plan.traps)},
        seed_{plan.seed},
        stage_{plan.rack.rack, plan.seed},
        site_{*plan.site},
        rules_{std::move(plan.rules)},
        knowledge_{std::move(plan.knowledge)},
        absences_{std::move(plan.absences)},
        mishaps_{std::move(plan.mishaps)},
        petitions_{std::move(plan.petitions)},
        watcher_{watcher},
        as_profiles_{plan.as_profiles},
        slack_{plan.unrest ? late_by : Duration{}},
        end_{end_of(scenario_, plan.length) + slack_},
        wires_(site_.devices.size()),
        points_(site_.devices.size()),
        places_(site_.devices.size()) {
    for (const auto& device : site_.devices) devices_.push_back(stage_.world().find_device(device.name));
    for (const auto& contact : stage_.world().rack().contacts) contacts_.push_back(site_.contact(contact.name));
    if (plan.unrest)
      for (auto& fault : hwsim::scenario::unrest(stage_.world(), *plan.unrest)) (void)stage_.perform(std::move(fault));
    start({});
  }

  Transcript play() {
    while (now_ < end_) {
      const Instant next = next_moment();
      if (next > end_) break;
      now_ = next;
      stage_.world().advance(now_);
      hand_edges();
      perform_steps();
      hand_edges();  // what a step moved
      note_failure();
      befall();
      for (; petition_ < petitions_.size() && Instant{petitions_[petition_].at} <= now_; ++petition_) ask(petitions_[petition_].request);
      if (watcher_) watcher_(now_, stage_, *machine_, {});
      answer();
      if (timer_ && *timer_ <= now_) timer_.reset(), hand(core::TimerDue{});
    }
    transcript_.verdicts = weigh(scenario_.expect, transcript_.events, transcript_.fired, slack_);
    return std::move(transcript_);
  }

 private:
  static Instant end_of(const hwsim::scenario::Scenario& scenario, Duration length) {
    if (scenario.lasts) return Instant{*scenario.lasts};
    Duration end = scenario.timeline.empty() ? Duration{} : scenario.timeline.back().at + grace;
    for (const auto& expectation : scenario.expect) end = std::max(end, expectation.by.value_or(Duration{}) + 1s);
    return Instant{std::max(end, length)};
  }

  Instant next_moment() const {
    Instant next = end_ + 1ns;
    if (timer_) next = std::min(next, *timer_);
    if (!replies_.empty()) next = std::min(next, replies_.begin()->first);
    if (step_ < scenario_.timeline.size()) next = std::min(next, Instant{scenario_.timeline[step_].at});
    if (const auto change = stage_.world().next_change()) next = std::min(next, *change);
    if (mishap_ < mishaps_.size()) next = std::min(next, Instant{mishaps_[mishap_].at});
    if (petition_ < petitions_.size()) next = std::min(next, Instant{petitions_[petition_].at});
    if (dead_until_) next = std::min(next, *dead_until_);
    return std::max(next, now_);
  }

  // The watcher starts: it is told what was written before, and finds its contacts as they are.
  void start(core::Restored stored) {
    machine_ = std::make_unique<core::Machine>(core::Configuration{std::make_unique<const site::Site>(site_), rules_});
    hand(core::Started{.boot = boot_, .seed = seed_});
    hand(std::move(stored));
    hand_found();
  }

  void befall() {
    for (; mishap_ < mishaps_.size() && Instant{mishaps_[mishap_].at} <= now_; ++mishap_) {
      const Mishap& mishap = mishaps_[mishap_];
      if (mishap.kind == Mishap::Kind::clock_set)
        utc_offset_ += mishap.length;
      else if (!dead_until_)
        die(mishap);
    }
    if (!dead_until_ || *dead_until_ > now_) return;
    dead_until_.reset();
    start({.events = transcript_.events, .watched_until = watched_until_});
  }

  // What was under way goes with it.
  void die(const Mishap& mishap) {
    if (mishap.kind == Mishap::Kind::rebooted) boot_ = "drill" + std::to_string(++boots_);
    watched_until_ = ground::utc(now_, utc_offset_);
    dead_until_ = now_ + mishap.length;
    replies_.clear();
    timer_.reset();
  }

  void perform_steps() {
    for (; step_ < scenario_.timeline.size() && Instant{scenario_.timeline[step_].at} <= now_; ++step_) {
      const auto& command = scenario_.timeline[step_].command;
      (void)stage_.perform(command);  // checked against the rack before the drill began
      if (const auto* trap = std::get_if<hwsim::scenario::Trap>(&command)) carry(*trap);
      if (const auto* window = std::get_if<hwsim::scenario::Maintenance>(&command)) announce(*window);
    }
  }

  void ask(core::Request request) { hand(core::Asked{.ticket = 0, .who = "drill", .request = std::move(request)}); }

  // A device calls: its trap is heard one flight later, whatever becomes of the device meanwhile.
  void carry(const hwsim::scenario::Trap& trap) {
    const auto device = site_.device(trap.element.rest());
    const auto oid = profile::Oid::parse(trap.oid);
    if (!device || !oid || dead_until_) return;
    auto message = traps_.read(*oid, values_of(trap));
    replies_.emplace(now_ + round_trip, core::Traps{{{.device = *device, .at = now_ + round_trip, .message = std::move(message)}}});
  }

  // Somebody asks for a maintenance window, as with `holdup maintenance add`.
  void announce(const hwsim::scenario::Maintenance& window) {
    const auto intent = incident::name(incident::Intent::work);
    core::OpenWindow asked{window.element.text(), std::string{intent}, "timeline", "a step of the scenario", window.lasts};
    hand(core::Asked{.who = "timeline", .request = std::move(asked)});
  }

  void answer() {
    while (!replies_.empty() && replies_.begin()->first <= now_) {
      auto input = std::move(replies_.begin()->second);
      replies_.erase(replies_.begin());
      hand(std::move(input));
    }
  }

  void hand(core::Input input) {
    if (dead_until_) return;
    if (const auto* answered = std::get_if<core::Answered>(&input)) transcript_.readings += answered->readings.size();
    const incident::Moment moment{.now = now_, .utc_offset = utc_offset_};
    auto effects = machine_->step(moment, std::move(input));
    if (watcher_) watcher_(now_, stage_, *machine_, effects);
    timer_ = effects.timer;
    for (auto& post : effects.posts) {
      replies_.emplace(now_ + round_trip, core::Delivered{.target = post.target, .token = post.token, .accepted = true});
      transcript_.posts.push_back(std::move(post.body));
    }
    for (auto& event : effects.events) transcript_.events.push_back(std::move(event));
    for (const auto& warning : effects.warnings)
      transcript_.fired.push_back({.at = now_, .rule = warning.name, .element = warning.element, .firing = warning.firing});
    for (auto& warning : effects.warnings) transcript_.warnings.push_back(std::move(warning));
    for (auto& answer : effects.answers)
      if (answer.outcome != core::Answer::Outcome::done) transcript_.refused.push_back(std::move(answer.text));
    for (const auto& order : effects.orders) perform(order);
  }

  void hand_edges() {
    for (const auto& edge : stage_.world().take_edges()) hand_contact(edge);
  }

  void hand_contact(const hwsim::power::Edge& edge) {
    const auto contact = contacts_[edge.contact];
    const auto side = edge.pair ? detect::Side::pair : detect::Side::own;
    if (contact) hand(core::Edges{{{.contact = *contact, .side = side, .open = !edge.closed, .at = edge.at}}});
  }

  // Both sides of a pair are lines of one chip, which is opened at once.
  void hand_found() {
    core::Edges found;
    for (std::size_t c = 0; c < contacts_.size(); ++c) {
      if (!contacts_[c]) continue;
      const auto& front = stage_.world().front(c);
      const auto add = [&](detect::Side side, bool closed) {
        found.all.push_back({.contact = *contacts_[c], .side = side, .open = !closed, .at = now_, .found = true});
      };
      add(detect::Side::own, front.closed());
      if (stage_.world().rack().contacts[c].has_pair) add(detect::Side::pair, front.pair_closed());
    }
    if (!found.all.empty()) hand(std::move(found));
  }

  // One question on the virtual wire: it meets its fate when asked, and the device reads its registers then.
  void perform(const plan::Order& order) {
    const auto device = devices_[order.device];
    const auto fate = device ? stage_.fate(*device) : hwsim::scenario::Fate{.answered = false};
    const Duration travel = order.kind == plan::Order::Kind::identify ? walk_time : round_trip;
    const Instant arrives = now_ + travel + fate.delay;
    if (!fate.answered || fate.corruption != hwsim::scenario::Corruption::none || arrives > order.deadline) {
      ground::Failure failure{ground::FailureKind::timeout, "no answer"};
      const bool snmp = !site_.devices[order.device].address.speaks_modbus();
      const bool knocks = !snmp && order.kind == plan::Order::Kind::identify;
      replies_.emplace(knocks ? std::min(order.deadline, now_ + plan::identify_patience) : order.deadline,
                       core::Unanswered{.device = order.device, .asked = now_, .failure = std::move(failure)});
      const bool comes = snmp && fate.answered && fate.corruption == hwsim::scenario::Corruption::none;  // Modbus drops what comes late
      if (comes && order.kind == plan::Order::Kind::read) replies_.emplace(arrives, read_late(order, *device, arrives - now_));
      return;
    }
    if (order.kind == plan::Order::Kind::identify)
      replies_.emplace(arrives, identify(order.device, *device));
    else
      replies_.emplace(arrives, core::Answered{.device = order.device, .asked = now_, .readings = read(order, *device, arrives - now_)});
  }

  core::Input identify(site::Index index, std::size_t device) {
    const auto& snapshot = stage_.world().read(device);
    if (as_profiles_) wires_[index] = wire_points_of(stage_.world().devices()[device].model, snapshot, refresh_of(device));
    if (!wires_[index].empty()) return identify_by_wire(index, device);
    points_[index] = points_of(snapshot, refresh_of(device));
    places_[index] = known_of(index, snapshot);
    std::vector<reading::Point> known;
    for (const std::size_t place : places_[index]) known.push_back(points_[index][place]);
    points_[index] = std::move(known);
    return core::Identified{.device = index,
                            .identity = {.vendor = "holdup", .model = "virtual", .firmware = {}, .serial = {}, .profile = "drill"},
                            .points = points_[index]};
  }

  core::Input identify_by_wire(site::Index index, std::size_t device) {
    points_[index].clear();
    for (const WirePoint& wire : wires_[index]) points_[index].push_back(wire.point);
    const auto model = stage_.world().devices()[device].model;
    return core::Identified{.device = index,
                            .identity = {.vendor = "hw-sim",
                                         .model = std::string{model},
                                         .firmware = {},
                                         .serial = stage_.world().serial(device),
                                         .profile = std::string{profile_of_model(model)}},
                            .points = points_[index]};
  }

  void note_failure() {
    const auto& trouble = scenario_.trouble;
    if (!trouble || !trouble->fails || transcript_.failed || now_ < Instant{trouble->since}) return;
    if (!stage_.world().live(*trouble->fails).value_or(true)) transcript_.failed = now_;
  }

  /// Where in its registers stands what the watcher's profile knows of it.
  std::vector<std::size_t> known_of(site::Index index, const hwsim::power::Snapshot& snapshot) const {
    const auto some =
        std::find_if(knowledge_.begin(), knowledge_.end(), [&](const Knowledge& one) { return one.device == site_.devices[index].name; });
    std::vector<std::size_t> places;
    for (std::size_t place = 0; place < snapshot.values.size(); ++place) {
      const auto is_it = [&](hwsim::power::Quantity quantity) { return quantity == snapshot.values[place].quantity; };
      if (some == knowledge_.end() || std::any_of(some->quantities.begin(), some->quantities.end(), is_it)) places.push_back(place);
    }
    return places;
  }

  core::Input read_late(const plan::Order& order, std::size_t device, Duration took) {
    return core::AnsweredLate{.device = order.device, .asked = now_, .round_trip = took, .readings = read(order, device, took)};
  }

  std::vector<reading::Reading> read(const plan::Order& order, std::size_t device, Duration took) {
    const auto& snapshot = stage_.world().read(device);
    std::vector<reading::Reading> readings;
    for (const auto point : order.points) {
      if (!wires_[order.device].empty()) {
        const WirePoint& wire = wires_[order.device][point];
        const double value = wire.shown(wire.place ? snapshot.values[*wire.place].value : 0);
        readings.push_back({.point = point, .quality = ground::Quality::good, .value = value, .time = now_, .uncertainty = took});
        continue;
      }
      const auto& [quantity, index, value] = snapshot.values[places_[order.device][point]];
      const bool has = absences_.empty() || !is_absent(order.device, quantity);
      readings.push_back({.point = point,
                          .quality = has ? ground::Quality::good : ground::Quality::absent,
                          .value = has ? value : 0,
                          .time = now_,
                          .uncertainty = took});
    }
    return readings;
  }

  bool is_absent(site::Index device, hwsim::power::Quantity quantity) const {
    return std::any_of(absences_.begin(), absences_.end(), [&](const Absence& one) {
      return one.device == site_.devices[device].name && one.quantity == quantity && Instant{one.at} <= now_ &&
             now_ < Instant{one.at} + one.length;
    });
  }

  Duration refresh_of(std::size_t device) const { return stage_.world().devices()[device].refresh; }

  hwsim::scenario::Scenario scenario_;
  profile::TrapBook traps_;
  std::uint64_t seed_;
  hwsim::scenario::Stage stage_;
  site::Site site_;
  rules::RuleSet rules_;
  std::vector<Knowledge> knowledge_;
  std::vector<Absence> absences_;
  std::vector<Mishap> mishaps_;
  std::vector<Petition> petitions_;
  std::unique_ptr<core::Machine> machine_;
  const Watcher& watcher_;
  bool as_profiles_;
  Duration slack_;
  Instant end_;
  Instant now_{};
  std::size_t step_ = 0, mishap_ = 0, petition_ = 0;
  Duration utc_offset_ = epoch.time_since_epoch();
  std::string boot_ = "drill";
  std::size_t boots_ = 1;
  std::optional<Instant> dead_until_;  // the watcher
  std::optional<ground::Utc> watched_until_;
  std::vector<std::optional<std::size_t>> devices_;   // the world's, by the site's
  std::vector<std::optional<site::Index>> contacts_;  // the site's, by the world's
  std::vector<std::vector<WirePoint>> wires_;
  std::vector<std::vector<reading::Point>> points_;
  std::vector<std::vector<std::size_t>> places_;  // of the points, in its registers
  std::multimap<Instant, core::Input> replies_;   // equal times in the order they were made
  std::optional<Instant> timer_;
  Transcript transcript_;
};

}  // namespace

bool Transcript::clean() const {
  return refused.empty() && std::all_of(verdicts.begin(), verdicts.end(), [](const Verdict& v) { return v.met; });
}

Transcript play(DrillPlan plan, const Watcher& watcher) { return Rig{std::move(plan), watcher}.play(); }

}  // namespace holdup::drill
