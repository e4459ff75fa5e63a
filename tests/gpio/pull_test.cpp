#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "ground/clock/clock.hpp"
#include "sim_chip.hpp"
#include "tests/bench/child_program.hpp"

// A supply with nothing but a contact, pulled with `holdup commission` watching, and what its incident's capture has of the edge; in a
// virtual machine (tests/gpio/machine) that has the program in its path.
namespace holdup::gpio {
namespace {

using namespace std::chrono_literals;
using bench::ChildProgram;
using gpio_test::SimChip;
namespace fs = std::filesystem;

ground::Utc utc_now() { return ground::utc(ground::clock::now(), ground::clock::utc_offset()); }

int run(const std::string& words) { return WEXITSTATUS(std::system(("holdup " + words).c_str())); }

std::string text_of(const fs::path& path) {
  std::ifstream file{path};
  std::stringstream out;
  out << file.rdbuf();
  return out.str();
}

/// What stands behind "KEY":" or "KEY": in a line of JSON.
std::string field(const std::string& line, const std::string& key) {
  auto at = line.find('"' + key + "\":");
  if (at == std::string::npos) return {};
  at += key.size() + 3;
  const bool quoted = line[at] == '"';
  if (quoted) ++at;
  return line.substr(at, line.find_first_of(quoted ? "\"" : ",}", at) - at);
}

std::string line_with(ChildProgram& program, const std::string& what) {
  for (auto line = program.line();; line = program.line())
    if (line.find("\"say\":\"" + what + '"') != std::string::npos) return line;
}

/// A cabinet of two supplies, each with a contact and no other eye.
struct Cabinet {
  fs::path folder = fs::temp_directory_path() / "pull";
  SimChip chip{"cabinet", 2};

  Cabinet() {
    fs::create_directories(folder / "profiles");
    for (unsigned line = 0; line < 2; ++line) chip.pull(line, true);
    std::ofstream{folder / "profiles" / "nothing.yaml"} << "profile: nothing\nidentify: [{sys_object_id: [1.3.6.1.4.1.8072.99]}]\n";
    std::ofstream{folder / "site.yaml"} << "rack: pulled\nhttp: {listen: 127.0.0.1:0}\nstore: {path: " + (folder / "rack.db").string() +
                                               "}\ncontacts:\n  c1: {source: " + chip.name() +
                                               "/0, senses: ac_ok, of: cab1/psu1}\n  c2: {source: " + chip.name() +
                                               "/1, senses: ac_ok, of: cab1/psu2}\nloads:\n  cab1: {supplies: {psu1: {}, psu2: {}}}\n";
  }
  ~Cabinet() { fs::remove_all(folder); }
  Cabinet(const Cabinet&) = delete;
};

/// Whether a command comes to say so, each time anew.
bool comes_to(const std::string& words, const fs::path& out, const std::string& what) {
  for (const auto until = ground::clock::now() + 60s; ground::clock::now() < until;) {
    (void)run(words + " >" + out.string() + " 2>&1");
    if (text_of(out).find(what) != std::string::npos) return true;
  }
  UNSCOPED_INFO(text_of(out));
  return false;
}

TEST_CASE("a pull that only a contact shows is timed by its edge, and the edge is in the capture") {
  Cabinet cabinet;
  const auto out = cabinet.folder / "out";
  ChildProgram daemon{{.words = {"/programs/holdup", "run", "-c", cabinet.folder / "site.yaml", "--profiles", cabinet.folder / "profiles"},
                       .log = cabinet.folder / "log"}};
  const auto ready = daemon.line();
  const auto url = ready.substr(ready.find(' ') + 1);
  REQUIRE(comes_to("status --json --url " + url, out, "\"state\":\"closed\""));
  REQUIRE(comes_to("attest cab1/psu2 --by eve --reason 'its lamp is green' --url " + url, out, "noted"));
  ChildProgram verb{
      {.words = {"/programs/holdup", "commission", "cab1/psu1", "--by", "eve", "--json", "--url", url}, .log = cabinet.folder / "verb"}};
  (void)line_with(verb, "watching");
  const auto before = utc_now();
  cabinet.chip.pull(0, false);
  const auto after = utc_now();
  const auto verdict = ground::parse_iso8601(field(line_with(verb, "lost"), "time"));
  REQUIRE(verdict);
  cabinet.chip.pull(0, true);
  const auto result = line_with(verb, "result");
  INFO(result);
  CHECK(field(result, "result") == "as configured");
  CHECK(field(result, "said") == "supply_input_lost");
  CHECK(field(result, "source") == "contact/c1");
  const auto spans = result.substr(result.find("\"detection_s\""));
  CHECK(std::stod(field(spans, "least")) <= ground::seconds(*verdict - before) + 0.001);
  CHECK(std::stod(field(spans, "most")) >= ground::seconds(*verdict - after) - 0.001);
  REQUIRE(run("incident export " + field(result, "incident") + " --store " + (cabinet.folder / "rack.db").string() + " --to " +
              (cabinet.folder / "bundle").string()) == 0);
  std::istringstream rows{text_of(cabinet.folder / "bundle" / "captures" / "contact-c1.edges.csv")};
  bool captured = false;
  for (std::string row; std::getline(rows, row);) {
    INFO(row);
    if (!row.ends_with(",open")) continue;
    captured = true;
    const auto edge = ground::parse_iso8601(row.substr(0, row.find(',')));
    REQUIRE(edge);
    CHECK(*edge >= before - 2ms);  // an age is kept to the millisecond
    CHECK(*edge <= after + 2ms);
  }
  CHECK(captured);
}

}  // namespace
}  // namespace holdup::gpio
