#include <CLI/CLI.hpp>
#include <iostream>

#include "collector/site/site_file.hpp"
#include "world/inspector.hpp"
#include "world/timeline.hpp"

// Random racks under random misfortunes, each on a seed: what the core says is held against what is true.
//   test_world --from 1 --seeds 25     worlds 1 to 25; exit 1 when the core lied in any
//   test_world --from 7 --show         world 7: its rack, its timeline, what was said
namespace world {
namespace {

using namespace std::chrono_literals;
using namespace holdup;

struct Texts {
  RackText rack;
  Misfortune misfortune;
};

Texts texts_of(std::uint64_t seed) {
  Dice dice{seed};
  RackText rack = random_rack(dice);
  Misfortune misfortune = random_timeline(dice, rack);
  return {std::move(rack), std::move(misfortune)};
}

struct World {
  drill::DrillPlan plan;
  Duration slowest = 10s;  // the longest refresh and the longest period, twice over
};

std::optional<World> build(const Texts& texts, std::uint64_t seed) {
  ground::Problems problems;
  World world;
  world.plan.rack = hwsim::scenario::parse_rack(texts.rack.text, "rack.yaml", problems);
  world.plan.site = std::make_unique<const site::Site>(site::parse(texts.rack.text, "rack.yaml", {}, problems));
  world.plan.scenario = hwsim::scenario::parse_scenario("rack: rack.yaml\n" + texts.misfortune.text, "world.yaml", problems);
  if (problems.ok()) hwsim::scenario::check_elements(world.plan.scenario, world.plan.rack, "world.yaml", problems);
  for (const auto& problem : problems.all())
    if (problem.weight == ground::Problem::Weight::error) std::cout << problem.text() << '\n';
  if (!problems.ok()) return std::nullopt;
  world.plan.seed = seed;
  world.plan.length = texts.misfortune.all_well_from + 2min;
  return world;
}

struct Outcome {
  std::vector<std::string> lies;
  std::string bytes;  // everything that was said
  std::uint64_t readings = 0;
};

void print(const record::Event& event) {
  std::cout << ground::seconds(event.at.time_since_epoch()) << "s " << record::phase_names[static_cast<std::size_t>(event.phase)] << ' '
            << event.verdict << ' ' << event.element << " (" << event.strength << ") cause " << event.cause << "  " << event.id << " of "
            << event.incident << '\n';
  for (const auto& e : event.evidence)
    std::cout << "      " << e.source << ' ' << e.point << ' ' << (e.value ? *e.value : -1) << ' ' << ground::iso8601(e.time) << '\n';
}

Outcome play(std::uint64_t seed, bool show) {
  const Texts texts = texts_of(seed);
  auto world = build(texts, seed);
  if (!world) return {.lies = {"no rack was made"}, .bytes = {}};
  const site::Site site = *world->plan.site;
  Inspector inspector{world->plan.rack.rack, site, world->slowest};
  const drill::Watcher watcher = [&](Instant now, const auto& stage, const auto& machine, const auto& effects) {
    inspector.look(now, stage, machine, effects);
  };
  const auto transcript = drill::play(std::move(world->plan), watcher);
  inspector.look_back(transcript.events);
  Outcome out{.lies = inspector.lies(), .bytes = {}, .readings = transcript.readings};
  for (const auto& event : transcript.events) out.bytes += to_json(event) + '\n';
  for (const auto& post : transcript.posts) out.bytes += post + '\n';
  if (show) {
    std::cout << texts.rack.text << texts.misfortune.text;
    for (const auto& event : transcript.events) print(event);
  }
  return out;
}

struct Options {
  std::uint64_t from = 1, seeds = 1;
  bool show = false;
};

int play_all(const Options& options) {
  std::uint64_t readings = 0, lying = 0;
  for (std::uint64_t seed = options.from; seed < options.from + options.seeds; ++seed) {
    auto outcome = play(seed, options.show);
    if (seed % 8 == 0 && play(seed, false).bytes != outcome.bytes) outcome.lies.emplace_back("played twice, it said something else");
    readings += outcome.readings;
    if (outcome.lies.empty()) continue;
    ++lying;
    std::cout << "world " << seed << ": " << outcome.lies.size() << " lies (replay: test_world --from " << seed << " --show)\n";
    for (std::size_t i = 0; i < std::min<std::size_t>(outcome.lies.size(), 8); ++i) std::cout << "  " << outcome.lies[i] << '\n';
  }
  std::cout << options.seeds << " worlds, " << lying << " with lies, " << readings << " readings\n";
  return lying == 0 ? 0 : 1;
}

}  // namespace
}  // namespace world

int main(int argc, char** argv) {
  CLI::App app{"Random racks under random misfortunes: what is said against what is true"};
  world::Options options;
  app.add_option("--from", options.from, "First seed")->capture_default_str();
  app.add_option("--seeds", options.seeds, "How many")->capture_default_str();
  app.add_flag("--show", options.show, "Print racks, timelines and what was said");
  CLI11_PARSE(app, argc, argv);
  return world::play_all(options);
}
