#include "drivers/modbus/device.hpp"

#include <modbus/modbus.h>

#include <fstream>
#include <map>
#include <memory>
#include <numeric>
#include <sstream>

#include "catch.hpp"
#include "drivers/modbus/connection.hpp"
#include "drivers/profile/library.hpp"
#include "ground/clock/clock.hpp"
#include "peers.hpp"

using namespace holdup;
using namespace holdup::modbus;
using namespace holdup::modbus::test;
using namespace std::chrono_literals;
using ground::Quality;

namespace {

using Words = std::vector<std::uint16_t>;

profile::Library library() {
  std::ifstream in{HOLDUP_SOURCE_DIR "/firmware-profiles/orv3-psu.yaml"};
  std::ostringstream text;
  text << in.rdbuf();
  ground::Problems problems;
  auto loaded = profile::Library::load({{"orv3-psu.yaml", text.str()}}, problems);
  for (const auto& problem : problems.all()) FAIL_CHECK(problem.text());
  return loaded;
}

void write(Words& words, std::size_t at, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i)
    words[at + i / 2] |= static_cast<std::uint16_t>(static_cast<unsigned char>(text[i]) << (i % 2 ? 0 : 8));
}

/// A healthy supply at 230.5 V, 1500 W in, 1440 W out.
Words supply() {
  Words words(110, 0);
  write(words, 8, "PSU-3000W");
  write(words, 24, "SN0001");
  write(words, 48, "1.2.3");
  words[53] = 5;
  words[54] = 1, words[55] = 2;  // 65538 s
  words[57] = 3;
  words[67] = 9000, words[68] = 8950;
  words[69] = static_cast<std::uint16_t>(-5 * 128);
  words[79] = 50 * 1024 + 512;
  words[82] = 1440 * 8;
  words[87] = 1500 * 8;
  words[88] = 230 * 64 + 32;
  return words;
}

/// One value and its raw text of a finished read, by metric and name.
struct Told {
  reading::Reading reading;
  std::string raw;
};

struct Bench {
  boost::asio::io_context io;
  profile::Library profiles = library();
  StockServer server;
  std::shared_ptr<Connection> connection;
  modbus::Device device;
  drivers::Identified identified;
  std::vector<Told> told;

  explicit Bench(Words words)
      : server{std::move(words)},
        connection{std::make_shared<Connection>(io.get_executor(), server.endpoint())},
        device{connection, 1, {profiles.find("orv3-psu")}} {}
  ~Bench() { CHECK(server.writes() == 0); }

  void identify() {
    auto result = run(io, device.identify(ground::clock::now() + 10s));
    REQUIRE(result.has_value());
    identified = *result;
  }
  void read_all() {
    std::vector<std::uint32_t> all(identified.points.size());
    std::iota(all.begin(), all.end(), 0u);
    std::vector<std::string> raw;
    const auto result = run(io, device.read({.points = all, .deadline = ground::clock::now() + 10s, .raw = &raw}));
    REQUIRE(result.has_value());
    REQUIRE(result->size() == all.size());
    told.clear();
    for (std::size_t i = 0; i < all.size(); ++i) {
      CHECK((*result)[i].point == i);
      told.push_back({(*result)[i], raw[i]});
    }
  }
  [[nodiscard]] Told of(std::string_view metric, std::string_view name, std::string_view index = {}) const {
    for (std::size_t i = 0; i < told.size(); ++i) {
      const reading::Point& p = identified.points[i];
      if (p.metric == metric && label(p, "name") == name && label(p, "index") == index) return told[i];
    }
    FAIL("no point " << metric << " " << name);
    return {};
  }
  [[nodiscard]] double value(std::string_view metric, std::string_view name, std::string_view index = {}) const {
    const Told t = of(metric, name, index);
    CHECK(t.reading.quality == Quality::good);
    return t.reading.value;
  }
};

}  // namespace

TEST_CASE("an Open Rack supply says who it is") {
  Bench bench{supply()};
  bench.identify();
  const auto& identity = bench.identified.identity;
  CHECK(identity.profile == "orv3-psu");
  CHECK(identity.model == "PSU-3000W");
  CHECK(identity.serial == "SN0001");
  CHECK(identity.firmware == "1.2.3");
}

