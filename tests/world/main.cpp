#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <fstream>
#include <iostream>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <thread>

#include "world/play.hpp"

// Random racks under random misfortunes, each on a seed: what the core says is held against what is true.
//   test_world --from 1 --seeds 25     worlds 1 to 25, shared among the cores; exit 1 when the core lied in any
//   test_world --from 7 --show         world 7: its rack, its timeline, what was said
//   test_world --from 7 --save FILE    world 7 as a case; `test_world FILE...` plays cases
namespace world {
namespace {

struct Options {
  std::uint64_t from = 1, seeds = 1;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  bool show = false, stop = false;
  std::string save, open;
  std::vector<std::string> cases;
};

struct Result {
  Outcome outcome;
  std::string replay;
};

class Run {
 public:
  explicit Run(const Options& options) : options_{options} {}

  int play_all() {
    std::vector<std::thread> players;
    for (unsigned p = 0; p < options_.jobs; ++p) players.emplace_back([this] { play_some(); });
    for (auto& player : players) player.join();
    return tell();
  }

 private:
  [[nodiscard]] std::uint64_t count() const { return options_.cases.empty() ? options_.seeds : options_.cases.size(); }

  void play_some() {
    for (auto n = next_++; n < count() && !found_; n = next_++) play_one(n);
  }

  void play_one(std::uint64_t n) {
    const std::uint64_t seed = options_.from + n;
    const bool random = options_.cases.empty();
    const auto text = random ? random_world(seed) : world_of(read(options_.cases[n]));
    Result result{play(text), random ? "--from " + std::to_string(seed) : options_.cases[n]};
    if (seed % 8 == 0 && play(text).bytes != result.outcome.bytes) result.outcome.lies.emplace_back("played twice, it said something else");
    if (options_.show) std::cout << to_text(text) << result.outcome.story;
    if (!options_.save.empty()) std::ofstream{options_.save} << to_text(text);
    result.outcome.bytes.clear(), result.outcome.story.clear();
    if (options_.stop && !result.outcome.lies.empty()) found_ = true;
    const std::lock_guard lock{mutex_};
    results_.emplace(seed, std::move(result));
  }

  static std::string read(const std::string& file) {
    std::ostringstream out;
    std::ifstream in{file};
    if (!in) throw std::runtime_error{"no file " + file};
    out << in.rdbuf();
    return out.str();
  }

  /// Seeds whose lies are known and not mended yet, each with a word on it.
  [[nodiscard]] std::set<std::uint64_t> open() const {
    std::set<std::uint64_t> out;
    std::istringstream lines{options_.open.empty() ? std::string{} : read(options_.open)};
    for (std::string line; std::getline(lines, line);)
      if (!line.empty() && line.front() != '#') out.insert(std::stoull(line));
    return out;
  }

  int tell() const {
    const auto open = this->open();
    std::uint64_t readings = 0, lying = 0, known = 0, believed = 0;
    std::vector<std::size_t> points;
    for (const auto& [seed, result] : results_) {
      const auto& [lies, unseen, size, heard, bytes, story] = result.outcome;
      readings += heard, believed += unseen;
      points.push_back(size);
      if (lies.empty() && open.contains(seed)) ++lying, std::cout << "world " << seed << " is clean: take it off " << options_.open << '\n';
      if (lies.empty()) continue;
      open.contains(seed) ? ++known : ++lying;
      std::cout << "world " << seed << ": " << lies.size() << " lies (replay: test_world " << result.replay << " --show)\n";
      for (std::size_t i = 0; i < std::min<std::size_t>(lies.size(), 8); ++i) std::cout << "  " << lies[i] << '\n';
    }
    std::sort(points.begin(), points.end());
    std::cout << "SUMMARY: " << results_.size() << " worlds of " << points.front() << " to " << points.back() << " points, median "
              << points[points.size() / 2] << "; " << readings << " readings; " << lying << " with lies, " << known << " with known ones; "
              << believed << " false words of liars that nothing else could see through\n";
    return lying == 0 ? 0 : 1;
  }

  const Options& options_;
  std::atomic<std::uint64_t> next_ = 0;
  std::atomic<bool> found_ = false;
  std::mutex mutex_;
  std::map<std::uint64_t, Result> results_;
};

}  // namespace
}  // namespace world

int main(int argc, char** argv) {
  CLI::App app{"Random racks under random misfortunes: what is said against what is true"};
  world::Options options;
  app.add_option("--from", options.from, "First seed")->capture_default_str();
  app.add_option("--seeds", options.seeds, "How many")->capture_default_str();
  app.add_option("--jobs", options.jobs, "Worlds at once")->capture_default_str();
  app.add_flag("--show", options.show, "Print racks, timelines and what was said");
  app.add_flag("--stop", options.stop, "Begin no world after the first that has lies");
  app.add_option("--save", options.save, "Write the world as a case");
  app.add_option("--open", options.open, "File of seeds whose lies are known: \"402 what is said\"");
  app.add_option("cases", options.cases, "Worlds that were saved, instead of seeds");
  CLI11_PARSE(app, argc, argv);
  return world::Run{options}.play_all();
}
