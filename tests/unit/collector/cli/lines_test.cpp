#include "collector/cli/lines.hpp"

#include "catch.hpp"
#include "collector/cli/outline.hpp"
#include "collector/site/site_file.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

namespace {

constexpr const char* supply =
    "profile: psu\n"
    "protocol: modbus\n"
    "quirks: {max_registers: 50}\n"
    "registers:\n"
    "  - {address: 10, metric: rack_voltage_volts, part: supply, index: \"1\", lane: hot}\n"
    "  - {address: 11, metric: rack_current_amperes, part: supply, index: \"1\", lane: hot, exponent: 12}\n"
    "  - {address: 100, metric: rack_temperature_celsius, part: inlet, index: \"{n}\", repeat: 60, step: 1}\n";
constexpr const char* cached =
    "profile: cached\n"
    "protocol: modbus\n"
    "quirks: {turnaround: 20ms}\n"
    "registers:\n"
    "  - {address: 1, metric: rack_voltage_volts, lane: hot, refresh: 1s}\n"
    "  - {address: 2, metric: rack_temperature_celsius, refresh: 1min}\n";
constexpr const char* pair =
    "profile: pair\n"
    "protocol: modbus\n"
    "registers:\n"
    "  - {address: 1, metric: rack_voltage_volts, part: supply, index: \"1\"}\n"
    "  - {address: 2, metric: rack_voltage_volts, part: supply, index: \"2\", refresh: 1min}\n";
constexpr const char* quick =
    "profile: quick\n"
    "protocol: modbus\n"
    "quirks: {pipeline: 4, turnaround: 20ms}\n"
    "registers:\n"
    "  - {address: 1, metric: rack_voltage_volts, lane: hot}\n";

const profile::Library& library() {
  static const auto made = [] {
    ground::Problems problems;
    auto out = profile::Library::load({{.name = "psu.yaml", .text = supply},
                                       {.name = "cached.yaml", .text = cached},
                                       {.name = "quick.yaml", .text = quick},
                                       {.name = "pair.yaml", .text = pair}},
                                      problems);
    REQUIRE(problems.ok());
    return out;
  }();
  return made;
}

site::Site site_of(const std::string& devices) {
  ground::Problems problems;
  const auto names = library().names();
  auto site = site::parse("rack: r\ndevices:\n" + devices, "r.yaml", names, problems);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  REQUIRE(problems.ok());
  return site;
}

Texts judged(const std::string& devices, ground::Problem::Weight weight = ground::Problem::Weight::error) {
  ground::Problems problems;
  const std::string file = "r.yaml";
  cli::judge_rhythms(site_of(devices), library(), file, problems);
  Texts out;
  for (const auto& problem : problems.all())
    if (problem.weight == weight) out.push_back(problem.text());
  return out;
}

std::string unit(int number, const std::string& rest = "profile: psu") {
  const auto n = std::to_string(number);
  return "  u" + n + ": {url: \"modbus-rtu:///dev/ttyS0/" + n + "\", " + rest + "}\n";
}

}  // namespace

TEST_CASE("a line's arithmetic: spans, bytes and milliseconds of every rhythm, and what is left") {
  const auto lines = cli::lines_of(site_of(unit(1) + unit(2, "profile: cached, hot: 1s")), library());
  REQUIRE(lines.size() == 1);
  const auto& line = lines[0];
  CHECK(line.name == "/dev/ttyS0");
  REQUIRE(line.units.size() == 2);
  const auto& psu = line.units[0];
  CHECK(psu.turnaround == 5ms);
  CHECK_FALSE(psu.turnaround_known);
  CHECK(psu.timeout == 250ms);
  REQUIRE(psu.loads.size() == 2);
  CHECK(psu.loads[0].period == 500ms);
  CHECK(psu.loads[0].requests == 1);
  CHECK(psu.loads[0].registers == 3);
  CHECK(psu.loads[0].bytes == 19);
  CHECK(psu.loads[0].takes / 100us == 198);  // 19 bytes, two silences, 5 ms
  CHECK(psu.loads[1].requests == 2);
  CHECK(psu.loads[1].registers == 60);
  CHECK(line.units[1].turnaround == 20ms);
  CHECK(line.units[1].turnaround_known);
  CHECK(line.reserved() == 0.1);
  CHECK(line.left() == Approx(1 - 0.1 - psu.share() - line.units[1].share()));
  CHECK(line.asked_again(1, cli::Line::Known::identified) == 5s);
  CHECK(line.asked_again(2, cli::Line::Known::identified) == 7500ms);
  CHECK(line.asked_again(2, cli::Line::Known::never) == 20s);
  CHECK(line.certain(psu));
}

