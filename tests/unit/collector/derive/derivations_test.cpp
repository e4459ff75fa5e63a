#include "tests/unit/collector/derive/bench.hpp"

using namespace holdup::derive::test;

namespace {

const std::string two_upses = R"(rack: r
feeds:
  A: {nominal_volts: 230, upstream: {ups: u1}}
  B: {nominal_volts: 230, upstream: {ups: u2}}
ups: {u1: {status: card1}, u2: {status: card2}}
devices:
  card1: {url: snmp://192.0.2.11}
  card2: {url: snmp://192.0.2.12}
  pdu-a: {url: snmp://192.0.2.1, feed: A}
  pdu-b: {url: snmp://192.0.2.2, feed: B}
  shelf: {url: modbus://192.0.2.3/1}
loads:
  cab1:
    sharing: active
    supplies: {psu1: {cord: pdu-a/outlet/3}, psu2: {cord: pdu-b/outlet/3}}
    batteries: {bbu1: {status: shelf}, bbu2: {status: shelf}}
)";

std::string with_ats(const std::string& transfer) {
  return R"(rack: r
feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}
devices:
  pdu-a: {url: snmp://192.0.2.1, feed: A}
  pdu-b: {url: snmp://192.0.2.2, feed: B}
  unit1: {url: modbus://192.0.2.4/1}
  unit2: {url: modbus://192.0.2.4/2}
ats: {t1: {carries: pdu-a, alternate: B)" +
         transfer + R"(}}
loads:
  cab1:
    sharing: active
    supplies:
      psu1: {cord: pdu-a/outlet/3, status: unit1, holdup: {315: 12ms, 450: 10ms}}
      psu2: {cord: pdu-b/outlet/3, status: unit2, holdup: {315: 12ms, 450: 10ms}}
)";
}

Played gives(double watts) { return {Meaning::supply_output_power, "supply", "", watts}; }

std::optional<double> margin(const Bench& bench, const std::string& supply) {
  return bench.value("holdup_holdup_margin_seconds", "load=cab1 rack=r supply=cab1/" + supply);
}

}  // namespace

TEST_CASE("each store on a living way of a load tells how long it lasts", "[derive]") {
  Bench bench{two_upses};
  const auto of = [&](const std::string& source) { return bench.value("holdup_autonomy_seconds", "load=cab1 rack=r source=" + source); };
  bench.run();
  CHECK_FALSE(of("ups/u1"));  // nothing is known
  bench.plays("card1", {runtime(600)});
  bench.plays("card2", {runtime(1800)});
  bench.plays("shelf", {runtime(240, "1"), runtime(90, "2")});
  bench.run();
  CHECK(of("ups/u1") == 600);
  CHECK(of("ups/u2") == 1800);
  CHECK(of("cab1/bbu1") == 240);
  CHECK(of("cab1/bbu2") == 90);
  bench.hold({"cab1/psu1"});  // what is behind a lost supply helps nobody
  bench.run();
  CHECK_FALSE(of("ups/u1"));
  CHECK(of("ups/u2") == 1800);
  bench.hold({}, {"ups/u2"});  // bypassed by hand, or its battery is gone
  bench.run();
  CHECK(of("ups/u1") == 600);
  CHECK(of("ups/u2") == 0);
  bench.silence("card1");
  bench.run(6s);
  CHECK_FALSE(of("ups/u1"));  // old is not fresh
  bench.of("shelf", 0).quality = holdup::ground::Quality::out_of_range;
  bench.run();
  CHECK_FALSE(of("cab1/bbu1"));
}

TEST_CASE("a margin is what the sheet gives for the pair's watts, less the transfer", "[derive]") {
  Bench bench{with_ats(", transfer_time: 9ms")};
  bench.plays("unit1", {gives(190)});
  bench.plays("unit2", {gives(192.5)});
  bench.run();
  // 382.5 W on the one that is left: between 12 ms at 315 W and 10 ms at 450 W, straight in 1/W
  const double holds = 0.010 + 0.002 * (1 / 382.5 - 1 / 450.0) / (1 / 315.0 - 1 / 450.0);
  CHECK(holds == Approx(0.010824).margin(1e-6));
  CHECK(*margin(bench, "psu1") == Approx(holds - 0.009).margin(1e-8));
  CHECK(*margin(bench, "psu2") == Approx(holds).margin(1e-8));  // no switch before it
}

TEST_CASE("a slow transfer switch leaves less than nothing", "[derive]") {
  Bench bench{with_ats(", transfer_time: 12ms")};
  bench.plays("unit1", {gives(225)});
  bench.plays("unit2", {gives(225)});
  bench.run();
  CHECK(*margin(bench, "psu1") == Approx(-0.002));
}

TEST_CASE("no margin beyond what is printed, nor behind a switch that prints none", "[derive]") {
  Bench bench{with_ats("")};
  bench.plays("unit1", {gives(100)});
  bench.plays("unit2", {gives(100)});
  bench.run();
  CHECK_FALSE(margin(bench, "psu1"));              // how long its switch takes is not told
  CHECK(*margin(bench, "psu2") == Approx(0.012));  // never above the best printed
  bench.of("unit1", 0).value = 400;
  bench.run();
  CHECK_FALSE(margin(bench, "psu2"));  // 500 W: above the largest printed
  bench.of("unit1", 0).value = 100;
  bench.run();
  CHECK(margin(bench, "psu2"));
  bench.silence("unit1");
  bench.run(6s);
  CHECK_FALSE(margin(bench, "psu2"));  // what it would take over is not known
  bench.hold({"cab1/psu1"});
  bench.run();
  CHECK(*margin(bench, "psu2") == Approx(0.012));  // it has
  CHECK_FALSE(margin(bench, "psu1"));
}

TEST_CASE("series are told when they change, once a second at the most, and once a minute all the same", "[derive]") {
  Bench bench{two_upses};
  bench.plays("card1", {runtime(600)});
  bench.run(2s);
  const auto first = bench.told();
  CHECK(first == 1);
  bench.run(50s);
  CHECK(bench.told() == first);
  bench.run(15s);
  CHECK(bench.told() == first + 1);
  for (int i = 0; i < 10; ++i) bench.of("card1", 0).value -= 1, bench.run(1s);
  CHECK(bench.told() == first + 11);
  CHECK(bench.ended() == 0);
  bench.silence("card1");
  bench.run(120s);
  CHECK(bench.ended() == 1);
  CHECK(bench.told() == first + 12);
}

TEST_CASE("a device that is identified anew goes on where it was, what it has no more ends", "[derive]") {
  Bench bench{R"(rack: r
feeds: {A: {nominal_volts: 230}}
devices: {pdu-a: {url: snmp://192.0.2.1, feed: A, rating_amperes: 16, banks: {1: {rating_amperes: 10, outlets: 1-4}}}}
)"};
  bench.plays("pdu-a", {inlet(3.0), bank("1", 2.0)});
  bench.run();
  CHECK(bench.left("part=bank") == Approx(8));
  bench.plays("pdu-a", {bank("1", 2.0)});
  CHECK_FALSE(bench.headroom("part=inlet"));
  bench.run();
  CHECK(bench.left("part=bank") == Approx(8));
}
