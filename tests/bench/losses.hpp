#pragma once

#include <set>
#include <string>
#include <vector>

#include "alert_listener.hpp"
#include "ground/instant.hpp"
#include "lane.hpp"

// Loses supplies of a lane's rack one after the other, holdup's and the limit's in turn, and collects when each was told.
namespace holdup::bench {

struct Loss {
  ground::Duration told;  // from the loss to the alert received
  ground::Duration own;   // of it from the sign in hand
};

struct Losses {
  std::vector<Loss> holdup, limit;
  std::vector<std::string> missed;  // not told in time
  int by_another_sign = 0;          // told before the sign passed: other values of the device had said so
  std::set<std::string> strangers;  // alerts about anything but a supply that was lost
};

struct LossPlan {
  std::string bin;
  int losses, cabinets;
  std::uint64_t seed;
};

[[nodiscard]] Losses collect_losses(Lane& lane, AlertListener& listener, const LossPlan& plan);
/// Two measures, each of holdup, of the limit, and how they compare.
void print(const Losses& losses);

}  // namespace holdup::bench
