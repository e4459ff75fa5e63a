#include <iostream>

#include "collector/cli/configuration.hpp"
#include "collector/cli/moment.hpp"
#include "collector/cli/progress.hpp"
#include "collector/cli/rule_replay.hpp"
#include "collector/cli/terminal.hpp"
#include "collector/cli/verbs.hpp"
#include "ground/clock/clock.hpp"
#include "ground/json_writer.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"

// `holdup replay`: which alerts of rule files would have fired over what a store holds, and when.
namespace holdup::cli {
namespace {

using rules::AlertState;

ground::Utc as_utc(ground::Instant time) { return ground::Utc{time.time_since_epoch()}; }

std::string_view name_of(AlertState state) { return rules::alert_state_names[static_cast<std::size_t>(state)]; }

std::string json_of(const rules::Transition& transition) {
  ground::JsonWriter out;
  out.begin_object().field("time", ground::iso8601(as_utc(transition.at))).field("alert", transition.alert);
  out.field("state", name_of(transition.to)).field("was", name_of(transition.from));
  out.field("active_since", ground::iso8601(as_utc(transition.active_since))).field("value", ground::number_text(transition.value));
  out.key("labels").begin_object();
  for (const auto& [name, value] : transition.labels.all()) out.field(name, value);
  out.end_object().key("annotations").begin_object();
  for (const auto& [name, value] : transition.annotations) out.field(name, value);
  return out.end_object().end_object().take();
}

std::string line_of(const rules::Transition& transition) {
  const bool fires = transition.to == AlertState::firing;
  const auto state = painted(fires                                  ? Colour::bad
                             : transition.to == AlertState::pending ? Colour::warning
                                                                    : Colour::good,
                             fires                                  ? "firing  "
                             : transition.to == AlertState::pending ? "pending "
                                                                    : "resolved");
  std::string text = time_for_people(as_utc(transition.at)) + "  " + state + "  " + ground::printable(transition.labels.text());
  for (const auto& [name, value] : transition.annotations)
    if (name == "summary") text += "  " + ground::printable(value);
  return text;
}

class Replay {
 public:
  explicit Replay(const ReplayOptions& options) : options_{options} {}

  int run(store::Reader& reader, rules::RuleSet rules, store::Range range) {
    const auto began = ground::clock::now();
    const auto done =
        RuleReplay{reader, std::move(rules), range}.run({.transition = [this](const rules::Transition& transition) { tell(transition); },
                                                         .progress =
                                                             [this](ground::Utc at) {
                                                               if (progress_.due()) progress_.show("at " + ground::iso8601(at));
                                                             }});
    if (!done) return complain(done.error().what, cannot_know);
    sum_up(*done, ground::clock::now() - began);
    for (const auto& flaw : reader.take_flaws()) complain(flaw.where + " is damaged and left out: " + flaw.what, fine);
    if (!done->complete) complain("some of that time is no longer in the store, or damaged", fine);
    if (done->left_out > 0) complain(std::to_string(done->left_out) + " samples left out: the clock had been set back", fine);
    if (done->counters.failures > 0) complain(std::to_string(done->counters.failures) + " evaluations failed", fine);
    return done->samples == 0 ? complain("the store has no samples of that time", cannot_know) : fine;
  }

 private:
  void tell(const rules::Transition& transition) {
    const bool passing = transition.to != AlertState::firing && transition.from != AlertState::firing;
    fired_ += transition.to == AlertState::firing ? 1 : 0;
    if (passing && !options_.pending) return;
    std::cout << (options_.json ? json_of(transition) : line_of(transition)) << '\n';
  }

  void sum_up(const RuleReplay::Done& done, ground::Duration took) const {
    const double played = ground::seconds(done.to - done.from), spent = std::max(ground::seconds(took), 1e-9);
    if (options_.json) {
      ground::JsonWriter out;
      out.begin_object().field("samples", static_cast<std::int64_t>(done.samples)).field("fired", static_cast<std::int64_t>(fired_));
      out.field("from", ground::iso8601(done.from)).field("to", ground::iso8601(done.to)).key("took_s").value(spent);
      out.field("devices_lost", static_cast<std::int64_t>(done.lost)).field("missed_poll", "hold");
      std::cout << out.end_object().take() << '\n';
      return;
    }
    std::cout << fired_ << " fired; " << done.samples << " samples of " << ground::number_text(std::round(played)) << " s in "
              << ground::number_text(std::round(spent * 100) / 100) << " s, " << ground::number_text(std::round(played / spent))
              << " times as fast\n"
              << "what a device told ended with its telemetry_lost, " << done.lost
              << " times; missed polls are not stored: a site's missed_poll of stale or hold(N) is played as hold\n";
  }

  const ReplayOptions& options_;
  Progress progress_;
  std::size_t fired_ = 0;
};

}  // namespace

int replay(const ReplayOptions& options) {
  const auto now = utc_now();
  const auto from = options.from.empty() ? ground::Utc{} : moment(options.from, now).value_or(ground::Utc::min());
  const auto to = options.to.empty() ? now : moment(options.to, now).value_or(ground::Utc::min());
  const std::string times = " is no time; write 2026-11-22T10:00:00Z, seconds since 1970, or how long ago: 6h";
  if (from == ground::Utc::min()) return complain("--from " + options.from + times, usage);
  if (to == ground::Utc::min()) return complain("--to " + options.to + times, usage);
  if (from > to) return complain("--from is after --to", usage);
  ground::Problems problems;
  auto rules = load_rules(options.rules, "--rules", problems);
  if (!print_problems(problems, options.json)) return problem_found;
  auto reader = store::Reader::open(options.store);
  if (!reader) return complain(reader.error().what, cannot_know);
  return Replay{options}.run(*reader, std::move(rules), {.from = from, .to = to});
}

}  // namespace holdup::cli
