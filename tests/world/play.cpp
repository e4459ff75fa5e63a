#include "world/play.hpp"

#include <algorithm>
#include <optional>
#include <sstream>

#include "collector/site/site_file.hpp"
#include "drivers/profile/library.hpp"
#include "world/inspector.hpp"

namespace world {
namespace {

using namespace std::chrono_literals;
using namespace holdup;

struct World {
  drill::DrillPlan plan;
  Terms terms;
};

/// "killed at=12000ms for=500ms": its first word, and what stands behind `at=`, `for=`, `of=`.
class TermLine {
 public:
  explicit TermLine(const std::string& line) {
    std::istringstream words{line};
    for (std::string word; words >> word;) words_.push_back(word);
  }

  [[nodiscard]] const std::string& word(std::size_t n) const { return words_.at(n); }
  [[nodiscard]] std::string text(std::string_view key) const {
    for (const auto& word : words_)
      if (word.starts_with(key)) return word.substr(key.size());
    return {};
  }
  [[nodiscard]] Duration time(std::string_view key) const { return std::chrono::milliseconds{std::stoll("0" + text(key))}; }
  [[nodiscard]] Duration jump(std::string_view key) const { return std::chrono::milliseconds{std::stoll(text(key))}; }

 private:
  std::vector<std::string> words_;
};

hwsim::power::Quantity quantity_of(std::string_view name) {
  const auto& names = hwsim::power::quantity_names;
  return static_cast<hwsim::power::Quantity>(std::find(names.begin(), names.end(), name) - names.begin());
}

drill::Knowledge knowledge_of(const TermLine& line) {
  drill::Knowledge out{.device = line.word(1), .quantities = {}};
  std::istringstream names{line.word(2)};
  for (std::string name; std::getline(names, name, ',');) out.quantities.push_back(quantity_of(name));
  return out;
}

void agree(const std::string& text, World& world, Duration& calm) {
  using Kind = drill::Mishap::Kind;
  const TermLine line{text};
  const std::string& word = line.word(0);
  const Duration at = line.time("at=");
  if (word == "seed") world.plan.seed = std::stoull(line.word(1));
  if (word == "calm") calm = at;
  if (word == "one_cause") world.terms.one_cause = true;
  if (word == "liar") world.terms.liars.insert(line.word(1));
  if (word == "knows") world.plan.knowledge.push_back(knowledge_of(line));
  if (word == "absent") world.plan.absences.push_back({line.word(1), quantity_of(line.word(2)), at, line.time("for=")});
  if (word == "killed") world.plan.mishaps.push_back({at, Kind::killed, line.time("for=")});
  if (word == "rebooted") world.plan.mishaps.push_back({at, Kind::rebooted, line.time("for=")});
  if (word == "clock_set") world.plan.mishaps.push_back({at, Kind::clock_set, line.jump("for=")});
  if (word == "handsoff") world.plan.petitions.push_back({at, core::BeginHandsOff{.by = "somebody", .token = "t1"}});
  if (word == "attest") world.plan.petitions.push_back({at, core::Attest{.element = line.text("of="), .by = "somebody", .reason = "seen"}});
}

/// What timelines let devices call out.
constexpr const char* calls = R"(profile: traps-of-worlds
vendor: holdup
about: What devices of the world test call out.
base: 1.3.6.1.4.1.99999
traps:
  - {oid: .1, called: inputLost, says: input_lost}
  - {oid: .2, called: inputRestored, says: input_restored}
  - {oid: .5, called: onBattery, says: on_battery}
  - {oid: .6, called: offBattery, says: off_battery}
)";

Duration longest_refresh(const hwsim::power::Rack& rack) {
  const hwsim::power::World devices{rack, 0};
  Duration out{};
  for (const auto& device : devices.devices()) out = std::max(out, device.refresh);
  return out;
}

std::optional<World> build(const WorldText& text, Outcome& out) {
  ground::Problems problems;
  World world;
  world.plan.rack = hwsim::scenario::parse_rack(text.rack, "rack.yaml", problems);
  world.plan.site = std::make_unique<const site::Site>(site::parse(text.rack, "rack.yaml", {}, problems));
  world.plan.scenario = hwsim::scenario::parse_scenario("rack: rack.yaml\n" + text.timeline, "world.yaml", problems);
  if (problems.ok()) hwsim::scenario::check_elements(world.plan.scenario, world.plan.rack, "world.yaml", problems);
  for (const auto& problem : problems.all())
    if (problem.weight == ground::Problem::Weight::error) out.lies.push_back("no world was made: " + problem.text());
  if (!problems.ok()) return std::nullopt;
  world.plan.traps = profile::TrapBook{profile::Library::load({{"traps-of-worlds.yaml", calls}}, problems)};
  Duration calm{};
  for (const auto& line : text.terms) agree(line, world, calm);
  std::ranges::stable_sort(world.plan.mishaps, {}, &drill::Mishap::at);
  std::ranges::stable_sort(world.plan.petitions, {}, &drill::Petition::at);
  const Duration refresh = longest_refresh(world.plan.rack.rack);
  world.terms.slowest = std::max<Duration>(10s, 2 * refresh + 2s);
  world.terms.mishaps = world.plan.mishaps;
  for (const auto& step : world.plan.scenario.timeline) world.terms.steps.emplace_back(step.at);
  world.plan.length = calm + 2min + 3 * refresh;
  return world;
}

void tell(const record::Event& event, std::ostream& out) {
  out << ground::seconds(event.at.time_since_epoch()) << "s " << record::phase_names[static_cast<std::size_t>(event.phase)] << ' '
      << event.verdict << ' ' << event.element << " (" << event.strength << ") cause " << event.cause << "  " << event.id << " of "
      << event.incident << '\n';
  for (const auto& e : event.evidence)
    out << "      " << e.source << ' ' << e.point << ' ' << (e.value ? *e.value : -1) << ' ' << ground::iso8601(e.time) << '\n';
}

}  // namespace

Outcome play(const WorldText& text) {
  Outcome out;
  auto world = build(text, out);
  if (!world) return out;
  const site::Site site = *world->plan.site;
  Inspector inspector{world->plan.rack.rack, site, std::move(world->terms)};
  const drill::Watcher watcher = [&](Instant now, const auto& stage, const auto& machine, const auto& effects) {
    inspector.look(now, stage, machine, effects);
  };
  const auto transcript = drill::play(std::move(world->plan), watcher);
  inspector.look_back(transcript.events);
  out.lies = inspector.lies();
  out.believed = inspector.believed().size();
  out.points = inspector.points();
  out.readings = transcript.readings;
  std::ostringstream story;
  for (const auto& event : transcript.events) out.bytes += to_json(event) + '\n', tell(event, story);
  for (const auto& post : transcript.posts) out.bytes += post + '\n';
  out.story = story.str();
  return out;
}

}  // namespace world
