#include <fstream>

#include "catch.hpp"
#include "collector/cli/verbs.hpp"
#include "said.hpp"
#include "unit/store/rig.hpp"

using namespace holdup;
using namespace holdup::cli;
using holdup::cli::test::run;
using holdup::store::test::Folder;

namespace {

constexpr const char* rack =
    "rack: r\n"
    "feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}\n"
    "devices: {pdu-a: {url: 'snmp://192.0.2.1', feed: A}, pdu-b: {url: 'snmp://192.0.2.2', feed: B}}\n"
    "loads: {cab1: {supplies: {psu1: {cord: pdu-a/outlet/1}, psu2: {cord: pdu-b/outlet/1}}}}\n"
    "sim: {cab1: {watts: 400}}\n";

}  // namespace

TEST_CASE("a drill plays the scenarios of a folder by name, and leaves racks and other files out") {
  const Folder folder;
  std::ofstream{folder.file("r.yaml")} << rack;
  for (const char* name : {"b.yaml", "a.yaml"})
    std::ofstream{folder.file(name)} << "rack: r.yaml\nseed: 1\ntimeline: [{at: 10s, do: \"fail pdu-a/outlet/1\"}]\nexpect: [{say: "
                                        "path_redundancy_lost, of: cab1, by: 30s}]\n";
  std::ofstream{folder.file("notes.txt")} << "not: [yaml";
  const auto said = run({"drill", folder.file("")});
  INFO(said.out << said.err);
  CHECK(said.code == fine);
  REQUIRE(said.out.find("a.yaml") != std::string::npos);
  CHECK(said.out.find("a.yaml") < said.out.find("b.yaml"));
  CHECK(said.out.find("r.yaml\n") == std::string::npos);
}

TEST_CASE("a drill of a folder leaves no broken file out") {
  const Folder folder;
  std::ofstream{folder.file("broken.yaml")} << "rack: [r\n";
  const auto said = run({"drill", folder.file("")});
  CHECK(said.code == usage);
  CHECK(said.err.find("broken.yaml") != std::string::npos);
}

TEST_CASE("a folder without a scenario is no drill that went well") {
  const Folder folder;
  const auto said = run({"drill", folder.file("")});
  CHECK(said.code == usage);
  CHECK(said.err.find("no scenario is in it") != std::string::npos);
}
