#include "hw-sim/agents/contact_wires.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "catch.hpp"

using namespace hwsim;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

// What gpio-sim shows of one chip in /sys, in a folder of its own.
struct Tree {
  fs::path root = fs::temp_directory_path() / ("contact-wires-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)));
  Tree() {
    for (const char* line : {"4", "5"}) {
      const auto folder = root / "devices/platform/gpio-sim.0/gpiochip1" / (std::string{"sim_gpio"} + line);
      fs::create_directories(folder);
      std::ofstream{folder / "pull"};
    }
    const auto bank = root / "kernel/config/gpio-sim/any/bank0";
    fs::create_directories(bank);
    std::ofstream{bank / "label"} << "shelf\n";
    std::ofstream{bank / "chip_name"} << "gpiochip1\n";
  }
  ~Tree() { fs::remove_all(root); }
  [[nodiscard]] std::string pull(int line) const {
    return text(root / "devices/platform/gpio-sim.0/gpiochip1" / ("sim_gpio" + std::to_string(line)) / "pull");
  }
  [[nodiscard]] static std::string text(const fs::path& file) {
    std::ifstream in{file};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }
};

}  // namespace

TEST_CASE("edges pull the lines that the contacts' sources name, by chip or label, and stand in the log") {
  const Tree tree;
  const auto log = (tree.root / "log").string();
  agents::ContactWires wires{
      {{.name = "ac", .has_pair = true, .active_low = true, .source = "shelf/4", .pair = "5"}, {.name = "far", .source = "gpiochip9/4"}},
      log,
      tree.root.string()};
  CHECK(wires.any());
  REQUIRE(wires.driven().size() == 2);
  CHECK(wires.driven()[0].starts_with("contact/ac "));
  wires.show({.contact = 0, .at = holdup::ground::Instant{1500ms}, .closed = true});
  CHECK(tree.pull(4) == "pull-down");
  wires.show({.contact = 0, .at = holdup::ground::Instant{2s}, .closed = false, .pair = true});
  CHECK(tree.pull(5) == "pull-up");
  wires.show({.contact = 1, .at = holdup::ground::Instant{2s}, .closed = true});
  CHECK(Tree::text(log) == "1.5 contact/ac closed\n2 contact/ac pair open\n2 contact/far closed\n");
}
