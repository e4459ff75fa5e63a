#pragma once

#include <string>
#include <vector>

#include "world/dice.hpp"

// A random rack as a person would write its site file, and the names in it that something may happen to. Used by the world tests.
namespace world {

struct RackText {
  std::string text;
  bool three_lines = false;            // wye or delta
  bool neutral = false;                // there is one to lose
  bool plant = false;                  // of direct current: its volts do not sag by themselves
  bool transfers = false;              // a transfer switch stands in it
  std::vector<std::string> feeds;      // "feed/A"
  std::vector<std::string> pdus;       // "pdu-a1"
  std::vector<std::string> outlets;    // "pdu-a1/outlet/3", those with a cord
  std::vector<std::string> banks;      // "pdu-a1/bank/1"
  std::vector<std::string> supplies;   // "load1/psu1"
  std::vector<std::string> resting;    // those of them that may stand by
  std::vector<std::string> modules;    // those of them that can be taken out
  std::vector<std::string> loads;      // "load1"
  std::vector<std::size_t> watts;      // by load
  std::vector<std::string> upses;      // "ups/u1"
  std::vector<std::string> contacts;   // "contact/c-load1-1"
  std::vector<std::string> devices;    // "device/pdu-a1"
  std::vector<std::size_t> switches;   // by device: through which it is reached; 0: the common network
  std::vector<std::string> units;      // of the devices, those that report a supply
  std::vector<std::string> cards;      // … and those that report all supplies of a load
  std::vector<std::string> knowledge;  // "knows pdu-a1 outlet_state,uptime": of devices that are not known whole
};

[[nodiscard]] RackText random_rack(Dice& dice);

}  // namespace world
