#pragma once

#include <string>
#include <vector>

#include "world/dice.hpp"

// A random rack as a person would write its site file, and the names in it that something may happen to. Used by the world tests.
namespace world {

struct RackText {
  std::string text;
  std::vector<std::string> feeds;     // "feed/A"
  std::vector<std::string> pdus;      // "pdu-a1"
  std::vector<std::string> outlets;   // "pdu-a1/outlet/3", those with a cord
  std::vector<std::string> supplies;  // "load1/psu1"
  std::vector<std::string> loads;     // "load1"
  std::vector<std::size_t> watts;     // by load
  std::vector<std::string> devices;   // "device/pdu-a1"
  std::vector<std::size_t> switches;  // by device: through which it is reached; 0: the common network
};

[[nodiscard]] RackText random_rack(Dice& dice);

}  // namespace world
