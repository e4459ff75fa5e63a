#pragma once

#include <string>

// What traps do to the whole daemon: `holdup run` on a simulated rack of PDUs, the bench between it and them.
namespace holdup::bench {

struct TrapPlan {
  std::string bin;
  int pdus = 20;
  int traps = 400;   // confirming(): of each way
  int seconds = 10;  // storm()
  int a_second = 10'000;
};

/// From a trap to the question that confirms it, beside a bare relay; measures and prints.
void confirming(const TrapPlan& plan);
/// A storm of traps, beside a bare receiver; measures and prints.
void storm(const TrapPlan& plan);

}  // namespace holdup::bench
