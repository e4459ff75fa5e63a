#include "collector/drill/drill.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>
#include <thread>

#include "collector/cli/configuration.hpp"
#include "collector/cli/drill_table.hpp"
#include "collector/cli/prefailure_table.hpp"
#include "collector/cli/side_by_side.hpp"
#include "collector/cli/verbs.hpp"
#include "collector/site/site_file.hpp"
#include "ground/json_writer.hpp"
#include "ground/nearest.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"

// `holdup drill`: scenario files against the core in virtual time; it has no driver and touches no device.
namespace holdup::cli {
namespace {

/// A file of a folder that plays something, unlike a rack. One that cannot be read is none of those to leave out.
bool is_scenario(const std::filesystem::path& file) {
  if (file.extension() != ".yaml") return false;
  ground::Problems problems;
  const auto text = read_text(file.string(), problems);
  const auto root = ground::yaml::parse(text, file.string(), problems);
  return !problems.ok() || root.find("timeline") != nullptr;
}

std::vector<std::string> scenarios_in(const std::string& folder, ground::Problems& problems) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator{folder})
    if (is_scenario(entry.path())) out.push_back(entry.path().string());
  std::ranges::sort(out);
  if (out.empty()) problems.add({.file = folder, .what = "no scenario is in it", .mend = "a scenario is a .yaml file with a timeline"});
  return out;
}

std::vector<std::string> scenarios_of(const std::vector<std::string>& named, ground::Problems& problems) {
  std::vector<std::string> out;
  for (const auto& name : named) {
    std::error_code error;
    if (std::filesystem::is_directory(name, error))
      std::ranges::move(scenarios_in(name, problems), std::back_inserter(out));
    else
      out.push_back(name);
  }
  return out;
}

// A drill is of the rack: rules that stand on the machine that watches it need not stand on this one.
std::vector<std::string> present(std::vector<std::string> rules, const std::string& site_file) {
  const auto here = [&](const std::string& pattern) {
    ground::Problems none;
    (void)load_rules({pattern}, site_file, none);
    return none.ok();
  };
  std::erase_if(rules, [&](const std::string& pattern) { return pattern.starts_with('/') && !here(pattern); });
  return rules;
}

