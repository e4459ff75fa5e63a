#include "drivers/snmp/trap_gate.hpp"

#include "catch.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using ground::Instant;
using reading::TrapSays;
using snmp::TrapGate;

namespace {

std::size_t admitted(TrapGate& gate, Instant from, int count, ground::Duration gap, std::optional<TrapSays> says) {
  std::size_t out = 0;
  for (int i = 0; i < count; ++i) out += gate.admit(0, says, from + i * gap) ? 1 : 0;
  return out;
}

}  // namespace

TEST_CASE("a burst of a hundred traps of a source goes through, then five a second") {
  TrapGate gate{2};
  CHECK(admitted(gate, Instant{1s}, 150, 0s, {}) == 100);
  const auto later = admitted(gate, Instant{1s}, 10'001, 1ms, {});
  CHECK((later == 49 || later == 50));  // ten seconds, and what rounding makes of them
  CHECK(gate.admit(1, {}, Instant{1s}));
}

TEST_CASE("a loss announced in a storm goes through, each kind once a second") {
  TrapGate gate{1};
  (void)admitted(gate, Instant{1s}, 1000, 0s, {});
  CHECK(gate.admit(0, TrapSays::input_lost, Instant{1s}));
  CHECK(!gate.admit(0, TrapSays::input_lost, Instant{1s}));
  CHECK(gate.admit(0, TrapSays::on_battery, Instant{1s}));
  CHECK(!gate.admit(0, TrapSays::input_restored, Instant{1s}));
  CHECK(!gate.admit(0, std::nullopt, Instant{1s}));
}

TEST_CASE("after a quiet while a source may burst again, and not more") {
  TrapGate gate{1};
  (void)admitted(gate, Instant{1s}, 1000, 0s, {});
  CHECK(admitted(gate, Instant{1h}, 1000, 0s, {}) == 100);
}
