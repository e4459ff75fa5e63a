#include <fstream>

#include "catch.hpp"
#include "collector/cli/moment.hpp"
#include "collector/cli/verbs.hpp"
#include "said.hpp"
#include "unit/store/made_file.hpp"
#include "unit/store/rig.hpp"

using namespace holdup;
using namespace holdup::cli;
using namespace holdup::store::test;
using holdup::cli::test::run;

TEST_CASE("whatif reckons with what the outlets were measured at, watts before amperes, where a store file holds it") {
  const Folder folder;
  std::ofstream{folder.file("r.yaml")}
      << "rack: r\n"
         "feeds: {A: {nominal_volts: 230, rating_amperes: 16}, B: {nominal_volts: 230, rating_amperes: 16}}\n"
         "devices: {pdu-a: {url: 'snmp://192.0.2.1', feed: A}, pdu-b: {url: 'snmp://192.0.2.2', feed: B}}\n"
         "loads:\n"
         "  cab1: {needs_watts: 4600, supplies: {psu1: {cord: pdu-a/outlet/1}, psu2: {cord: pdu-b/outlet/1}}}\n"
         "  cab2: {needs_watts: 2300, supplies: {psu1: {cord: pdu-a/outlet/2}, psu2: {cord: pdu-b/outlet/2}}}\n";
  MadeFile file{folder.file("r.db")};
  const auto pack = file.add_pack("pdu-a");
  const auto series = [&](const char* name, const char* supply) {
    return file.add_series(pack, {name, {{"device", "pdu-a"}, {"part", "outlet"}, {"supply", supply}}});
  };
  const std::vector<std::int64_t> all{series("rack_power_watts", "cab1/psu1"), series("rack_current_amperes", "cab1/psu1"),
                                      series("rack_current_amperes", "cab1/psu2"), series("rack_power_watts", "cab2/psu1")};
  const auto now = std::chrono::floor<std::chrono::milliseconds>(utc_now().time_since_epoch()).count();
  file.commit({{.utc_ms = now, .boot = 1, .series = all, .values = {460, 7, 1, 100}, .qualities = std::vector(4, ground::Quality::good)}});
  const auto said = run({"whatif", "--json", "-c", folder.file("r.yaml"), "--lose", "feed/A", "--store", folder.file("r.db")});
  INFO(said.out << said.err);
  const auto says = [&](const char* part) { return said.out.find(part) != std::string::npos; };
  CHECK(says(R"({"what":"draw","element":"cab1","source":"measured","watts":690})"));
  CHECK(says(R"({"what":"draw","element":"cab2","source":"needs_watts","watts":2300})"));  // one of its supplies is not measured
  CHECK(says(R"({"what":"breaker","element":"feed/B","amperes_before":6.5,"amperes":13,)"));
  CHECK(said.code == fine);
}