// Rules of the scenario's own go beside those of the site; their expressions go by the names that firmware profiles give.
void take_rules(drill::DrillPlan& plan, const std::string& file, ground::Problems& problems) {
  auto own = load_rules(plan.scenario.rules, file, problems);
  plan.rules.insert(plan.rules.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
  plan.as_profiles = true;
  for (const auto& expectation : plan.scenario.expect) {
    const auto is_it = [&](const rules::Rule& rule) { return rule.alert == expectation.verdict; };
    if (!expectation.of_rule || std::ranges::any_of(plan.rules, is_it)) continue;
    std::vector<std::string_view> names;
    for (const auto& rule : plan.rules)
      if (!rule.alert.empty()) names.push_back(rule.alert);
    const auto guess = ground::nearest(expectation.verdict, names);
    problems.add({.file = file,
                  .line = expectation.line,
                  .key = expectation.never ? "never" : "say",
                  .what = "no verdict and no alerting rule is called '" + ground::printable(expectation.verdict) + "'",
                  .mend = guess.empty() ? "name one" : "did you mean '" + guess + "'?"});
  }
}

// The rack stands in a file beside the scenario, or in the scenario itself.
std::optional<drill::DrillPlan> prepare(const std::string& file, const profile::Library& profiles, ground::Problems& problems) {
  const auto text = read_text(file, problems);
  if (!problems.ok()) return std::nullopt;
  drill::DrillPlan plan;
  plan.scenario = hwsim::scenario::parse_scenario(text, file, problems);
  if (!problems.ok()) return std::nullopt;
  std::string site_file = file;
  const auto names = profiles.names();
  if (const auto* name = std::get_if<std::string>(&plan.scenario.rack)) {
    site_file = (std::filesystem::path{file}.parent_path() / *name).string();
    const auto rack_text = read_text(site_file, problems);
    if (!problems.ok()) return std::nullopt;
    plan.rack = hwsim::scenario::parse_rack(rack_text, site_file, problems);
    plan.site = std::make_shared<const site::Site>(site::parse(rack_text, site_file, names, problems));
  } else {
    const auto& node = std::get<ground::yaml::Node>(plan.scenario.rack);
    plan.rack = hwsim::scenario::read_rack(node, file, problems);
    plan.site = std::make_shared<const site::Site>(site::read(node, file, names, problems));
  }
  if (!problems.ok()) return std::nullopt;
  hwsim::scenario::check_elements(plan.scenario, plan.rack, file, problems);
  plan.rules = load_rules(present(plan.site->rules, site_file), site_file, problems);
  if (!plan.scenario.rules.empty()) take_rules(plan, file, problems);
  plan.seed = plan.scenario.seed;
  plan.traps = profile::TrapBook{profiles};
  return problems.ok() ? std::optional{std::move(plan)} : std::nullopt;
}

std::string at_text(ground::Instant at) {
  const double seconds = static_cast<double>(at.time_since_epoch() / std::chrono::milliseconds{1}) / 1000;
  return ground::number_text(seconds) + "s";
}

void print_people(const std::string& file, const drill::Transcript& transcript) {
  std::cout << file << '\n';
  for (const auto& event : transcript.events) {
    const auto phase = record::phase_names[static_cast<std::size_t>(event.phase)];
    std::cout << "  " << at_text(event.at) << "  " << phase << ' ' << event.verdict << ' ' << event.element << " (" << event.strength
              << ")";
    if (event.cause != event.element) std::cout << "  cause " << event.cause;
    std::cout << "  " << event.incident << '\n';
  }
  for (const auto& warning : transcript.warnings)
    std::cout << "  " << ground::iso8601(warning.since) << (warning.firing ? "  warning " : "  over ") << warning.name << ' '
              << warning.element << '\n';
  for (const auto& text : transcript.refused) std::cout << "  refused  " << text << '\n';
  for (const auto& verdict : transcript.verdicts) std::cout << (verdict.met ? "  ok      " : "  MISSED  ") << verdict.text << '\n';
}

void print_json(const std::string& file, const drill::Transcript& transcript) {
  for (const auto& event : transcript.events) std::cout << record::to_json(event) << '\n';
  for (const auto& verdict : transcript.verdicts) {
    ground::JsonWriter out;
    out.begin_object().field("scenario", file).field("met", verdict.met).field("expectation", verdict.text).end_object();
    std::cout << out.text() << '\n';
  }
  for (const auto& text : transcript.refused) {
    ground::JsonWriter out;
    out.begin_object().field("scenario", file).field("refused", text).end_object();
    std::cout << out.text() << '\n';
  }
}

/// The same over a restless network, a seed after the other.
struct Restless {
  int played = 0, clean = 0;
  std::vector<std::string> missed;  // "seed 17: say …"
};

drill::DrillPlan restless(drill::DrillPlan plan, unsigned seed) {
  plan.unrest = seed;
  plan.seed += seed;
  return plan;
}

Restless play_restless(const drill::DrillPlan& plan, unsigned seeds) {
  Restless out;
  for (unsigned seed = 1; seed <= seeds; ++seed) {
    const auto transcript = drill::play(restless(plan, seed));
    ++out.played;
    out.clean += transcript.clean() ? 1 : 0;
    for (const auto& verdict : transcript.verdicts)
      if (!verdict.met) out.missed.push_back("seed " + std::to_string(seed) + ": " + verdict.text);
  }
  return out;
}

void print_restless(const std::string& file, const Restless& restless, bool as_json) {
  if (restless.played == 0) return;
  if (!as_json) {
    std::cout << "  restless " << restless.clean << " of " << restless.played << " clean\n";
    for (const auto& text : restless.missed) std::cout << "  MISSED  " << text << '\n';
    return;
  }
  ground::JsonWriter out;
  out.begin_object().field("scenario", file).field("restless", restless.played).field("clean", restless.clean).key("missed").begin_array();
  for (const auto& text : restless.missed) out.value(text);
  out.end_array().end_object();
  std::cout << out.text() << '\n';
}

/// A file that was played, or what is wrong with it.
struct Played {
  std::string file;
  ground::Problems problems;
  std::optional<drill::DrillPlan> plan;  // none: it cannot be played
  drill::Transcript transcript;
  Restless restless;
};

Played played(const std::string& file, const profile::Library& profiles, const DrillOptions& options) {
  Played out{.file = file, .problems = {}, .plan = {}, .transcript = {}, .restless = {}};
  out.plan = prepare(file, profiles, out.problems);
  if (!out.plan) return out;
  out.transcript = drill::play(options.only ? restless(*out.plan, *options.only) : *out.plan);
  out.restless = play_restless(*out.plan, options.seeds);
  return out;
}

std::string command_of(const DrillOptions& options) {
  std::string out = "holdup drill";
  for (const auto& scenario : options.scenarios) out += " " + ground::printable(scenario);
  return out + " --prefailure " + ground::printable(options.prefailure);
}

}  // namespace

int drill(const DrillOptions& options) {
  ground::Problems problems;
  const auto profiles = load_profiles(options.profiles, problems);
  const auto files = scenarios_of(options.scenarios, problems);
  if (!problems.ok()) return print_problems(problems, options.json), usage;
  bool clean = true, readable = true;
  DrillTable table;
  PrefailureTable prefailure;
  const auto tell = [&](const Played& played) {
    if (!played.plan) return print_problems(played.problems, options.json), readable = false;
    options.json ? print_json(played.file, played.transcript) : print_people(played.file, played.transcript);
    print_restless(played.file, played.restless, options.json);
    std::cout.flush();  // the next may take minutes
    const auto name = std::filesystem::path{played.file}.stem().string();
    table.add(name, played.plan->scenario.timeline, played.transcript, played.restless.clean);
    prefailure.add(name, *played.plan, played.transcript);
    clean = clean && played.transcript.clean() && played.restless.clean == played.restless.played;
    return true;
  };
  const unsigned jobs = options.jobs > 0 ? options.jobs : std::max(std::thread::hardware_concurrency(), 1U);
  side_by_side(
      files.size(), jobs, [&](std::size_t i) { return played(files[i], *profiles, options); }, tell);
  if (!readable) return usage;
  if (!options.table.empty() && !table.write(options.table, options.seeds)) {
    std::cerr << "holdup: cannot write " << options.table << '\n';
    return problem_found;
  }
  if (!options.prefailure.empty() && !prefailure.write(options.prefailure, command_of(options))) {
    std::cerr << "holdup: cannot write " << options.prefailure << '\n';
    return problem_found;
  }
  return clean ? fine : problem_found;
}

}  // namespace holdup::cli
