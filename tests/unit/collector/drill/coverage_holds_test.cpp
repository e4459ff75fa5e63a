#include <algorithm>

#include "catch.hpp"
#include "collector/coverage/coverage.hpp"
#include "unit/collector/drill/scenarios.hpp"

// What coverage promises is held against what the core does: a loss at many moments of the polls' grids is told no later than the worst
// case, and once nearly as late.

using namespace holdup;
using namespace std::chrono_literals;
using coverage::Loss;
using drill_test::plan_of;

namespace {

const std::string pdus_alone = R"(rack:
  rack: r1
  feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}
  devices:
    pdu-a: {url: "snmp://192.0.2.1", feed: A, timeout: 200ms}
    pdu-a2: {url: "snmp://192.0.2.2", feed: A, timeout: 200ms}
    pdu-b: {url: "snmp://192.0.2.3", feed: B, timeout: 200ms}
  loads:
    cab1:
      needs_watts: 800
      sharing: active
      supplies:
        psu1: {cord: pdu-a/outlet/1, rated_watts: 1000, holdup: 20ms}
        psu2: {cord: pdu-b/outlet/1, rated_watts: 1000, holdup: 20ms}
  sim: {pdu-a: {refresh: 700ms}, pdu-a2: {refresh: 700ms}, pdu-b: {refresh: 700ms}}
)";

const std::string with_units = R"(rack:
  rack: r1
  feeds: {A: {nominal_volts: 230}, B: {nominal_volts: 230}}
  devices:
    pdu-a: {url: "snmp://192.0.2.1", feed: A}
    pdu-b: {url: "snmp://192.0.2.3", feed: B}
    u1: {url: "modbus://192.0.2.4/1"}
    u2: {url: "modbus://192.0.2.5/1"}
  loads:
    cab1:
      needs_watts: 800
      sharing: active
      supplies:
        psu1: {cord: pdu-a/outlet/1, status: u1, rated_watts: 1000}
        psu2: {cord: pdu-b/outlet/1, status: u2, rated_watts: 1000}
  sim: {cab1/psu1: {refresh: 30ms}, cab1/psu2: {refresh: 30ms}}
)";

struct Seen {
  std::optional<ground::Duration> promised, took;
};

/// cab1/psu1 after `command` at that moment: until something of it, or above it, is said with the strength that was promised.
Seen lose(const std::string& rack, const std::string& command, Loss loss, ground::Duration at, std::uint64_t seed) {
  auto plan = plan_of(rack + "timeline:\n  - {at: " + ground::duration_text(at) + ", do: \"" + command + "\"}\n");
  plan.seed = seed;
  std::vector<coverage::DeviceView> views(plan.site->devices.size());
  std::optional<coverage::Supply> psu1;
  std::optional<ground::Instant> said;
  (void)drill::play(std::move(plan), [&](ground::Instant now, const auto&, const core::Machine& machine, const core::Effects& effects) {
    for (const auto& known : effects.known)
      views[known.device] = {.known = coverage::DeviceView::Known::answers,
                             .exact = true,
                             .points = known.points,
                             .periods = known.periods,
                             .timeout = known.answer_time};
    const auto& site = machine.site();
    if (!psu1 && now >= ground::Instant{at}) psu1 = coverage::coverage_of({.site = site, .devices = views}).supplies.front();
    auto of = site.ancestors(site.element_of_supply(0));
    of.push_back(site.element_of_supply(0));
    for (const auto& event : effects.events) {
      const auto verdict = detect::verdict_of(event.verdict);
      const bool ours = std::ranges::any_of(of, [&](const auto& one) { return one.text() == event.element; });
      if (psu1 && verdict && detect::is_loss(*verdict) && ours && !said) said = now;
    }
  });
  Seen out;
  REQUIRE(psu1);
  for (const auto& seen : psu1->seen)
    if (seen.loss == loss) out.promised = psu1->signs[seen.surest].delay.worst();
  if (said) out.took = *said - ground::Instant{at};
  return out;
}

}  // namespace

TEST_CASE("no loss is told later than the worst case that coverage promises, and the promise is no idle one") {
  struct Case {
    const char* name;
    const std::string& rack;
    const char* command;
    Loss loss;
  };
  const auto one = GENERATE(Case{"a PDU's silence, taken over", pdus_alone, "fail pdu-a", Loss::above},
                            Case{"a current that went over to the sibling", pdus_alone, "fail cab1/psu1", Loss::input},
                            Case{"an input bit", with_units, "fail pdu-a", Loss::input},
                            Case{"an output bit", with_units, "fail cab1/psu1", Loss::output});
  INFO(one.name);
  ground::Duration longest{}, promised{};
  for (int n = 0; n < 40; ++n) {
    const auto seen = lose(one.rack, one.command, one.loss, 20s + n * 137ms, static_cast<std::uint64_t>(n));
    REQUIRE(seen.promised);
    REQUIRE(seen.took);
    INFO("at " << n << ": took " << ground::duration_text(*seen.took) << " of " << ground::duration_text(*seen.promised));
    CHECK(*seen.took <= *seen.promised);
    longest = std::max(longest, *seen.took), promised = *seen.promised;
  }
  INFO("longest " << ground::duration_text(longest) << " of " << ground::duration_text(promised));
  CHECK(longest >= promised / 2);
}
