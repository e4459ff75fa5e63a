#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "catch.hpp"
#include "unit/collector/drill/scenarios.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using drill_test::bytes_of;
using drill_test::plan_of;
using drill_test::plan_of_file;

namespace {

const std::filesystem::path scenarios = HOLDUP_SOURCE_DIR "/hw-sim/scenarios";

constexpr const char* small =
    "rack:\n"
    "  rack: r1\n"
    "  alerts: {webhook: [\"http://127.0.0.1:9000/a\", \"http://127.0.0.1:9000/b\"]}\n"
    "  feeds:\n"
    "    A: {nominal_volts: 230}\n"
    "    B: {nominal_volts: 230}\n"
    "  devices:\n"
    "    pdu-a: {url: \"snmp://192.0.2.1\", feed: A}\n"
    "    pdu-b: {url: \"snmp://192.0.2.2\", feed: B}\n"
    "    u1: {url: \"modbus://192.0.2.3/1\"}\n"
    "    u2: {url: \"modbus://192.0.2.4/1\"}\n"
    "  loads:\n"
    "    cab1:\n"
    "      needs_watts: 800\n"
    "      sharing: active\n"
    "      supplies:\n"
    "        psu1: {cord: pdu-a/outlet/1, status: u1, rated_watts: 1000}\n"
    "        psu2: {cord: pdu-b/outlet/1, status: u2, rated_watts: 1000}\n";

std::string with(const std::string& rest) { return small + rest; }

}  // namespace

TEST_CASE("every scenario file plays clean") {
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{scenarios})
    if (const auto name = entry.path().filename().string(); !entry.is_directory() && !name.starts_with("rack") && name != "shelf-rtu.yaml")
      files.insert(entry.path());
  REQUIRE(files.size() >= 12);
#ifdef __SANITIZE_ADDRESS__
  constexpr int step = 4;  // under sanitizers they take minutes, and each fourth goes through the same code
#else
  constexpr int step = 1;
#endif
  for (int number = 0; const auto& file : files) {
    if (number++ % step != 0) continue;
    const auto transcript = drill::play(plan_of_file(file));
    INFO(file.filename().string() << "\n" << bytes_of(transcript));
    CHECK(transcript.clean());
    CHECK(!transcript.verdicts.empty());
  }
}

TEST_CASE("however a relay bounces, its loss is told once, and ends once") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    auto plan = plan_of_file(scenarios / "bouncing-relay.yaml");
    plan.seed = seed;
    const auto transcript = drill::play(std::move(plan));
    INFO(seed << "\n" << bytes_of(transcript));
    std::vector<record::Phase> phases;
    for (const auto& event : transcript.events)
      if (event.verdict == "supply_input_lost" && event.phase != record::Phase::update) phases.push_back(event.phase);
    CHECK(phases == std::vector{record::Phase::begin, record::Phase::end});
    CHECK(transcript.clean());
  }
}

TEST_CASE("the same seed says the same bytes, another seed others") {
  const auto play = [](std::uint64_t seed) {
    auto plan = plan_of_file(scenarios / "feed-a-fails.yaml");
    plan.seed = seed;
    return bytes_of(drill::play(std::move(plan)));
  };
  const auto once = play(1);
  CHECK(once == play(1));
  CHECK(once != play(2));
}

TEST_CASE("a rack may stand in the scenario, and its loss is told to every target") {
  const auto transcript =
      drill::play(plan_of(with("timeline:\n"
                               "  - {at: 5s, do: \"fail pdu-a/outlet/1\"}\n"
                               "expect:\n"
                               "  - {say: supply_input_lost, of: cab1/psu1, by: 5.3s, strength: proven}\n"
                               "  - {never: feed_lost}\n")));
  INFO(bytes_of(transcript));
  CHECK(transcript.clean());
  CHECK(transcript.readings > 100);
  REQUIRE(transcript.posts.size() >= 2);
  CHECK(transcript.posts[0] == transcript.posts[1]);
  CHECK(transcript.posts[0].find("\"element\":\"cab1/psu1\"") != std::string::npos);
}

TEST_CASE("a window of the timeline is opened: what it names is told as info, what is lost beside it is critical") {
  const auto said = [](const std::string& lost, std::string_view text) {
    const auto transcript =
        drill::play(plan_of(with("timeline:\n"
                                 "  - {at: 2s, do: \"maintenance cab1/psu1 for=10min\"}\n"
                                 "  - {at: 5s, do: \"fail " +
                                 lost + "\"}\n")));
    INFO(bytes_of(transcript));
    REQUIRE(!transcript.posts.empty());
    CHECK(transcript.clean());
    return std::ranges::count_if(transcript.posts, [&](const auto& post) { return post.find(text) != std::string::npos; });
  };
  CHECK(said("pdu-a/outlet/1", "\"severity\":\"info\"") > 0);
  CHECK(said("pdu-a/outlet/1", "\"severity\":\"critical\"") == 0);
  CHECK(said("pdu-a/outlet/1", "WRONG SIDE") == 0);
  CHECK(said("pdu-b/outlet/1", "\"severity\":\"critical\"") > 0);
  CHECK(said("pdu-b/outlet/1", "WRONG SIDE") > 0);
}

TEST_CASE("a window that the core refuses makes a drill unclean, and is told") {
  const auto transcript = drill::play(plan_of(with("timeline:\n  - {at: 2s, do: \"maintenance cab1/psu1 for=48h\"}\n")));
  CHECK(!transcript.clean());
  CHECK(transcript.refused == std::vector<std::string>{"a window lasts at most 24h"});
}

TEST_CASE("without its burst the second loss is seen by the grid alone, too late") {
  std::ifstream file{scenarios / "burst-beside-a-loss.yaml"};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  const auto burst = text.find("for: 10s");
  REQUIRE(burst != std::string::npos);
  const auto transcript = drill::play(plan_of(text.replace(burst, 8, "for: 0s")));
  REQUIRE(transcript.verdicts.size() == 4);
  CHECK(transcript.verdicts[0].met);
  CHECK_FALSE(transcript.verdicts[1].met);
  CHECK_FALSE(transcript.verdicts[2].met);
}

TEST_CASE("a drill that misses an expectation is not clean") {
  const auto transcript =
      drill::play(plan_of(with("timeline:\n"
                               "  - {at: 5s, do: \"fail feed/A\"}\n"
                               "expect:\n"
                               "  - {say: supply_input_lost, of: cab1/psu2, by: 8s}\n"
                               "  - {never: supply_input_lost}\n")));
  CHECK(!transcript.clean());
  REQUIRE(transcript.verdicts.size() == 2);
  CHECK(!transcript.verdicts[0].met);
  CHECK(!transcript.verdicts[1].met);
}

TEST_CASE("a drill plays to its last expectation, or as long as told") {
  ground::Instant last{};
  auto plan = plan_of(with("timeline:\n  - {at: 1s, do: \"set cab1 watts=700\"}\nexpect:\n  - {never: feed_lost}\n"));
  plan.length = 90s;
  const auto transcript = drill::play(std::move(plan), [&](ground::Instant now, const auto&, const auto&, const auto&) { last = now; });
  CHECK(last > ground::Instant{89s});
  CHECK(last <= ground::Instant{90s});
  CHECK(transcript.events.empty());
}