TEST_CASE("a line of one unit keeps nothing for the dead, a host of one is no line, a tap none either") {
  CHECK(cli::lines_of(site_of(unit(1)), library())[0].reserved() == 0);
  CHECK(cli::lines_of(site_of("  m: {url: modbus://192.0.2.1/1, profile: psu}\n"), library()).empty());
  CHECK(cli::lines_of(site_of(unit(1, "tap: true")), library()).empty());
}

TEST_CASE("what a line cannot keep is refused, with the shortest hot period that it can") {
  std::string shelf;
  for (int u = 1; u <= 16; ++u) shelf += unit(u, "profile: psu, hot: 100ms, routine: 60s");
  const auto told = judged(shelf);
  REQUIRE(told.size() == 1);
  CHECK(told[0].starts_with("r.yaml:3: devices.u1.hot: /dev/ttyS0 cannot keep this: questions and answers take 3"));
  CHECK(told[0].ends_with("of its time, time-outs of dead units up to 10 %; write hot: 370ms or longer for its units"));
  std::string mended;
  for (int u = 1; u <= 16; ++u) mended += unit(u, "profile: psu, hot: 370ms, routine: 60s");
  CHECK(judged(mended).empty());
}

TEST_CASE("what does not fit by assumption only is warned of") {
  std::string shelf;
  for (int u = 1; u <= 16; ++u) shelf += unit(u, "hot: 100ms");
  CHECK(judged(shelf).empty());
  CHECK(judged(shelf, ground::Problem::Weight::warning).size() == 1);
}

TEST_CASE("a question that its time-out cuts off is refused") {
  const auto told = judged("  u: {url: \"modbus-rtu:///dev/ttyS0/1?baud=1200\", profile: psu, hot: 300ms, routine: 1h}\n");
  REQUIRE_FALSE(told.empty());
  CHECK(told[0] ==
        "r.yaml:3: devices.u.hot: its 1 requests take 243.3 ms on /dev/ttyS0, the time-out is 150ms; "
        "write hot: 490ms or longer: the time-out is half of it, at most 2s");
}

TEST_CASE("the time-out of points with a period of their own is half of that: what it cuts off is refused, what it leaves is not") {
  const auto fast = [](const std::string& period) { return unit(1, "profile: psu, every: {rack_voltage_volts: " + period + "}"); };
  CHECK(judged(fast("30ms")) ==
        Texts{"r.yaml:3: devices.u1.every.rack_voltage_volts: its 1 requests take 17.6 ms on /dev/ttyS0, the time-out "
              "is 15ms; write 40ms or longer: the time-out is half of it, at most 2s"});
  CHECK(judged(fast("40ms")).empty());
  const auto lines = cli::lines_of(site_of(fast("40ms") + unit(2)), library());
  CHECK(lines[0].units[0].timeout == 20ms);
  CHECK(lines[0].units[0].loads[1].patience == 250ms);
  CHECK(lines[0].asked_again(2, cli::Line::Known::identified) == 2700ms);
  // Seldom asked, it has time: only the first rhythm's question must not hide a loss.
  CHECK(judged("  u: {url: \"modbus-rtu:///dev/ttyS0/1?baud=1200\", profile: psu, hot: 10s, routine: 1h, timeout: 2s,\n"
               "      every: {rack_current_amperes: 1h}}\n")
            .empty());
}

TEST_CASE("a host that thinks for longer than the time-out is refused, be it of one unit, not where that is assumed") {
  const auto host = [](const std::string& rest) { return judged("  m: {url: modbus://192.0.2.1/1, " + rest + "}\n"); };
  CHECK(host("profile: cached, hot: 500ms, turnaround: 300ms").size() == 1);
  CHECK(host("profile: cached, hot: 1s, turnaround: 300ms").empty());
  CHECK(host("profile: psu").empty());
}

