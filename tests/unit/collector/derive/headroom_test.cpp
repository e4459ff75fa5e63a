#include "tests/unit/collector/derive/bench.hpp"

using namespace holdup::derive::test;

namespace {

std::string two_feeds(const std::string& sharing, const std::string& top = "") {
  return "rack: r\n" + top + R"(feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}
devices:
  pdu-a: {url: snmp://192.0.2.1, feed: A, rating_amperes: 16}
  pdu-b: {url: snmp://192.0.2.2, feed: B, rating_amperes: 16}
loads:
  cab1: {sharing: )" +
         sharing + R"(, supplies: {psu1: {cord: pdu-a/outlet/3}, psu2: {cord: pdu-b/outlet/3}}}
)";
}

const std::string on_b = "device=pdu-b part=inlet index=1 feed=B rack=r";

}  // namespace

TEST_CASE("what the other feed's cord carries comes on top when it fails", "[derive]") {
  Bench bench{two_feeds("active")};
  bench.plays("pdu-a", {inlet(3.0), outlet("3", 2.6)});
  bench.plays("pdu-b", {inlet(5.0), outlet("3", 2.4)});
  bench.run();
  CHECK(bench.left(on_b) == Approx(16 - (5.0 + 2.6)));
  CHECK(bench.left("device=pdu-a") == Approx(16 - (3.0 + 2.4)));
}

TEST_CASE("NEC leaves four fifths of a rating", "[derive]") {
  for (const auto& [code, left] : {std::pair{"nec", 12.8}, {"iec", 16.0}, {"none", 16.0}}) {
    Bench bench{two_feeds("active", "code: " + std::string{code} + "\n")};
    bench.plays("pdu-a", {inlet(3.0), outlet("3", 2.6)});
    bench.plays("pdu-b", {inlet(5.0), outlet("3", 2.4)});
    bench.run();
    CHECK(bench.left(on_b) == Approx(left - 7.6));
  }
}

TEST_CASE("supplies draw constant power: fewer volts are more amperes", "[derive]") {
  Bench bench{two_feeds("active")};
  bench.plays("pdu-a", {inlet(3.0), outlet("3", 2.6), {Meaning::input_voltage, "inlet", "1", 230}});
  bench.plays("pdu-b", {inlet(5.0), outlet("3", 2.4), {Meaning::input_voltage, "inlet", "1", 200}});
  bench.run();
  CHECK(bench.left(on_b) == Approx(16 - (5.0 + 2.6 * 230 / 200)));
}

TEST_CASE("watts do where no amperes are told", "[derive]") {
  Bench bench{two_feeds("active")};
  bench.plays("pdu-a", {{Meaning::outlet_power, "outlet", "3", 460}});
  bench.plays("pdu-b", {inlet(5.0)});
  bench.run();
  CHECK(bench.left(on_b) == Approx(16 - (5.0 + 2.0)));
}

TEST_CASE("a failover that would overload leaves less than nothing", "[derive]") {
  Bench bench{two_feeds("active")};
  bench.plays("pdu-a", {inlet(9.0), outlet("3", 8.5)});
  bench.plays("pdu-b", {inlet(9.5), outlet("3", 8.0)});
  bench.run();
  CHECK(bench.left(on_b) == Approx(16 - (9.5 + 8.5)));
  CHECK(*bench.headroom(on_b) < 0);
}

TEST_CASE("a supply that stands by takes all, and gives up nothing", "[derive]") {
  Bench bench{two_feeds("standby")};
  bench.plays("pdu-a", {inlet(5.0), outlet("3", 4.0)});
  bench.plays("pdu-b", {inlet(1.0), outlet("3", 0.0)});
  bench.run();
  CHECK(bench.left(on_b) == Approx(16 - (1.0 + 4.0)));
  CHECK(bench.left("device=pdu-a") == Approx(16 - 5.0));
}

TEST_CASE("a meter that never showed anything proves no zero", "[derive]") {
  Bench bench{two_feeds("active")};
  bench.plays("pdu-a", {inlet(5.0), outlet("3", 0.0)});
  bench.plays("pdu-b", {inlet(1.0), outlet("3", 4.0)});
  bench.run();
  CHECK_FALSE(bench.headroom(on_b));
  CHECK(bench.left("device=pdu-a") == Approx(16 - (5.0 + 4.0)));
  bench.of("pdu-a", 1).value = 1;
  bench.run();
  bench.of("pdu-a", 1).value = 0;  // now it is known to measure
  bench.run();
  CHECK(bench.left(on_b) == Approx(16 - 1.0));
}

TEST_CASE("a silent side is not known to carry nothing, until it is held lost", "[derive]") {
  Bench bench{two_feeds("active")};
  bench.plays("pdu-a", {inlet(3.0), outlet("3", 2.6)});
  bench.plays("pdu-b", {inlet(5.0), outlet("3", 2.4)});
  bench.run();
  REQUIRE(bench.headroom(on_b));
  bench.silence("pdu-a");
  bench.run(6s);
  CHECK_FALSE(bench.headroom(on_b));
  CHECK_FALSE(bench.headroom("device=pdu-a"));
  bench.hold({"feed/A"});
  bench.of("pdu-b", 0).value = 7.6;
  bench.run();
  CHECK(bench.left(on_b) == Approx(16 - 7.6));  // it has taken over already
}

TEST_CASE("what cannot be measured rightly is not reckoned with", "[derive]") {
  Bench bench{two_feeds("active")};
  bench.plays("pdu-a", {inlet(3.0), outlet("3", 2.6)});
  bench.plays("pdu-b", {inlet(5.0), outlet("3", 2.4)});
  bench.run();
  bench.doubt("pdu-a", true);  // row 20: a transformer mounted the wrong way round
  bench.run();
  CHECK_FALSE(bench.headroom(on_b));
  CHECK_FALSE(bench.headroom("device=pdu-a"));
  bench.doubt("pdu-a", false);
  bench.run();
  CHECK(bench.headroom(on_b));
}

TEST_CASE("without a rating there is nothing to be left of, a device's own word does", "[derive]") {
  const std::string text = R"(rack: r
code: nec
feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}
devices: {pdu-a: {url: snmp://192.0.2.1, feed: A}, pdu-b: {url: snmp://192.0.2.2, feed: B}}
loads: {cab1: {sharing: active, supplies: {psu1: {cord: pdu-a/outlet/3}, psu2: {cord: pdu-b/outlet/3}}}}
)";
  Bench bench{text};
  bench.plays("pdu-a", {inlet(3.0), outlet("3", 2.0)});
  bench.plays("pdu-b", {inlet(5.0), outlet("3", 2.0)});
  bench.run();
  CHECK_FALSE(bench.headroom(on_b));
  bench.plays("pdu-b", {inlet(5.0), outlet("3", 2.0), limit("rack_current_high_critical_amperes", "inlet", "1", 14)});
  bench.run();
  CHECK(bench.left(on_b) == Approx(14 - 7.0));  // a limit in use is one, as it stands
  bench.plays("pdu-b", {inlet(5.0), outlet("3", 2.0), limit("rack_current_high_critical_amperes", "inlet", "1", 14),
                        limit("rack_current_rating_amperes", "inlet", "1", 16)});
  bench.run();
  CHECK(bench.left(on_b) == Approx(12.8 - 7.0));  // a rating is a breaker's
}

TEST_CASE("of several who may take over it must be known who does", "[derive]") {
  const auto text = [](const std::string& sharing, const std::string& psu3) {
    return R"(rack: r
feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}
devices:
  pdu-a: {url: snmp://192.0.2.1, feed: A}
  pdu-b: {url: snmp://192.0.2.2, feed: B, rating_amperes: 16, banks: {1: {rating_amperes: 10, outlets: 1-4}, 2: {rating_amperes: 10, outlets: 5-8}}}
loads:
  cab1: {sharing: )" +
           sharing +
           R"(, supplies: {psu1: {cord: pdu-a/outlet/1, rated_watts: 1000}, psu2: {cord: pdu-b/outlet/1, rated_watts: 1000}, psu3: {cord: )" +
           psu3 + R"(, rated_watts: 3000}}}
)";
  };
  const auto play = [](Bench& bench) {
    bench.plays("pdu-a", {outlet("1", 4.0)});
    bench.plays("pdu-b", {inlet(6.0), bank("1", 2.0), bank("2", 3.0), outlet("1", 1.0), outlet("2", 1.0), outlet("5", 1.0)});
    bench.run();
  };
  SECTION("active: by their ratings") {
    Bench bench{text("active", "pdu-b/outlet/5")};
    play(bench);
    CHECK(bench.left("part=bank index=1") == Approx(10 - (2.0 + 1.0)));
    CHECK(bench.left("part=bank index=2") == Approx(10 - (3.0 + 3.0)));
    CHECK(bench.left("part=inlet") == Approx(16 - (6.0 + 4.0)));
  }
  SECTION("not told: only what they take together is known") {
    Bench bench{text("unknown", "pdu-b/outlet/5")};
    play(bench);
    CHECK_FALSE(bench.headroom("part=bank index=1"));
    CHECK_FALSE(bench.headroom("part=bank index=2"));
    CHECK(bench.left("part=inlet") == Approx(16 - (6.0 + 4.0)));
  }
  SECTION("not told, and behind one bank") {
    Bench bench{text("unknown", "pdu-b/outlet/2")};
    play(bench);
    CHECK(bench.left("part=bank index=1") == Approx(10 - (2.0 + 4.0)));
    CHECK(bench.left("part=bank index=2") == Approx(10 - 3.0));
  }
}

TEST_CASE("only the lines of the surviving cord take over", "[derive]") {
  Bench bench{R"(rack: r
system: wye
feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}
devices:
  pdu-a: {url: snmp://192.0.2.1, feed: A, banks: {1: {phase: 1, outlets: 1-8}}}
  pdu-b: {url: snmp://192.0.2.2, feed: B, rating_amperes: 16, banks: {1: {phase: 2, outlets: 1-8}}}
loads: {cab1: {supplies: {psu1: {cord: pdu-a/outlet/1}, psu2: {cord: pdu-b/outlet/1}}}}
)"};
  bench.plays("pdu-a", {outlet("1", 4.0)});
  bench.plays("pdu-b", {phase("1", 6.0), phase("2", 7.0), phase("3", 8.0), outlet("1", 3.0)});
  bench.run();
  CHECK(bench.left("part=phase index=1") == Approx(10));
  CHECK(bench.left("part=phase index=2") == Approx(16 - (7.0 + 4.0)));
  CHECK(bench.left("part=phase index=3") == Approx(8));
}

TEST_CASE("in delta what hangs between lines adds by direction", "[derive]") {
  Bench bench{R"(rack: r
system: delta
feeds: {A: {nominal_volts: 208}, B: {nominal_volts: 208}}
devices:
  pdu-a: {url: snmp://192.0.2.1, feed: A, banks: {1: {phase: 12, outlets: 1-8}}}
  pdu-b: {url: snmp://192.0.2.2, feed: B, rating_amperes: 30, banks: {1: {phase: 12, outlets: 1-8}, 2: {phase: 31, outlets: 9-16}}}
loads:
  cab1: {supplies: {psu1: {cord: pdu-b/outlet/1}}}
  cab2: {supplies: {psu1: {cord: pdu-a/outlet/1}, psu2: {cord: pdu-b/outlet/9}}}
)"};
  bench.plays("pdu-a", {outlet("1", 10.0)});
  bench.plays("pdu-b", {phase("1", 10.0), phase("2", 10.0), phase("3", 0.0), outlet("1", 10.0), outlet("9", 0.0)});
  bench.run();
  const double both = 10 * std::sqrt(3.0);  // L1 of two loads of 10 A, on 12 and on 31
  CHECK(bench.left("part=phase index=1") == Approx(30 - both));
  CHECK(bench.left("part=phase index=2") == Approx(20));
  CHECK(bench.left("part=phase index=3") == Approx(20));
}

TEST_CASE("lines that the site does not tell are nobody's", "[derive]") {
  Bench bench{R"(rack: r
system: wye
feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}
devices:
  pdu-a: {url: snmp://192.0.2.1, feed: A}
  pdu-b: {url: snmp://192.0.2.2, feed: B, rating_amperes: 16}
loads: {cab1: {supplies: {psu1: {cord: pdu-a/outlet/1}, psu2: {cord: pdu-b/outlet/1}}}}
)"};
  bench.plays("pdu-a", {outlet("1", 4.0)});
  bench.plays("pdu-b", {phase("1", 6.0), phase("2", 7.0), phase("3", 8.0), outlet("1", 3.0)});
  bench.run();
  for (const auto* index : {"1", "2", "3"}) CHECK_FALSE(bench.headroom(std::string{"part=phase index="} + index));
}

TEST_CASE("a feed's breaker carries all its PDUs, and one that a transfer switch brings", "[derive]") {
  Bench bench{R"(rack: r
feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230, rating_amperes: 32}}
devices:
  pdu-a: {url: snmp://192.0.2.1, feed: A}
  pdu-b: {url: snmp://192.0.2.2, feed: B, rating_amperes: 16}
  pdu-t: {url: snmp://192.0.2.3, feed: A, rating_amperes: 16}
ats: {t1: {carries: pdu-t, alternate: B}}
loads:
  cab1: {sharing: active, supplies: {psu1: {cord: pdu-a/outlet/3}, psu2: {cord: pdu-b/outlet/3}}}
  sw1: {supplies: {psu1: {cord: pdu-t/outlet/1}}}
)"};
  bench.plays("pdu-a", {inlet(3.0), outlet("3", 2.0)});
  bench.plays("pdu-b", {inlet(5.0), outlet("3", 2.0)});
  bench.plays("pdu-t", {inlet(4.0), outlet("1", 1.0)});
  bench.run();
  CHECK(bench.left("device=pdu-b") == Approx(16 - (5.0 + 2.0)));
  CHECK(bench.left("part=feed feed=B rack=r") == Approx(32 - (5.0 + 2.0 + 4.0)));
  CHECK(bench.left("device=pdu-t") == Approx(16 - 4.0));  // whichever way it is fed
}

TEST_CASE("one breaker a feed: its rating is its only PDU's", "[derive]") {
  Bench bench{R"(rack: r
feeds: {A: {nominal_volts: 230, rating_amperes: 32}, B: {nominal_volts: 230, rating_amperes: 32}}
devices: {pdu-a: {url: snmp://192.0.2.1, feed: A}, pdu-b: {url: snmp://192.0.2.2, feed: B}, pdu-b2: {url: snmp://192.0.2.3, feed: B}}
loads: {cab1: {sharing: active, supplies: {psu1: {cord: pdu-a/outlet/3}, psu2: {cord: pdu-b/outlet/3}}}}
)"};
  bench.plays("pdu-a", {inlet(3.0), outlet("3", 2.0)});
  bench.plays("pdu-b", {inlet(5.0), outlet("3", 2.0)});
  bench.run();
  CHECK(bench.left("device=pdu-a part=inlet") == Approx(32 - (3.0 + 2.0)));
  CHECK_FALSE(bench.headroom("device=pdu-b"));      // its breaker is another PDU's, too
  CHECK_FALSE(bench.headroom("part=feed feed=B"));  // of which nothing is known yet
  bench.plays("pdu-b2", {inlet(6.0)});
  bench.run();
  CHECK(bench.left("part=feed feed=B") == Approx(32 - (5.0 + 6.0 + 2.0)));
  CHECK_FALSE(bench.headroom("part=feed feed=A"));
}
