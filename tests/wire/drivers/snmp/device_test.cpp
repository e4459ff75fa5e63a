#include "drivers/snmp/device.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <numeric>
#include <optional>
#include <set>

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

const char* const gentle_profile = R"(
profile: gentle
extends: [pdu]
quirks: {v1_only: true, between_requests: 5ms, max_duty: 0.5}
)";

// The alarms of the second column and the total of alarms are gone once somebody read them.
const char* const clearing_profile = R"(
profile: pdu
vendor: Maker
base: 1.3.6.1.4.1.99
identify: [{sys_object_id: [1.3.6.1.4.1.99]}]
scalars:
  - {oid: .2.0, part: inlet, metric: rack_power_watts, means: inlet_power, highest: 4000}
  - {oid: .1.0, part: system, metric: rack_alarms_total, clear_on_read: true}
tables:
  - part: outlet
    index: "{1}"
    columns:
      - {column: .3.2, metric: rack_current_amperes, divide: 10, means: outlet_current}
      - {column: .3.3, metric: rack_alarms_total, clear_on_read: true}
      - {column: .3.4, metric: rack_voltage_volts}
)";

profile::Library library_of(const std::string& text) {
  ground::Problems problems;
  auto out = profile::Library::load({{"pdu.yaml", text}, {"gentle.yaml", gentle_profile}}, problems);
  REQUIRE(problems.ok());
  return out;
}

profile::Library library(const std::string& more) { return library_of(pdu_profile + more); }

