#include <algorithm>
#include <chrono>
#include <set>
#include <string>

#include "catch.hpp"
#include "wire/hw-sim/simulator.hpp"

using wire::Folder;
using wire::shell;
using wire::Simulator;

namespace {

constexpr const char* recording =
    "1.3.6.1.2.1.1.1.0|4|a device\n1.3.6.1.2.1.1.3.0|67|100\n1.3.6.1.4.1.9.1.1|2|11\n1.3.6.1.4.1.9.1.2|2|12\n1.3.6.1.4.1.9.1.3|2|13\n"
    "1.3.6.1.4.1.9.2.1|65|7\n1.3.6.1.4.1.9.2.2|65|8\n1.3.6.1.4.1.9.2.3|66:numeric|rate=1000\n";

// A simulator with one device and the stock tools against it. Ten seconds, one try: only a hang misses them.
struct Bench {
  Folder folder;
  Simulator simulator{{"replay", folder.write("a.snmprec", recording)}};

  void lay(const std::string& fault) const { REQUIRE(simulator.ctl("fault device/a " + fault).text == "{\"ok\":true}\n"); }
  void clear() const { REQUIRE(simulator.ctl("clear device/a").text == "{\"ok\":true}\n"); }
  [[nodiscard]] std::string tool(const std::string& name, const std::string& oid, const std::string& patience = "10") const {
    return shell(name + " -v2c -c public -On -Oe -t " + patience + " -r 0 " + simulator.host_port(0) + " " + oid).text;
  }
  [[nodiscard]] std::string get(const std::string& oid) const { return tool("snmpget -Oqv", oid); }
  [[nodiscard]] long long number(const std::string& oid) const { return std::stoll(get(oid)); }
};

std::size_t lines(const std::string& text) { return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')); }

template <class Holds>
bool comes_true(Holds holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (std::chrono::steady_clock::now() < deadline)
    if (holds()) return true;
  return false;
}

}  // namespace

TEST_CASE("a walk that does not increase is seen by a stock snmpwalk") {
  const Bench bench;
  bench.lay("kind=non_increasing");
  CHECK(bench.tool("snmpwalk", ".1.3.6.1").find("OID not increasing") != std::string::npos);
  CHECK(bench.tool("snmpbulkwalk", ".1.3.6.1").find("OID not increasing") != std::string::npos);
  bench.clear();
  CHECK(bench.tool("snmpbulkwalk", ".1.3.6.1.4.1.9.1").find("not increasing") == std::string::npos);
}

TEST_CASE("an endless table gives a stock snmpbulkget as much as it asks for") {
  const Bench bench;
  CHECK(lines(bench.tool("snmpbulkwalk", ".1.3.6.1.4.1.9.1")) == 3);
  bench.lay("kind=endless");
  const auto rows = bench.tool("snmpbulkget -Cr40", ".1.3.6.1.4.1.9.1.1");
  CHECK(lines(rows) == 40);
  CHECK(rows.find(".1.3.6.1.4.1.9.1.41 = INTEGER: 13\n") != std::string::npos);
}

TEST_CASE("GETBULK is given up where it is broken, the rest works") {
  const Bench bench;
  bench.lay("kind=no_bulk");
  CHECK(bench.tool("snmpbulkget", ".1.3.6.1.4.1.9", "0.3").starts_with("Timeout"));
  CHECK(bench.get(".1.3.6.1.4.1.9.1.1") == "11\n");
}

TEST_CASE("a table that changes its shape is met with different rows") {
  const Bench bench;
  bench.lay("kind=reshaping ms=1 ratio=0.5");
  std::set<std::size_t> sizes;
  CHECK(comes_true([&] { return sizes.insert(lines(bench.tool("snmpbulkwalk", ".1.3.6.1.4.1.9.1"))), sizes.size() > 1; }));
}

TEST_CASE("a counter wraps at the time that was told") {
  const Bench bench;
  bench.lay("kind=counter_wrap ms=600");
  CHECK(bench.number(".1.3.6.1.4.1.9.2.1") > 4294966600);
  CHECK(comes_true([&] { return bench.number(".1.3.6.1.4.1.9.2.1") < 100'000; }));
}

TEST_CASE("frozen and stale values stand while the uptime of others would go on, zeros are zero") {
  const Bench bench;
  const std::string moving = ".1.3.6.1.4.1.9.2.3";
  const auto stands = [&] {
    const auto first = bench.number(moving);
    return first == bench.number(moving);
  };
  CHECK(comes_true([&] { return !stands(); }));
  bench.lay("kind=frozen");
  CHECK(stands());
  bench.clear();
  bench.lay("kind=stale_cache ms=60000");
  CHECK(stands());
  bench.clear();
  bench.lay("kind=zeros");
  CHECK(bench.get(".1.3.6.1.4.1.9.1.1") == "0\n");
  CHECK(bench.get(".1.3.6.1.2.1.1.1.0") == "\"a device\"\n");
  bench.clear();
  CHECK(bench.get(".1.3.6.1.4.1.9.1.1") == "11\n");
}

TEST_CASE("a stale cache is refreshed when it is as old as was told") {
  const Bench bench;
  bench.lay("kind=stale_cache ms=300");
  const auto first = bench.number(".1.3.6.1.4.1.9.2.3");
  CHECK(comes_true([&] { return bench.number(".1.3.6.1.4.1.9.2.3") > first; }));
}

TEST_CASE("an agent that warms up reads zeros at first, and again after each start") {
  const Bench bench;
  bench.lay("kind=warming ms=700");
  CHECK(bench.get(".1.3.6.1.4.1.9.1.1") == "0\n");
  CHECK(comes_true([&] { return bench.get(".1.3.6.1.4.1.9.1.1") == "11\n"; }));
  bench.lay("kind=reboot ms=0");
  CHECK(bench.get(".1.3.6.1.4.1.9.1.1") == "0\n");
  CHECK(comes_true([&] { return bench.get(".1.3.6.1.4.1.9.1.1") == "11\n"; }));
}

TEST_CASE("a reboot silences the agent for its time and its uptime begins anew") {
  const Bench bench;
  bench.lay("kind=reboot ms=1500");
  CHECK(bench.tool("snmpget", ".1.3.6.1.2.1.1.3.0", "0.3").starts_with("Timeout"));
  CHECK(comes_true([&] { return bench.tool("snmpget -Oqvt", ".1.3.6.1.2.1.1.3.0", "0.3").find("Timeout") == std::string::npos; }));
  CHECK(std::stoll(bench.tool("snmpget -Oqvt", ".1.3.6.1.2.1.1.3.0")) < 1000);
}

TEST_CASE("a slow answer takes its time, a lossy line loses some") {
  const Bench bench;
  bench.lay("kind=slow ms=400");
  const auto before = std::chrono::steady_clock::now();
  CHECK(bench.get(".1.3.6.1.4.1.9.1.1") == "11\n");
  CHECK(std::chrono::steady_clock::now() - before >= std::chrono::milliseconds{400});
  bench.clear();
  bench.lay("kind=lossy ratio=1");
  CHECK(bench.tool("snmpget", ".1.3.6.1.4.1.9.1.1", "0.3").starts_with("Timeout"));
  bench.clear();
  bench.lay("kind=duplicate");
  CHECK(bench.get(".1.3.6.1.4.1.9.1.1") == "11\n");
}

TEST_CASE("a device without objects heeds none of their faults") {
  const Folder folder;
  const Simulator simulator{{"replay", folder.write("m.regs.txt", "[10]: 0x1234\n")}};
  CHECK(simulator.ctl("fault device/m kind=endless").text == "{\"ok\":false,\"error\":\"only an SNMP agent can do that\"}\n");
}