TEST_CASE("an Open Rack supply's registers become values in base units") {
  Bench bench{supply()};
  bench.identify();
  bench.read_all();
  CHECK(bench.value("rack_voltage_volts", "input") == 230.5);
  CHECK(bench.value("rack_voltage_volts", "output") == 50.5);
  CHECK(bench.value("rack_power_watts", "input") == 1500);
  CHECK(bench.value("rack_power_watts", "output") == 1440);
  CHECK(bench.value("rack_fan_speed_rpm", "", "0") == 9000);
  CHECK(bench.value("rack_fan_speed_rpm", "", "1") == 8950);
  CHECK(bench.value("rack_temperature_celsius", "inlet") == -5);
  CHECK(bench.value("rack_uptime_seconds", "") == 65538);
  CHECK(bench.value("rack_input_losses_total", "") == 3);
  CHECK(bench.value("rack_supply_input_ok", "AC_Not_OK") == 1);
  CHECK(bench.value("rack_supply_output_ok", "DCDC_Fail") == 1);
  CHECK(bench.of("rack_voltage_volts", "input").raw == "14752");
  CHECK(bench.of("rack_clock_seconds", "").reading.quality == Quality::absent);
}

TEST_CASE("input loss and output failure of an Open Rack supply are told apart") {
  const auto [word, bit, input_ok, output_ok] =
      GENERATE(Catch::Generators::table<std::size_t, int, double, double>({{61, 8, 0, 1}, {62, 8, 1, 0}, {62, 0, 1, 1}, {61, 0, 1, 1}}));
  Words words = supply();
  words[word] = static_cast<std::uint16_t>(1u << bit);
  Bench bench{words};
  bench.identify();
  bench.read_all();
  CHECK(bench.value("rack_supply_input_ok", "AC_Not_OK") == input_ok);
  CHECK(bench.value("rack_supply_output_ok", "DCDC_Fail") == output_ok);
  CHECK(bench.value("rack_state_code", "AC_Not_OK") == 1 - input_ok);
}

TEST_CASE("each point names its function and address, and carries its meaning once") {
  Bench bench{supply()};
  bench.identify();
  std::map<reading::Meaning, int> meanings;
  for (const reading::Point& p : bench.identified.points) {
    CHECK(p.source.starts_with("3:"));
    ++meanings[p.means];
    if (p.metric == "rack_supply_input_ok") CHECK(p.source == "3:61");
    if (p.metric == "rack_supply_input_ok") CHECK(p.lane == reading::Lane::hot);
  }
  CHECK(meanings[reading::Meaning::supply_input_ok] == 1);
  CHECK(meanings[reading::Meaning::supply_output_ok] == 1);
  CHECK(meanings[reading::Meaning::fan_speed] == 2);
  CHECK(meanings[reading::Meaning::input_loss_count] == 1);
}

TEST_CASE("hot points cost one request a range, and time stands for the request") {
  Bench bench{supply()};
  bench.identify();
  std::vector<std::uint32_t> hot;
  for (std::uint32_t i = 0; i < bench.identified.points.size(); ++i)
    if (bench.identified.points[i].lane == reading::Lane::hot) hot.push_back(i);
  REQUIRE(hot.size() >= 5);
  const int before = bench.server.reads();
  const auto begun = ground::clock::now();
  const auto result = run(bench.io, bench.device.read({.points = hot, .deadline = begun + 10s}));
  const auto ended = ground::clock::now();
  REQUIRE(result.has_value());
  CHECK(bench.server.reads() - before == 2);  // 61 to 62, and 82 to 88
  for (const auto& reading : *result) {
    CHECK(reading.quality == Quality::good);
    CHECK(reading.time >= begun);
    CHECK(reading.time + reading.uncertainty <= ended);
    CHECK(reading.uncertainty > 0ns);
  }
}

TEST_CASE("a register that is not there hides no neighbour") {
  Words words = supply();
  words.resize(90);  // 90 and all above answer "illegal data address"
  Bench bench{words};
  bench.identify();
  bench.read_all();
  CHECK(bench.value("rack_voltage_volts", "input") == 230.5);
  CHECK(bench.value("rack_fan_speed_rpm", "", "0") == 9000);
  CHECK(bench.of("rack_faults_total", "").reading.quality == Quality::absent);
  CHECK(bench.of("rack_voltage_setpoint_volts", "high").reading.quality == Quality::absent);
  const int first = bench.server.reads();
  bench.read_all();
  const int second = bench.server.reads();
  bench.read_all();
  CHECK(bench.value("rack_voltage_volts", "input") == 230.5);
  CHECK(second - first < 30);  // 52 to 57, 60 to 64, 67 to 89; and what all refused is tried anew
  CHECK(bench.server.reads() - second == second - first);
}

