#include "hw-sim/scenario/scenario.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "ground/nearest.hpp"
#include "ground/yaml/mapping.hpp"
#include "hw-sim/scenario/stage.hpp"

namespace hwsim::scenario {
namespace {

using ground::Element;
using ground::yaml::Mapping;
using ground::yaml::Node;

constexpr auto verdicts = std::to_array<std::string_view>({"supply_input_lost",
                                                           "supply_output_failed",
                                                           "supply_removed",
                                                           "supply_off_commanded",
                                                           "supply_standby",
                                                           "supply_lost",
                                                           "feed_lost",
                                                           "phase_lost",
                                                           "neutral_lost",
                                                           "bank_tripped",
                                                           "pdu_dark",
                                                           "ups_on_battery",
                                                           "ups_bypass",
                                                           "transferred",
                                                           "path_redundancy_lost",
                                                           "module_redundancy_lost",
                                                           "load_off",
                                                           "load_down",
                                                           "sag",
                                                           "swell",
                                                           "interruption",
                                                           "past_interruption",
                                                           "overload",
                                                           "telemetry_lost",
                                                           "contact_failed",
                                                           "sensor_stuck",
                                                           "card_restarted",
                                                           "cooling_lost",
                                                           "restore_hazard",
                                                           "miscorded",
                                                           "wrong_side",
                                                           "meter_implausible",
                                                           "residual_current_trip",
                                                           "earth_fault",
                                                           "on_generator",
                                                           "battery_test",
                                                           "stored_energy_unavailable",
                                                           "rack_on_battery",
                                                           "dc_plant_on_battery",
                                                           "fuse_blown",
                                                           "cache_degraded",
                                                           "destaging",
                                                           "restored"});
constexpr std::array<std::string_view, 5> strengths{"proven", "probable", "reported", "unknown", "attested"};

class ScenarioReader {
 public:
  ScenarioReader(const Node& root, ground::yaml::Report report) : report_{report}, root_{root, {}, report} {}

  Scenario read() {
    read_rack_key();
    const auto seed = root_.integer("seed");
    if (seed && *seed < 0) root_.problem("seed", "below 0", "write 0 or more");
    out_.seed = static_cast<std::uint64_t>(std::max<std::int64_t>(seed.value_or(0), 0));
    read_about();
    each("timeline", [this](Mapping& map) { read_step(map); });
    each("expect", [this](Mapping& map) { read_expectation(map); });
    root_.finish();
    std::stable_sort(out_.timeline.begin(), out_.timeline.end(), [](const Step& a, const Step& b) { return a.at < b.at; });
    return std::move(out_);
  }

 private:
  void read_rack_key() {
    const Node* node = root_.find("rack");
    if (node == nullptr) return root_.problem({}, "'rack' is missing", "add rack: FILE, or the site itself under it");
    if (node->is_map())
      out_.rack = *node;
    else if (node->is_scalar())
      out_.rack = node->text;
    else
      root_.problem("rack", "neither a file name nor a mapping", "write rack: rack.yaml");
  }

  // `rules: [FILE]`, `for: 30d`, `trouble: {what: fan, of: cab1/psu1, since: 30d, fails: cab1/psu1}`.
  void read_about() {
    out_.lasts = root_.duration("for");
    if (const Node* node = root_.find("rules")) {
      for (const Node& item : node->items)
        if (item.is_scalar() && !item.text.empty()) out_.rules.push_back(item.text);
      if (!node->is_sequence() || out_.rules.size() != node->items.size() || out_.rules.empty())
        root_.problem("rules", "no list of files", "write rules: [../pack/*.yml]");
    }
    if (const Node* node = root_.find("trouble")) read_trouble(*node);
  }

  void read_trouble(const Node& node) {
    Mapping map{node, "trouble", report_};
    Trouble trouble{.what = map.required_text("what"), .of = {}, .since = map.duration("since").value_or(ground::Duration{}), .fails = {}};
    const auto element = [&](const char* key, std::string_view text) {
      auto found = Element::parse(text);
      if (!found) map.problem(key, "no element", "write one as in ups/u1, pdu-a, cab1/psu1");
      return found;
    };
    for (const auto& text : map.texts("of"))
      if (auto found = element("of", text)) trouble.of.push_back(*std::move(found));
    if (!map.has("of")) map.problem({}, "'of' is missing", "say where it is");
    if (map.has("fails")) trouble.fails = element("fails", map.required_text("fails"));
    map.finish();
    out_.trouble = std::move(trouble);
  }

  template <class Read>
  void each(std::string_view key, Read read) {
    const Node* node = root_.find(key);
    if (node == nullptr) return;
    if (!node->is_sequence()) return root_.problem(key, "not a list", "write '- {…}' lines under it");
    for (std::size_t i = 0; i < node->items.size(); ++i) {
      Mapping map{node->items[i], std::string{key} + "[" + std::to_string(i) + "]", report_};
      read(map);
      map.finish();
    }
  }

  void read_step(Mapping& map) {
    Step step{.command = Status{}, .line = map.node().line};
    if (!map.has("at")) map.problem({}, "'at' is missing", "add it, as in at: 10s");
    step.at = map.duration("at").value_or(ground::Duration{});
    step.text = map.required_text("do");
    if (step.text.empty()) return;
    const auto command = parse_command(step.text);
    if (!command) return map.problem("do", command.error().what);
    if (std::holds_alternative<Status>(*command)) return map.problem("do", "status changes nothing", "leave it out of a timeline");
    step.command = *command;
    repeat(map, step);
  }