TEST_CASE("a host whose units all bear several questions at once is reckoned so") {
  std::string shelf;
  for (int u = 1; u <= 8; ++u)
    shelf += "  m" + std::to_string(u) + ": {url: modbus://192.0.2.1/" + std::to_string(u) + ", profile: quick}\n";
  CHECK(judged(shelf).empty());
  CHECK(cli::lines_of(site_of(shelf), library())[0].living() == Approx(0.4));
  CHECK(judged(shelf + "  m9: {url: modbus://192.0.2.1/9, profile: cached, hot: 10s}\n").size() == 1);
}

TEST_CASE("what is known alone may be too much, whatever is assumed of the others") {
  CHECK(judged(unit(1, "profile: psu, hot: 40ms, routine: 100ms") + unit(2, "hot: 10s")).size() >= 1);
  CHECK(judged(unit(1, "profile: psu, hot: 40ms, routine: 100ms") + unit(2, "hot: 10s"))[0].starts_with(
      "r.yaml:3: devices.u1.routine: /dev"));
}

TEST_CASE("of two periods that are the same the one that is too fast is named") {
  CHECK(judged("  m: {url: modbus://192.0.2.1/1, profile: cached, routine: 1s,\n      every: {rack_voltage_volts: 1s,\n"
               "              rack_temperature_celsius: 2s}}\n") ==
        Texts{"r.yaml:5: devices.m.every.rack_temperature_celsius: 2s is faster than half the refresh: it measures every 1min; write at "
              "least 30s"});
  CHECK(judged("  m: {url: modbus://192.0.2.1/1, profile: pair, every: {'rack_voltage_volts{index=\"1\"}': 1s,\n"
               "      'rack_voltage_volts{index=\"2\"}': 1s}}\n") ==
        Texts{"r.yaml:4: devices.m.every.rack_voltage_volts{index=\"2\"}: 1s is faster than half the refresh: it measures every 1min; "
              "write at least 30s"});
}

TEST_CASE("a written period faster than half the refresh is refused, a default one is not") {
  CHECK(judged("  m: {url: modbus://192.0.2.1/1, profile: cached}\n").empty());
  CHECK(judged("  m: {url: modbus://192.0.2.1/1, profile: cached, hot: 500ms, routine: 30s}\n").empty());
  CHECK(judged("  m: {url: modbus://192.0.2.1/1, profile: cached,\n      hot: 100ms,\n      routine: 29s}\n") ==
        Texts{"r.yaml:4: devices.m.hot: 100ms is faster than half the refresh: it measures every 1s; write at least 500ms",
              "r.yaml:5: devices.m.routine: 29s is faster than half the refresh: it measures every 1min; write at least 30s"});
  CHECK(judged("  m: {url: modbus://192.0.2.1/1, profile: cached, every: {rack_voltage_volts: 10ms}}\n") ==
        Texts{"r.yaml:3: devices.m.every.rack_voltage_volts: 10ms is faster than half the refresh: it measures every 1s; "
              "write at least 500ms",
              "r.yaml:3: devices.m.every.rack_voltage_volts: its 1 requests take 20 ms on 192.0.2.1:502, the time-out is 5ms; "
              "write 40ms or longer: the time-out is half of it, at most 2s"});
}

TEST_CASE("a period for points that a written profile does not have is refused") {
  CHECK(judged("  m: {url: modbus://192.0.2.1/1, profile: psu, every: {'rack_temperature_celsius{part=\"inlet\",index=\"60\"}': 1h}}\n")
            .empty());
  CHECK(judged("  m: {url: modbus://192.0.2.1/1, profile: psu, every: {'rack_temperature_celsius{index=\"61\"}': 1h}}\n") ==
        Texts{"r.yaml:3: devices.m.every.rack_temperature_celsius{index=\"61\"}: no such point in profile 'psu'; write a metric and labels "
              "as `holdup profile show psu` or `holdup probe` prints them"});
  CHECK(judged("  m: {url: modbus://192.0.2.1/1, every: {rack_nonsense_volts: 1h}}\n").empty());  // the daemon says so
}
