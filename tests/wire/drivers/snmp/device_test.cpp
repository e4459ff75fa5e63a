#include "drivers/snmp/device.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <numeric>
#include <optional>

#include "catch.hpp"
#include "ground/clock/clock.hpp"
#include "wire/drivers/snmp/agent.hpp"

using namespace holdup;
using namespace holdup::tests;
using namespace std::chrono_literals;
using ground::Quality;
namespace asio = boost::asio;

namespace {

const char* const pdu_profile = R"(
profile: pdu
vendor: Maker
base: 1.3.6.1.4.1.99
sentinels: [-1]
identify: [{sys_object_id: [1.3.6.1.4.1.99]}]
identity: {model: .1.0}
scalars:
  - {oid: .2.0, part: inlet, metric: rack_power_watts, means: inlet_power, highest: 4000}
tables:
  - part: outlet
    index: "{1}"
    available: {column: .3.3, is: 1}
    columns:
      - {column: .3.2, metric: rack_current_amperes, divide: 10, means: outlet_current}
)";

profile::Library library(const std::string& more) {
  ground::Problems problems;
  auto out = profile::Library::load({{"pdu.yaml", pdu_profile + more}}, problems);
  REQUIRE(problems.ok());
  return out;
}

/// A device and the agent behind it.
class Bench {
 public:
  explicit Bench(TableAgent::Habits habits = {}, int outlets = 24, const std::string& more_profile = {})
      : agent{loop, habits}, profiles_{library(more_profile)} {
    agent.text("1.3.6.1.2.1.1.1.0", "A PDU");
    agent.object_id("1.3.6.1.2.1.1.2.0", "1.3.6.1.4.1.99.7");
    agent.text("1.3.6.1.4.1.99.1.0", "PDU-24");
    agent.number("1.3.6.1.4.1.99.2.0", 1500);
    for (int i = 1; i <= outlets; ++i) {
      agent.number("1.3.6.1.4.1.99.3.2." + std::to_string(i), i);
      agent.number("1.3.6.1.4.1.99.3.3." + std::to_string(i), 1);
    }
    agent.text("1.3.6.1.4.1.100.1.0", "what stands behind the tables");
  }

  ground::Result<drivers::Identified> identify() { return run(device().identify(ground::clock::now() + 20s)); }
  ground::Result<std::vector<reading::Reading>> read(std::size_t points, ground::Duration within = 10s) {
    std::vector<std::uint32_t> all(points);
    std::iota(all.begin(), all.end(), 0u);
    raw.clear();
    const drivers::ReadRequest request{.points = all, .deadline = ground::clock::now() + within, .raw = &raw};
    return run(device().read(request));
  }

  asio::io_context loop{1};
  TableAgent agent;
  std::vector<std::string> raw;
  snmp::Client client{loop, 1};

 private:
  snmp::Device& device() {
    if (!device_) device_.emplace(client, profiles_, snmp::Device::Settings{.address = agent.puppet().address(), .answer_within = 500ms});
    return *device_;
  }
  template <class T>
  ground::Result<T> run(asio::awaitable<ground::Result<T>> work) {
    std::optional<ground::Result<T>> out;
    asio::co_spawn(loop, std::move(work), [&](std::exception_ptr thrown, ground::Result<T> result) {
      REQUIRE(!thrown);
      out = std::move(result);
    });
    while (!out) loop.run_one();
    return *std::move(out);
  }

  profile::Library profiles_;
  std::optional<snmp::Device> device_;
};

void check_whole(Bench& bench, std::size_t outlets = 24) {
  const auto told = bench.identify();
  REQUIRE(told);
  CHECK(told->identity.vendor == "Maker");
  CHECK(told->identity.model == "PDU-24");
  CHECK(told->identity.profile == "pdu");
  REQUIRE(told->points.size() == outlets + 1);
  const auto readings = bench.read(told->points.size());
  REQUIRE(readings);
  CHECK(readings->at(0).value == 1500);
  CHECK(readings->at(outlets).value == static_cast<double>(outlets) / 10);
  CHECK(readings->at(outlets).quality == Quality::good);
  CHECK(bench.raw.at(outlets) == std::to_string(outlets));
}

}  // namespace

TEST_CASE("a device is identified, its tables walked and its points read") {
  Bench bench;
  check_whole(bench);
}

TEST_CASE("an agent that knows v1 only is read in v1") {
  Bench bench{{.v1_only = true}};
  check_whole(bench);
}

TEST_CASE("an agent that is silent on GETBULK is walked by GETNEXT") {
  Bench bench{{.no_bulk = true}, 3};
  check_whole(bench, 3);
}

TEST_CASE("an agent that finds answers too big is asked for less") {
  Bench bench{{.most_varbinds = 5}};
  check_whole(bench);
}

TEST_CASE("a lost datagram is sent again while a device is identified") {
  Bench bench{{.lose = 1}, 2};
  check_whole(bench, 2);
}

TEST_CASE("an agent whose tables stand still is refused by name") {
  Bench bench{{.stands_still = true}, 2};
  const auto told = bench.identify();
  REQUIRE(!told);
  CHECK(told.error().kind == ground::FailureKind::malformed);
  CHECK(told.error().what == "the walk of 1.3.6.1.4.1.99.3.2 does not advance");
}

TEST_CASE("an agent that times out on long answers is asked for fewer rows at once") {
  Bench bench{{.most_repetitions = 5}};
  check_whole(bench);
}

TEST_CASE("an agent that leaves values out of bulk answers is read whole where its profile says so") {
  Bench bench{{.leaves_out = true}, 24, "quirks: {max_repetitions: 1}\n"};
  check_whole(bench);
}

TEST_CASE("an agent that begins anew instead of saying endOfMibView is walked to its end") {
  Bench bench{{.begins_anew = true}};
  check_whole(bench);
}

TEST_CASE("a table that grows while it is walked is given up at a bound") {
  Bench bench{{.grows = "1.3.6.1.4.1.99.3.3"}, 2};
  const auto told = bench.identify();
  REQUIRE(!told);
  CHECK(told.error().kind == ground::FailureKind::malformed);
  CHECK(told.error().what == "the tables never end: over 20,000 points");
  CHECK(bench.client.counters().sent < 3000);
}

TEST_CASE("what an agent lost, marks or cannot measure is no zero") {
  Bench bench{{}, 3};
  REQUIRE(bench.identify());
  bench.agent.number("1.3.6.1.4.1.99.2.0", 65000);
  bench.agent.number("1.3.6.1.4.1.99.3.2.1", -1);
  bench.agent.number("1.3.6.1.4.1.99.3.2.2", 0);
  bench.agent.number("1.3.6.1.4.1.99.3.3.2", 2);
  bench.agent.text("1.3.6.1.4.1.99.3.2.3", "n/a");
  const auto readings = bench.read(4);
  REQUIRE(readings);
  CHECK(readings->at(0).quality == Quality::out_of_range);
  CHECK(readings->at(1).quality == Quality::absent);  // a sentinel
  CHECK(readings->at(2).quality == Quality::absent);  // "not available" beside a 0
  CHECK(readings->at(3).quality == Quality::failed);  // no number
}

TEST_CASE("a device that falls silent fails the read at its deadline with one datagram") {
  Bench bench{{}, 3};
  REQUIRE(bench.identify());
  const auto sent = bench.client.counters().sent;
  bench.agent.puppet().deafen();
  const auto readings = bench.read(4, 50ms);
  REQUIRE(!readings);
  CHECK(readings.error().kind == ground::FailureKind::timeout);
  CHECK(bench.client.counters().sent == sent + 1);
}