  // `every: 7d [until: 60d]`: again and again, as far as that or the whole scenario goes.
  void repeat(Mapping& map, Step step) {
    constexpr std::size_t most = 10'000;
    const auto every = map.duration("every"), until = map.has("until") ? map.duration("until") : out_.lasts;
    out_.timeline.push_back(step);
    if (!every) {
      if (map.has("until")) map.problem("until", "nothing is repeated", "add every:, or leave it out");
      return;
    }
    if (*every <= ground::Duration::zero() || !until)
      return map.problem("every", "without an end", "write every: 7d, and until: here or for: of the scenario");
    for (std::size_t times = 1; step.at + *every < *until; ++times) {
      if (times == most) return map.problem("every", "more than 10000 times", "write a longer one");
      step.at += *every;
      out_.timeline.push_back(step);
    }
  }

  void read_expectation(Mapping& map) {
    Expectation expectation{.line = map.node().line};
    for (const char* key : {"of", "by", "strength", "steady"}) (void)map.find(key);  // known, whatever is wrong before they are read
    if (!out_.rules.empty() && read_rule(map)) return;
    const auto say = map.word("say", verdicts), never = map.word("never", verdicts);
    if (map.has("say") == map.has("never")) return map.problem({}, "needs either 'say' or 'never'", "write say: VERDICT or never: VERDICT");
    expectation.never = never.has_value();
    if (say || never) expectation.verdict = verdicts[say ? *say : *never];
    finish_expectation(map, std::move(expectation));
  }

  /// A word that is no verdict is a rule's name, where the scenario names rules; whoever loads them knows whether it is.
  bool read_rule(Mapping& map) {
    if (map.has("say") == map.has("never")) return false;
    const auto name = map.text(map.has("say") ? "say" : "never").value_or("");
    if (name.empty() || is_verdict(name)) return false;
    for (const char* key : {"strength", "steady"})
      if (map.has(key)) map.problem(key, "does not go with a rule", "leave it out");
    Expectation expectation{.never = map.has("never"), .verdict = name, .of_rule = true, .line = map.node().line};
    finish_expectation(map, std::move(expectation));
    return true;
  }

  void finish_expectation(Mapping& map, Expectation expectation) {
    if (const auto of = map.text("of")) {
      expectation.of = Element::parse(*of);
      if (!expectation.of) map.problem("of", "no element", "write one as in feed/A, pdu-a, cab1/psu1");
    }
    expectation.by = map.duration("by");
    if (const auto strength = map.word("strength", strengths)) expectation.strength = strengths[*strength];
    expectation.steady = map.flag("steady").value_or(false);
    if (map.has("never") && (map.has("by") || map.has("steady")))
      map.problem("never", "takes neither 'by' nor 'steady'", "leave them out: it holds for the whole run");
    out_.expect.push_back(std::move(expectation));
  }

  ground::yaml::Report report_;
  Mapping root_;
  Scenario out_;
};

std::string guess(const Element& element, const std::vector<Element>& known) {
  std::vector<std::string_view> names;
  for (const Element& k : known) names.push_back(k.text());
  const auto found = ground::nearest(element.text(), names);
  return found.empty() ? "name one of the rack file" : "did you mean '" + found + "'?";
}

}  // namespace

Scenario parse_scenario(std::string_view text, const std::string& file, ground::Problems& problems) {
  const std::size_t before = problems.errors();
  const Node root = ground::yaml::parse(text, file, problems);
  if (problems.errors() > before) return {};
  return ScenarioReader{root, {file, problems}}.read();
}

void check_elements(const Scenario& scenario, const RackFile& rack, const std::string& file, ground::Problems& problems) {
  Stage rehearsal{rack.rack, scenario.seed};  // what a command may not do does not depend on when
  for (const Step& step : scenario.timeline)
    if (const auto done = rehearsal.perform(step.command); !done)
      problems.add({.file = file, .line = step.line, .key = "do", .what = "'" + step.text + "': " + done.error().what, .mend = {}});
  const auto known = [&](const char* key, const Element& element) {
    if (!rehearsal.world().live(element))
      problems.add(
          {.file = file, .line = 0, .key = key, .what = "the rack has no " + element.text(), .mend = guess(element, rack.elements)});
  };
  if (scenario.trouble) {
    for (const Element& element : scenario.trouble->of) known("trouble.of", element);
    if (scenario.trouble->fails) known("trouble.fails", *scenario.trouble->fails);
  }
  for (const Expectation& expectation : scenario.expect) {
    if (!expectation.of || std::find(rack.elements.begin(), rack.elements.end(), *expectation.of) != rack.elements.end()) continue;
    problems.add({.file = file,
                  .line = expectation.line,
                  .key = "of",
                  .what = "the rack has no " + expectation.of->text(),
                  .mend = guess(*expectation.of, rack.elements)});
  }
}

bool is_verdict(std::string_view word) { return std::find(verdicts.begin(), verdicts.end(), word) != verdicts.end(); }

}  // namespace hwsim::scenario
