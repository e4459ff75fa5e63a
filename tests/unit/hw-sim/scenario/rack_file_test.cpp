#include "hw-sim/scenario/rack_file.hpp"

#include <algorithm>

#include "catch.hpp"

using namespace hwsim;
using namespace hwsim::scenario;
using namespace std::chrono_literals;

namespace {

const std::string site = R"(rack: r12
system: 1ph
store: {path: /x, nobody: knows}
feeds:
  A: {nominal_volts: 230, rating_amperes: 32, upstream: {ups: u1}}
  B: {nominal_volts: 120}
devices:
  shelf: {url: modbus://192.0.2.20/1, profile: orv3-psu, hot: 100ms}
  pdu-a: {url: snmp://192.0.2.11, feed: A, via: switch/sw1}
  pdu-b: {url: snmp://192.0.2.12, feed: B}
contacts:
  ac: {source: gpiochip0/4, active: low, senses: ac_ok, of: cab1/psu1}
loads:
  cab1:
    needs_watts: 1800
    sharing: standby
    supplies:
      psu1: {cord: pdu-a/outlet/3, status: shelf, rated_watts: 3000, holdup: 18ms}
      psu2: {cord: pdu-b/outlet/12}
)";

std::vector<std::string> problems_of(const std::string& text) {
  ground::Problems problems;
  (void)parse_rack(text, "f.yaml", problems);
  std::vector<std::string> out;
  for (const auto& p : problems.all()) out.push_back(p.text());
  return out;
}

// The site with one piece of text replaced: what is then wrong with it.
std::vector<std::string> spoilt(const std::string& from, const std::string& to) {
  std::string text = site;
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return problems_of(text.replace(at, from.size(), to));
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a site file is a rack") {
  ground::Problems problems;
  const RackFile file =
      parse_rack(site +
                     "sim:\n  feed/B: {frequency_hertz: 60}\n  pdu-a: {model: apc-rpdu2, refresh: 2s, boot: 7s, outlets: 24, traps: true}\n"
                     "  cab1: {watts: 1200}\n  cab1/psu1: {refresh: 50ms, fan_rpm: 8000, boot: 2s, model: orv3-psu}\n",
                 "f.yaml", problems);
  REQUIRE(problems.all().empty());
  const power::Rack& rack = file.rack;
  CHECK(rack.name == "r12");
  CHECK(rack.feeds[1].nominal_volts == 120);
  CHECK(rack.feeds[1].frequency_hertz == 60);
  REQUIRE(rack.pdus.size() == 2);
  CHECK(rack.pdus[0].model == power::PduModel::apc_rpdu2);
  CHECK((rack.pdus[0].refresh == 2s && rack.pdus[0].boot == 7s && rack.pdus[0].outlets == 24 && rack.pdus[0].traps));
  CHECK((rack.pdus[1].model == power::PduModel::raritan_px3 && rack.pdus[1].feed == 1 && rack.pdus[1].outlets == 12));
  const power::Load& load = rack.loads.at(0);
  CHECK((load.watts == 1200 && load.sharing == power::Sharing::standby));
  CHECK((load.supplies[0].pdu == 0 && load.supplies[0].outlet == 3 && load.supplies[0].holdup == 18ms));
  CHECK(load.supplies[0].fan_rpm == 8000);
  CHECK((load.supplies[0].status->device == "shelf" && load.supplies[0].status->refresh == 50ms && load.supplies[0].status->boot == 2s));
  CHECK((!load.supplies[1].status && load.supplies[1].rated_watts == 1200));
  CHECK((rack.contacts[0].name == "ac" && rack.contacts[0].supply == 0));
  REQUIRE(file.addresses.size() == 3);  // in the order of World::devices()
  CHECK((file.addresses[0].device == "pdu-a" && file.addresses[0].url == "snmp://192.0.2.11" && file.addresses[0].line == 9));
  CHECK(file.addresses[2].device == "shelf");
  for (const char* known : {"pdu-a/phase/1", "pdu-b/bank/2", "switch/sw1", "self", "device/shelf", "contact/ac"})
    CHECK(std::count(file.elements.begin(), file.elements.end(), ground::Element::parse(known)) == 1);
}

TEST_CASE("without sim: a load draws what it needs, and keys of holdup's own are left alone") { CHECK(problems_of(site).empty()); }

TEST_CASE("each thing wrong in a rack file is said with line, key and mend") {
  CHECK(spoilt("rack: r12", "name: r12") == Texts{"f.yaml:1: 'rack' is missing; add it"});
  CHECK(spoilt("system: 1ph", "system: 2ph") ==
        Texts{"f.yaml:2: system: '2ph' is not one of 1ph, split, wye, delta, dc; did you mean '1ph'?"});
  CHECK(spoilt("{nominal_volts: 120}", "{volts: 120}") ==
        Texts{"f.yaml:6: feeds.B: 'nominal_volts' is missing; add it, as in nominal_volts: 230"});
  CHECK(spoilt("nominal_volts: 120", "nominal_volts: 12kV") ==
        Texts{"f.yaml:6: feeds.B.nominal_volts: '12kV' is no number; write digits, its unit is in the key"});
  CHECK(spoilt("nominal_volts: 120", "nominal_volts: -1") ==
        Texts{"f.yaml:6: feeds.B.nominal_volts: not between 0 and 1000; write the feed's volts, as in 230"});
  CHECK(spoilt("url: snmp://192.0.2.12, feed: B", "feed: B") == Texts{"f.yaml:10: devices.pdu-b: 'url' is missing; add it"});
  CHECK(spoilt("feed: B}", "feed: C}") == Texts{"f.yaml:10: devices.pdu-b.feed: no feed is called 'C'; did you mean 'A'?"});
  CHECK(spoilt("pdu-a/outlet/3", "pdu-a/3") ==
        Texts{"f.yaml:18: loads.cab1.supplies.psu1.cord: 'pdu-a/3' is no outlet; write PDU/outlet/NUMBER, as in pdu-a/outlet/3"});
  CHECK(spoilt("pdu-b/outlet/12", "pdu-c/outlet/12") ==
        Texts{"f.yaml:19: loads.cab1.supplies.psu2.cord: no PDU is called 'pdu-c'; did you mean 'pdu-a'?"});
  CHECK(spoilt("pdu-b/outlet/12", "shelf/outlet/1") ==
        Texts{"f.yaml:19: loads.cab1.supplies.psu2.cord: 'shelf' hangs on no feed; add feed: to it under devices"});
  CHECK(spoilt("pdu-b/outlet/12", "pdu-a/outlet/3") ==
        Texts{"f.yaml:19: loads.cab1.supplies.psu2.cord: another supply is plugged into 'pdu-a/outlet/3'; give each its own outlet"});
  CHECK(spoilt("cord: pdu-b/outlet/12", "rated_watts: 3") == Texts{"f.yaml:19: loads.cab1.supplies.psu2: 'cord' is missing; add it"});
  CHECK(spoilt("holdup: 18ms", "holdup: 18") ==
        Texts{"f.yaml:18: loads.cab1.supplies.psu1.holdup: '18' is no duration; write a number and its unit: 20ms, 1s, 5min, 2h, 30d"});
  CHECK(spoilt("holdup: 18ms", "holdup: 18min") ==
        Texts{"f.yaml:18: loads.cab1.supplies.psu1.holdup: longer than 10s; write what its data sheet says, as in 20ms"});
  CHECK(spoilt("rated_watts: 3000", "rated_watts: 0") ==
        Texts{"f.yaml:18: loads.cab1.supplies.psu1.rated_watts: not between 0 and 1000000; write what its label says"});
  CHECK(spoilt("pdu-b/outlet/12", "pdu-b/outlet/12, status: pdu-a") ==
        Texts{"f.yaml:19: loads.cab1.supplies.psu2.status: 'pdu-a' is a PDU; name the unit that reports on this supply"});
  CHECK(spoilt("sharing: standby", "sharing: some") ==
        Texts{"f.yaml:16: loads.cab1.sharing: 'some' is not one of active, standby, unknown"});
  CHECK(spoilt("    needs_watts: 1800\n", "") ==
        Texts{"f.yaml:14: loads.cab1: nothing says how much it draws; add sim: {cab1: {watts: 1200}}"});
  CHECK(spoilt("of: cab1/psu1", "of: cab1/psu7") ==
        Texts{"f.yaml:12: contacts.ac.of: 'cab1/psu7' is no supply of this file; write LOAD/SUPPLY, as in cab1/psu1"});
  CHECK(spoilt("senses: ac_ok", "senses: ac") == Texts{"f.yaml:12: contacts.ac.senses: 'ac' is not one of ac_in, ac_ok, dc_ok, alarm"});
  CHECK(spoilt("  B: {", "  'B 2': {") ==
        Texts{"f.yaml:6: feeds.B 2: 'B 2' cannot name an element; use letters, digits, '-', '_', '.', at most 63",
              "f.yaml:10: devices.pdu-b.feed: no feed is called 'B'; did you mean 'A'?"});
}

TEST_CASE("a device that nothing connects to the rack is a warning") {
  const auto texts = spoilt("  pdu-b:", "  ups: {url: snmp://192.0.2.9}\n  pdu-b:");
  REQUIRE(texts.size() == 1);
  CHECK(texts[0].find("'ups' hangs on no feed and reports on no supply: it is not simulated") != std::string::npos);
}

TEST_CASE("sim: is strict") {
  const auto sim = [](const std::string& keys) { return problems_of(site + "sim: {" + keys + "}\n"); };
  CHECK(sim("pdu-x: {model: apc-rpdu2}") == Texts{"f.yaml:20: sim.pdu-x: 'pdu-x' is nothing that is simulated; did you mean 'pdu-a'?"});
  CHECK(sim("pdu-a: {modle: apc-rpdu2}") == Texts{"f.yaml:20: sim.pdu-a.modle: unknown key; did you mean 'model'?"});
  CHECK(sim("pdu-a: {model: apc}") ==
        Texts{"f.yaml:20: sim.pdu-a.model: 'apc' is not one of apc-rpdu2, raritan-px3, raritan-px2, eaton-epdu, sentry4"});
  CHECK(sim("pdu-a: {refresh: 1us}") == Texts{"f.yaml:20: sim.pdu-a.refresh: not between 1ms and 1h; write one that is"});
  CHECK(sim("pdu-b: {outlets: 8}") == Texts{"f.yaml:20: sim.pdu-b.outlets: a cord or a bank needs outlet 12; write that or more"});
  CHECK(sim("pdu-a: {outlets: 3}").empty());
  CHECK(sim("pdu-a: {outlets: 65}") == Texts{"f.yaml:20: sim.pdu-a.outlets: not between 1 and 64; write how many it has"});
  CHECK(sim("cab1: {watts: -1}") == Texts{"f.yaml:20: sim.cab1.watts: not between 0 and 1000000; write one that is"});
  CHECK(sim("cab1/psu2: {refresh: 20ms}") ==
        Texts{"f.yaml:20: sim.cab1/psu2.refresh: no unit reports on this supply; add status: to it under loads, or leave this out"});
  CHECK(sim("cab1/psu1: {fan_rpm: fast}") ==
        Texts{"f.yaml:20: sim.cab1/psu1.fan_rpm: 'fast' is no number; write digits, its unit is in the key"});
}

TEST_CASE("sim: names the cards of a UPS, a transfer switch and a cabinet") {
  const std::string with_cards =
      "rack: r1\nfeeds:\n  A: {nominal_volts: 230, upstream: {ups: u1}}\n  B: {nominal_volts: 230, upstream: {ups: u1}}\n"
      "devices:\n  pdu-a: {url: snmp://192.0.2.1, feed: A}\n  card: {url: snmp://192.0.2.2}\n"
      "loads:\n  cab1: {needs_watts: 100, supplies: {psu1: {cord: pdu-a/outlet/1}}}\n";
  const auto problems = [&](const std::string& sim) { return problems_of(with_cards + "sim:\n" + sim); };
  const auto first = [&](const std::string& sim) { return problems(sim).at(0); };
  CHECK(problems("  ups/u1: {card: card, model: apc-ups, runtime: 5min, rated_watts: 2000, traps: true}\n").empty());
  CHECK(problems("  ats/t1: {card: card, carries: pdu-a, alternate: B}\n").empty());
  CHECK(problems("  cab1: {card: card, model: infortrend, disks: 24}\n").empty());
  CHECK(first("  ups/u1: {card: cart}\n") == "f.yaml:11: sim.ups/u1.card: no device is called 'cart'; did you mean 'card'?");
  CHECK(first("  ups/u1: {card: pdu-a}\n") ==
        "f.yaml:11: sim.ups/u1.card: 'pdu-a' is a PDU, or speaks for something else already; give it a device of its own");
  CHECK(problems("  ups/u2: {runtime: 5min}\n").front().find("sim.ups/u2: 'ups/u2' is nothing that is simulated") != std::string::npos);
  CHECK(first("  ats/t1: {carries: pdu-b, alternate: B}\n") ==
        "f.yaml:11: sim.ats/t1.carries: no PDU is called 'pdu-b'; name one of this file");
  CHECK(first("  ats/t1: {carries: pdu-a, alternate: A}\n") ==
        "f.yaml:11: sim.ats/t1.alternate: that is the PDU's own feed already; name the other source");
  CHECK(problems("  cab1: {disks: 3}\n").front().find("sim.cab1.disks: nothing speaks for this load") != std::string::npos);
  ground::Problems none;
  const auto file = parse_rack(with_cards + "sim:\n  ups/u1: {card: card}\n", "f.yaml", none);
  REQUIRE(file.rack.upses.size() == 1);
  CHECK(file.rack.upses[0].feeds == std::vector<std::size_t>{0, 1});
  CHECK(file.addresses.back().device == "card");
}

TEST_CASE("the power chain is read from the site file proper, and from sim: alike") {
  const std::string site =
      "rack: r\nsystem: wye\nfeeds: {A: {nominal_volts: 230, rating_amperes: 32, curve: C, upstream: {ups: u1}}, B: {nominal_volts: 230}}\n"
      "ups: {u1: {status: u1-card, rated_watts: 8000}}\nats: {t1: {status: t1-card, carries: pdu-c, alternate: B}}\n"
      "devices:\n  u1-card: {url: snmp://192.0.2.1, feed: A}\n  t1-card: {url: snmp://192.0.2.2}\n"
      "  pdu-a: {url: snmp://192.0.2.3, feed: A, rating_amperes: 32, banks: {1: {outlets: 1-4, phase: 1}, 2: {outlets: '5,6, 9-12', phase: "
      "23}}}\n"
      "  pdu-c: {url: snmp://192.0.2.4, feed: A, phase: 2}\n  shelf: {url: modbus://192.0.2.5/1}\n"
      "loads:\n  cab1:\n    needs_watts: 900\n    cooling: with_supply\n    shutdown_after: 5min\n    batteries: {bbu1: {status: shelf}}\n"
      "    supplies:\n      psu1: {cord: pdu-a/outlet/9, rated_watts: {115: 1500, 400: 3000}, holdup: {1500: 18ms, 3000: 12ms}, "
      "input_min_volts: 90, input_max_volts: 264}\n      psu2: {cord: pdu-c/outlet/1, rated_watts: {115: 1500, 400: 3000}}\n";
  ground::Problems problems;
  const auto file = parse_rack(site, "f.yaml", problems);
  for (const auto& problem : problems.all()) FAIL(problem.text());
  const auto& rack = file.rack;
  REQUIRE((rack.upses.size() == 1 && rack.atses.size() == 1 && rack.pdus.size() == 2));
  CHECK((rack.upses[0].card.device == "u1-card" && rack.upses[0].rated_watts == 8000));
  CHECK((rack.atses[0].card.device == "t1-card" && rack.atses[0].pdu == 1 && rack.atses[0].alternate == 1));
  REQUIRE(rack.pdus[0].banks.size() == 2);
  CHECK(rack.pdus[0].outlets == 12);
  CHECK(rack.pdus[0].banks[1].outlets == std::vector<std::size_t>{5, 6, 9, 10, 11, 12});
  CHECK((rack.pdus[0].banks[1].tap->line == 1 && rack.pdus[0].banks[1].tap->other == 2));
  CHECK((rack.pdus[1].tap->line == 1 && !rack.pdus[1].tap->other));
  const auto& load = rack.loads[0];
  CHECK((load.shutdown_after == 5min && load.batteries.size() == 1 && load.batteries[0].status->device == "shelf"));
  CHECK((load.supplies[0].rated_watts == 3000 && load.supplies[1].rated_watts == 1500));  // 400 V between lines, 230 V to the neutral
  CHECK((load.supplies[0].holdup == 12ms && load.supplies[0].holdup_watts == 3000));
  CHECK((load.supplies[0].input_min_volts == 90 && load.supplies[0].input_max_volts == 264));
  REQUIRE(file.addresses.size() == 5);
  CHECK(file.addresses.back().device == "shelf");
}

TEST_CASE("what the power chain cannot be is refused") {
  const auto first = [](const std::string& system, const std::string& device, const std::string& more = {}) {
    const auto problems =
        problems_of("rack: r\nsystem: " + system + "\nfeeds: {A: {nominal_volts: 230}}\ndevices: {pdu-a: {url: snmp://192.0.2.3, feed: A" +
                    device + "}}\nloads: {l: {needs_watts: 9, supplies: {p: {cord: pdu-a/outlet/1}}}}\n" + more);
    return problems.empty() ? "" : problems.front();
  };
  CHECK(first("wye", ", phase: 4") ==
        "f.yaml:4: devices.pdu-a.phase: '4' is no phase of system wye; write 1, 2 or 3, or 12, 23 or 31 between lines");
  CHECK(first("delta", ", phase: 1") == "f.yaml:4: devices.pdu-a.phase: '1' is no phase of system delta; write 12, 23 or 31");
  CHECK(first("1ph", ", banks: {1: {outlets: 1-x}}") ==
        "f.yaml:4: devices.pdu-a.banks.1.outlets: '1-x' is no outlet; write 1-8, or 1,3,5, or a list of them");
  CHECK(first("1ph", ", banks: {1: {outlets: 1-4}, 2: {outlets: [4, 5]}}") ==
        "f.yaml:4: devices.pdu-a.banks.2.outlets: outlet 4 is in bank 1, too; one bank an outlet");
  CHECK(first("1ph", "", "ups: {u1: {rated_watts: 5}}\n") ==
        "f.yaml:6: ups.u1: no feed names this UPS; add upstream: {ups: u1} to the feeds behind it");
  CHECK(first("1ph", "", "sim: {pdu-a: {card_phase: 2}}\n") ==
        "f.yaml:6: sim.pdu-a.card_phase: not between 1 and 1; write the phase that feeds it");
  CHECK(first("dc", "").empty());
}

TEST_CASE("a device that reports several supplies of one load is the load's card, also where sim: names it so") {
  const std::string site =
      "rack: r\nfeeds: {A: {nominal_volts: 230}}\ndevices: {pdu-a: {url: snmp://192.0.2.3, feed: A}, card: {url: snmp://192.0.2.4}}\n"
      "loads:\n  l: {needs_watts: 9, supplies: {psu1: {cord: pdu-a/outlet/1, status: card}, psu2: {cord: pdu-a/outlet/2, status: card}}}\n";
  for (const char* sim : {"", "sim: {l: {card: card, model: infortrend}}\n", "sim: {l: {model: infortrend, disks: 3}}\n"}) {
    ground::Problems problems;
    const auto file = parse_rack(site + sim, "f.yaml", problems);
    REQUIRE(problems.all().empty());
    const auto& load = file.rack.loads[0];
    REQUIRE(load.cabinet);
    CHECK(load.cabinet->card.device == "card");
    CHECK((!load.supplies[0].status && !load.supplies[1].status));
    CHECK(file.addresses.size() == 2);
  }
  CHECK(problems_of(site + "  m: {needs_watts: 9, supplies: {psu1: {cord: pdu-a/outlet/3, status: card}}}\n").front() ==
        "f.yaml:6: loads.m.supplies.psu1.status: 'card' reports on a supply of another load already; give each load its own");
}

TEST_CASE("a cord may hang elsewhere in truth than the site file says") {
  const std::string site =
      "rack: r\nfeeds: {A: {nominal_volts: 230}}\ndevices: {pdu-a: {url: snmp://192.0.2.3, feed: A}, pdu-b: {url: snmp://192.0.2.4, feed: "
      "A}}\n"
      "loads: {l: {needs_watts: 9, supplies: {p: {cord: pdu-a/outlet/1}, q: {cord: pdu-a/outlet/2}}}}\n";
  ground::Problems problems;
  const auto file = parse_rack(site + "sim: {l/p: {cord: pdu-b/outlet/5}}\n", "f.yaml", problems);
  REQUIRE(problems.all().empty());
  CHECK((file.rack.loads[0].supplies[0].pdu == 1 && file.rack.loads[0].supplies[0].outlet == 5));
  CHECK(problems_of(site + "sim: {l/p: {cord: pdu-a/outlet/2}}\n").front() ==
        "f.yaml:5: sim.l/p.cord: another supply is plugged in there; name a free outlet");
  CHECK(problems_of(site + "sim: {l/p: {cord: pdu-c/outlet/2}}\n").front() ==
        "f.yaml:5: sim.l/p.cord: 'pdu-c/outlet/2' is no outlet of this rack; write PDU/outlet/NUMBER");
}

TEST_CASE("a plant below earth has volts below 0, shown so") {
  ground::Problems problems;
  const auto text =
      "rack: r\nsystem: dc\nfeeds: {A: {nominal_volts: -48}}\ndevices: {pdu-a: {url: snmp://192.0.2.3, feed: A}}\n"
      "loads: {l: {needs_watts: 9, supplies: {p: {cord: pdu-a/outlet/1}}}}\n";
  const auto file = parse_rack(text, "f.yaml", problems);
  REQUIRE(problems.all().empty());
  CHECK((file.rack.feeds[0].negative && file.rack.feeds[0].nominal_volts == 48 && file.rack.feeds[0].frequency_hertz == 0));
  CHECK(problems_of("rack: r\nfeeds: {A: {nominal_volts: -230}}\n").front() ==
        "f.yaml:2: feeds.A.nominal_volts: not between 0 and 1000; write the feed's volts, as in 230");
}

TEST_CASE("what is no YAML, no mapping or no rack at all is said without harm") {
  CHECK(problems_of("[").size() == 1);
  CHECK(problems_of("- a\n").front() == "f.yaml:1: not a mapping; write 'key: value' lines under it");
  CHECK(problems_of("rack: x\n") == Texts{"f.yaml:1: feeds: no feed; add feeds: {A: {nominal_volts: 230}}"});
  CHECK_FALSE(problems_of("rack: x\nfeeds: [a]\nloads: 3\nsim: 4\n").empty());
  CHECK_FALSE(problems_of("rack: x\nfeeds: {A: 3}\ndevices: {d: []}\nloads: {l: {supplies: {p: x}}}\nsim: {l: x}\n").empty());
}

TEST_CASE("days, a fan that follows them and the time that a transfer takes are read from sim:, within their bounds") {
  const std::string site =
      "rack: r\nfeeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}\n"
      "devices: {pdu-a: {url: snmp://192.0.2.3, feed: A}, t: {url: snmp://192.0.2.4}}\n"
      "loads: {l: {needs_watts: 9, supplies: {p: {cord: pdu-a/outlet/1}}}}\nsim:\n  ats/t1: {card: t, carries: pdu-a, alternate: B, ";
  ground::Problems problems;
  const auto file = parse_rack(
      site + "transfer: 12ms}\n  l/p: {fan_least: 0.4}\n  days: {swing: 0.2, weekend: 0.6, growth: 0.3, volts: 0.01, every: 30s}\n",
      "f.yaml", problems);
  REQUIRE(problems.all().empty());
  CHECK(file.rack.atses[0].transfer == 12ms);
  CHECK(file.rack.loads[0].supplies[0].fan_least == 0.4);
  REQUIRE(file.rack.days);
  CHECK((file.rack.days->swing == 0.2 && file.rack.days->weekend == 0.6 && file.rack.days->growth == 0.3 && file.rack.days->every == 30s));
  CHECK((file.rack.days->volts == 0.01 && file.rack.days->noise == 0.05 && file.rack.days->celsius == 25));
  const auto refusal = [&](const std::string& lines) { return problems_of(site + "transfer: 1s}\n  " + lines + "\n").front(); };
  CHECK(refusal("days: {swing: 1}") == "f.yaml:7: sim.days.swing: not between 0 and 0.9; write one that is");
  CHECK(refusal("days: {every: 1ms}") == "f.yaml:7: sim.days.every: not between 1s and 1h; write one that is");
  CHECK(refusal("days: {weather: bad}").find("sim.days.weather: unknown key") != std::string::npos);
  CHECK(refusal("l/p: {fan_least: 0}") == "f.yaml:7: sim.l/p.fan_least: not between 0.05 and 1; write one that is");
  CHECK(problems_of(site + "transfer: 2h}\n").front() == "f.yaml:6: sim.ats/t1.transfer: not between 0s and 1h; write one that is");
}