TEST_CASE("two units share one connection") {
  Bench bench{supply()};
  modbus::Device second{bench.connection, 2, {bench.profiles.find("orv3-psu")}};
  bench.identify();
  CHECK(run(bench.io, second.identify(ground::clock::now() + 10s)).has_value());
  bench.read_all();
  CHECK(bench.connection->counters().connects == 1);
}

TEST_CASE("a device that went away is a failure, not readings") {
  boost::asio::io_context io;
  const profile::Library profiles = library();
  std::optional<Peer> peer{std::in_place, io, Manner::good};
  const auto connection = std::make_shared<Connection>(io.get_executor(), peer->endpoint());
  modbus::Device device{connection, 1, {profiles.find("orv3-psu")}};
  REQUIRE(run(io, device.identify(ground::clock::now() + 10s)).has_value());
  connection->close();
  peer.reset();
  const std::vector<std::uint32_t> points{0, 1, 2};
  const auto result = run(io, device.read({.points = points, .deadline = ground::clock::now() + 10s}));
  REQUIRE(result.has_error());
  CHECK(result.error().kind == ground::FailureKind::refused);
}

TEST_CASE("several candidates: the one whose registers say so, else none") {
  const char* text =
      "profile: told\nprotocol: modbus\nidentify:\n  - registers: [{register: 8, count: 8, contains: 3000W}, {register: 82, is: 11520}]\n"
      "registers:\n  - {address: 82, metric: rack_power_watts}\n";
  const char* other =
      "profile: other\nprotocol: modbus\nidentify:\n  - registers: [{register: 8, count: 8, contains: 5000W}]\n"
      "registers:\n  - {address: 82, metric: rack_power_watts}\n";
  ground::Problems problems;
  const auto profiles = profile::Library::load({{"a", text}, {"b", other}}, problems);
  for (const auto& problem : problems.all()) FAIL_CHECK(problem.text());
  Bench bench{supply()};
  modbus::Device device{bench.connection, 1, {profiles.find("other"), bench.profiles.find("orv3-psu"), profiles.find("told")}};
  const auto found = run(bench.io, device.identify(ground::clock::now() + 10s));
  REQUIRE(found.has_value());
  CHECK(found->identity.profile == "told");
  modbus::Device stranger{bench.connection, 1, {profiles.find("other"), bench.profiles.find("orv3-psu")}};
  const auto none = run(bench.io, stranger.identify(ground::clock::now() + 10s));
  REQUIRE(none.has_error());
  CHECK(none.error().kind == ground::FailureKind::unsupported);
}

TEST_CASE("the stock server counts a write when there is one") {
  StockServer server{supply()};
  const std::unique_ptr<modbus_t, void (*)(modbus_t*)> writer{modbus_new_tcp("127.0.0.1", server.endpoint().port()), modbus_free};
  REQUIRE(modbus_connect(writer.get()) == 0);
  CHECK(modbus_write_register(writer.get(), 96, 1) == 1);
  modbus_close(writer.get());
  CHECK(server.writes() == 1);
}

TEST_CASE("what a supply says of itself is handed on before the rest of its registers is asked") {
  Bench bench{supply()};
  bench.identify();
  std::vector<std::uint32_t> asked;
  for (std::uint32_t p = 0; p < bench.identified.points.size(); ++p)
    if (bench.identified.points[p].means == reading::Meaning::uptime || bench.identified.points[p].lane == reading::Lane::hot)
      asked.push_back(p);
  std::vector<std::vector<reading::Reading>> heard;
  std::uint64_t requests = 0;
  const drivers::ReadRequest::TakeAhead ahead = [&](std::vector<reading::Reading> readings) {
    heard.push_back(std::move(readings)), requests = bench.connection->counters().requests;
  };
  const auto result = run(bench.io, bench.device.read({.points = asked, .deadline = ground::clock::now() + 10s, .ahead = &ahead}));
  REQUIRE(result.has_value());
  CHECK(result->size() == asked.size());
  REQUIRE(heard.size() == 1);
  CHECK(bench.connection->counters().requests == requests + 2);
  for (const auto& reading : heard.front()) {
    CHECK(reading::is_own_word(bench.identified.points[reading.point].means));
    const auto again = std::ranges::find(*result, reading.point, &reading::Reading::point);
    REQUIRE(again != result->end());
    CHECK(again->value == reading.value);
    CHECK(again->time == reading.time);
  }
}
