#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <fstream>
#include <functional>

#include "catch.hpp"
#include "drivers/gpio/watch.hpp"
#include "ground/clock/clock.hpp"
#include "sim_chip.hpp"
#include "tests/bench/child_program.hpp"

// The simulator's contacts on the kernel's own GPIO, heard by the driver: relays that travel and bounce on real lines.
namespace holdup::gpio {
namespace {

using namespace std::chrono_literals;
using gpio_test::SimChip;
using ground::Instant;

void write(const std::string& file, const std::string& text) { std::ofstream{file} << text; }

// A rack of one supply behind a change-over and one behind a plain relay, on one feed. Its PDU's card has nothing to say.
void write_rack(const std::string& chip) {
  write("/tmp/raritan-px3.yaml", "model: raritan-px3\nobjects: [{oid: 1.3.6.1.2.1.1.1.0, type: octets, text: x}]\n");
  write("/tmp/rack.yaml",
        "rack: r1\nfeeds: {A: {nominal_volts: 230}}\ndevices: {pdu-a: {url: snmp://192.0.2.1, feed: A}}\ncontacts:\n"
        "  c1: {source: " +
            chip +
            "/0, pair: 1, senses: ac_ok, of: cab1/psu1}\n"
            "  c2: {source: " +
            chip +
            "/2, active: low, senses: ac_ok, of: cab1/psu2, kind: relay}\n"
            "loads: {cab1: {needs_watts: 100, supplies: {psu1: {cord: pdu-a/outlet/1}, psu2: {cord: pdu-a/outlet/2}}}}\n");
}

}  // namespace

TEST_CASE("a simulated relay travels and bounces on kernel lines, and its last level is the word's") {
  SimChip chip{"front", 3};
  write_rack(chip.label());
  bench::ChildProgram simulator{{.words = {"/programs/hw-sim", "run", "/tmp/rack.yaml", "--models", "/tmp"}, .log = "/tmp/hw-sim.log"}};
  REQUIRE(simulator.line().ends_with(" pdu-a"));
  const std::string control = simulator.line().substr(std::string{"control "}.size());
  const auto command = [&](const std::string& words) {
    REQUIRE(std::system(("/programs/hw-sim ctl --socket " + control + " " + words).c_str()) == 0);
  };
  boost::asio::io_context io;
  std::vector<Told> heard;
  Watch watch{
      io,
      chip.name(),
      {{.line = "0"}, {.line = "1"}, {.line = "2", .active_low = true}},
      {.hear = [&](const std::vector<Told>& all) { heard.insert(heard.end(), all.begin(), all.end()); }, .say = [](const std::string&) {}}};
  const auto edges = [&](std::size_t wish) {
    std::vector<Told> out;
    for (const Told& told : heard)
      if (told.wish == wish && told.kind == Told::Kind::edge) out.push_back(told);
    return out;
  };
  const auto until = [&](const std::function<bool()>& holds) {
    const Instant deadline = ground::clock::now() + 60s;
    while (!holds() && ground::clock::now() < deadline) io.run_one_for(100ms);
    return holds();
  };
  REQUIRE(until([&] { return heard.size() == 3; }));
  CHECK((heard[0].active && !heard[1].active && heard[2].active));
  command("fail feed/A");  // a side that opens rebounds once, one that closes bounces three times
  REQUIRE(until([&] { return edges(0).size() >= 3 && edges(1).size() >= 7 && edges(2).size() >= 3; }));
  command("restore feed/A");
  REQUIRE(until([&] { return edges(0).size() >= 10 && edges(1).size() >= 10 && edges(2).size() >= 10; }));
  for (std::size_t wish = 0; wish < 3; ++wish) {
    const auto moved = edges(wish);
    CHECK(moved.size() == 10);
    for (std::size_t i = 1; i < moved.size(); ++i) CHECK(moved[i].active != moved[i - 1].active);
    CHECK(moved.back().active == (wish != 1));
  }
  CHECK(edges(1).front().at > edges(0).front().at);  // the armature flies
}

}  // namespace holdup::gpio
