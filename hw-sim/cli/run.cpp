#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "ground/problem.hpp"
#include "hw-sim/cli/rack_house.hpp"
#include "hw-sim/cli/serving.hpp"
#include "hw-sim/cli/snmp_options.hpp"
#include "hw-sim/cli/verbs.hpp"
#include "hw-sim/scenario/rack_file.hpp"
#include "hw-sim/scenario/scenario.hpp"

namespace hwsim::cli {
namespace {

namespace ground = holdup::ground;

void write_file(const std::string& file, const std::string& text) {
  std::ofstream out{file, std::ios::binary};
  if (!(out << text << std::flush)) throw std::runtime_error{file + ": cannot be written"};
}

// Prints what is wrong with the files; true when they can be used.
bool usable(const ground::Problems& problems) {
  for (const auto& problem : problems.all()) std::cerr << problem.text() << '\n';
  return problems.ok();
}

void play(const RunOptions& options, const RackSetup& setup, const std::string& text) {
  boost::asio::io_context io{1};
  RackHouse house{io, setup};
  ground::Problems problems;
  const auto site = house.site_text(text, options.rack, problems);
  if (!options.site.empty()) {
    if (!usable(problems)) throw std::runtime_error{"the site file cannot be written"};
    write_file(options.site, site);
  }
  house.announce();
  serve(io, {.started = [&house] { house.start(); },
             .answer = [&house](std::string_view command) { return house.answer(command); },
             .close = [&house] { house.close(); }});
}

}  // namespace

int run(const RunOptions& options) {
  try {
    ground::Problems problems;
    const auto text = read_text(options.rack);
    RackSetup setup{.file = scenario::parse_rack(text, options.rack, problems),
                    .path = options.rack,
                    .speed = options.speed,
                    .community = options.community,
                    .v3_files = options.v3_files,
                    .traps_to = options.traps_to,
                    .models = options.models.empty() ? HWSIM_MODELS_DIR : options.models,
                    .contact_log = options.contacts};
    if (!options.scenario.empty()) {
      auto played = scenario::parse_scenario(read_text(options.scenario), options.scenario, problems);
      if (problems.ok()) scenario::check_elements(played, setup.file, options.scenario, problems);
      setup.timeline = std::move(played.timeline);
      setup.seed = played.seed;
    }
    if (options.seed) setup.seed = *options.seed;
    if (!usable(problems)) return Exit::problem;
    play(options, setup, text);
  } catch (const std::exception& error) {
    std::cerr << "hw-sim run: " << error.what() << '\n';
    return Exit::problem;
  }
  return Exit::fine;
}

}  // namespace hwsim::cli