/// A device and the agent behind it.
class Bench {
 public:
  explicit Bench(TableAgent::Habits habits = {}, int outlets = 24, const std::string& more_profile = {}, std::string profile = {})
      : agent{loop, std::move(habits)}, profiles_{library(more_profile)}, profile_{std::move(profile)} {
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

  ground::Result<drivers::Identified> identify(ground::Duration within = 20s) {
    return run(device().identify(ground::clock::now() + within));
  }
  ground::Result<std::vector<reading::Reading>> read(std::size_t points, ground::Duration within = 10s) {
    std::vector<std::uint32_t> all(points);
    std::iota(all.begin(), all.end(), 0u);
    raw.clear();
    const drivers::ReadRequest request{.points = all, .deadline = ground::clock::now() + within, .raw = &raw};
    return run(device().read(request));
  }

  /// As the daemon reads: without the raw texts.
  ground::Result<std::vector<reading::Reading>> poll(std::size_t points, ground::Duration within = 10s) {
    std::vector<std::uint32_t> all(points);
    std::iota(all.begin(), all.end(), 0u);
    const drivers::ReadRequest request{.points = all, .deadline = ground::clock::now() + within};
    return run(device().read(request));
  }
  /// Late answers, as they come.
  std::vector<drivers::LateAnswer>& late() {
    device().tell_late([this](drivers::LateAnswer answer) { late_.push_back(std::move(answer)); });
    return late_;
  }
  void forget() { device_.reset(); }
  /// Reads it through another profile.
  Bench& through(const char* profile, profile::Clearing clearing) {
    profiles_ = library_of(profile), clearing_ = clearing;
    return *this;
  }

  asio::io_context loop{1};
  TableAgent agent;
  std::vector<std::string> raw;
  snmp::Client client{loop, 1};

 private:
  snmp::Device& device() {
    const snmp::Device::Settings settings{
        .address = agent.puppet().address(), .profile = profile_, .clearing = clearing_, .answer_within = 500ms};
    if (!device_) device_.emplace(client, profiles_, settings);
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
  std::string profile_;
  std::vector<drivers::LateAnswer> late_;
  profile::Clearing clearing_ = profile::Clearing::refused;
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
  const auto told = bench.identify(3min);  // 80,000 answers: with sanitizers 7 s of a processor that others may want, too
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

TEST_CASE("an agent that fails on GETBULK is walked by GETNEXT") {
  Bench bench{{.bulk_fails = true}, 3};
  check_whole(bench, 3);
}

TEST_CASE("what an agent leaves out of its answers to GETBULK is found by GETNEXT") {
  for (const std::int64_t every : {3, 5, 7, 24}) {
    Bench bench{{.bulk_skips = every}};
    check_whole(bench);
    CHECK(bench.agent.bulks() > 0);
  }
}

TEST_CASE("an object that an agent fails on hides no other columns") {
  Bench bench{{.fails_at = "1.3.6.1.4.1.99.3.3.2"}, 3};
  const auto told = bench.identify();
  REQUIRE(told);
  CHECK(told->points.size() == 4);
}

TEST_CASE("an agent whose v2c is not to be trusted is read in v1") {
  Bench bench{{.v2_lies = true}, 3, "", "gentle"};
  const auto told = bench.identify();
  REQUIRE(told);
  REQUIRE(told->points.size() == 4);
  CHECK(told->pace.max_duty == 0.5);
  const auto readings = bench.poll(4);
  REQUIRE(readings);
  CHECK(readings->at(3).value == 0.3);
}

TEST_CASE("between two datagrams a device is left alone as long as its profile wants") {
  Bench bench{{}, 60, "", "gentle"};
  REQUIRE(bench.identify());
  ground::Instant answered = ground::Instant::min(), heard{};
  std::vector<ground::Duration> pauses;
  bench.agent.hold([&](const Octets& answer, const Puppet::Endpoint& from) {
    heard = ground::clock::now();
    if (answered != ground::Instant::min()) pauses.push_back(heard - answered);
    answered = ground::clock::now();
    bench.agent.puppet().send(answer, from);
  });
  for (int poll = 0; poll < 3; ++poll) REQUIRE(bench.poll(61));
  REQUIRE(pauses.size() >= 8);
  for (const auto pause : pauses) CHECK(pause >= 5ms);
}

TEST_CASE("an answer that comes late becomes readings of its own time") {
  Bench bench;
  REQUIRE(bench.identify());
  auto& late = bench.late();
  std::vector<std::pair<Octets, Puppet::Endpoint>> held;
  bench.agent.hold([&](const Octets& answer, const Puppet::Endpoint& from) { held.emplace_back(answer, from); });
  const auto before = ground::clock::now();
  const auto readings = bench.poll(25, 50ms);
  const auto given_up = ground::clock::now();
  REQUIRE(!readings);
  CHECK(readings.error().kind == ground::FailureKind::timeout);
  REQUIRE(held.size() == 1);
  bench.agent.puppet().send(held[0].first, held[0].second);
  bench.agent.puppet().send(held[0].first, held[0].second);
  while (late.empty() || bench.client.counters().duplicate == 0) bench.loop.run_one_for(5s);
  REQUIRE(late.size() == 1);  // the second was a duplicate
  CHECK(late[0].asked >= before);
  CHECK(late[0].asked < given_up);
  CHECK(late[0].asked + late[0].round_trip >= given_up);
  REQUIRE_FALSE(late[0].readings.empty());
  for (const auto& reading : late[0].readings) {
    CHECK(reading.time == late[0].asked);
    CHECK(reading.uncertainty == late[0].round_trip);
    CHECK(reading.quality == Quality::good);
    CHECK(reading.value == (reading.point == 0 ? 1500 : reading.point / 10.0));
  }
  CHECK(bench.client.counters().late == 1);
}

TEST_CASE("a device that answers every question late is heard out in all its points") {
  Bench bench;
  REQUIRE(bench.identify());
  auto& late = bench.late();
  std::optional<std::pair<Octets, Puppet::Endpoint>> held;
  bench.agent.hold([&](const Octets& answer, const Puppet::Endpoint& from) { held.emplace(answer, from); });
  std::set<std::uint32_t> told;
  for (std::size_t poll = 1; poll <= 4; ++poll) {
    REQUIRE(!bench.poll(25, 30ms));
    REQUIRE(held);
    bench.agent.puppet().send(held->first, held->second);
    while (late.size() < poll) bench.loop.run_one_for(5s);
    for (const auto& reading : late.back().readings) told.insert(reading.point);
  }
  CHECK(told.size() >= 24);  // a value whose gate stands in another datagram is told in time only
}

TEST_CASE("of one device the five latest questions are remembered, and none when it is gone") {
  Bench bench{{}, 3};
  REQUIRE(bench.identify());
  auto& late = bench.late();
  std::vector<std::pair<Octets, Puppet::Endpoint>> held;
  bench.agent.hold([&](const Octets& answer, const Puppet::Endpoint& from) { held.emplace_back(answer, from); });
  const auto say_all = [&] {
    const auto wanted = bench.client.counters().received + held.size();
    for (const auto& [answer, from] : held) bench.agent.puppet().send(answer, from);
    while (bench.client.counters().received < wanted) bench.loop.run_one_for(5s);
  };
  for (int poll = 0; poll < 8; ++poll) CHECK(!bench.poll(4, 10ms));
  REQUIRE(held.size() == 8);
  say_all();
  CHECK(late.size() == 5);
  held.clear();
  CHECK(!bench.poll(4, 10ms));
  bench.forget();
  say_all();
  CHECK(late.size() == 5);
}

TEST_CASE("what is cleared by being read is never handed out, whatever is walked beside it, unless that is allowed") {
  const auto clearing = GENERATE(profile::Clearing::refused, profile::Clearing::allowed);
  Bench bench;
  for (int i = 1; i <= 24; ++i) bench.agent.number("1.3.6.1.4.1.99.3.4." + std::to_string(i), 230);
  const bool allowed = clearing == profile::Clearing::allowed;
  const auto told = bench.through(clearing_profile, clearing).identify();
  REQUIRE(told);
  CHECK(told->points.size() == (allowed ? 74 : 49));
  CHECK(told->left == (allowed ? std::vector<std::string>{} : std::vector<std::string>{"1.3.6.1.4.1.99.1.0", "1.3.6.1.4.1.99.3.3"}));
  REQUIRE(bench.read(told->points.size()));
  CHECK(bench.agent.told("1.3.6.1.4.1.99.3.2.24"));
  for (const auto* oid : {"1.3.6.1.4.1.99.1.0", "1.3.6.1.4.1.99.3.3.1", "1.3.6.1.4.1.99.3.3.24"}) CHECK(bench.agent.told(oid) == allowed);
}
