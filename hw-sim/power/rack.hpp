#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/element.hpp"
#include "ground/instant.hpp"
#include "hw-sim/power/days.hpp"

// The plain description of a rack to simulate: what feeds what, what measures what, and how slowly. `hw-sim/scenario` reads it from a
// site file, tests write it down; World brings it to life. References are indices into the rack's own lists, checked by World.
namespace hwsim::power {

namespace ground = holdup::ground;

enum class System : std::uint8_t { single_phase, split_phase, wye, delta, dc };
inline constexpr std::array<std::string_view, 5> system_names{"1ph", "split", "wye", "delta", "dc"};
/// Live conductors that a feed brings: 1, 2 (split) or 3 (wye, delta).
[[nodiscard]] std::size_t phases(System system);

/// Between what something hangs: a line (from 0) and the neutral or return, or two lines.
struct Tap {
  std::size_t line = 0;
  std::optional<std::size_t> other = {};
};
/// "1" to "3", "12", "23", "31" (either way round); nothing where the system has no such place: a delta has no neutral.
[[nodiscard]] std::optional<Tap> parse_tap(System system, std::string_view text);
/// Where the n-th of the system's single loads hangs unless told, from 0: on a line, in a delta between it and the next.
[[nodiscard]] Tap tap_of(System system, std::size_t n);
/// What `nominal_volts` of a feed is at that tap: between two lines of a wye 1.73 times, of a split feed twice.
[[nodiscard]] double nominal_ratio(System system, const Tap& tap);

enum class Sharing : std::uint8_t { active, standby, unknown };  // unknown behaves as active
inline constexpr std::array<std::string_view, 3> sharing_names{"active", "standby", "unknown"};

enum class PduModel : std::uint8_t { apc_rpdu2, raritan_px3, raritan_px2, eaton_epdu, sentry4 };
inline constexpr std::array<std::string_view, 5> pdu_model_names{"apc-rpdu2", "raritan-px3", "raritan-px2", "eaton-epdu", "sentry4"};

enum class StatusModel : std::uint8_t { orv3_psu, shelf_psu };
inline constexpr std::array<std::string_view, 2> status_model_names{"orv3-psu", "shelf-psu"};

enum class BatteryModel : std::uint8_t { orv3_bbu };
inline constexpr std::array<std::string_view, 1> battery_model_names{"orv3-bbu"};

enum class UpsModel : std::uint8_t { rfc1628, apc_smart, ccpower };
inline constexpr std::array<std::string_view, 3> ups_model_names{"rfc1628-ups", "apc-ups", "ccpower-commander"};

enum class AtsModel : std::uint8_t { apc_ats };
inline constexpr std::array<std::string_view, 1> ats_model_names{"apc-ats"};

enum class StorageModel : std::uint8_t { equallogic, infortrend };
inline constexpr std::array<std::string_view, 2> storage_model_names{"equallogic", "infortrend"};

/// What a contact reports of a supply. Closed means that its word holds, whatever level that is on the wire.
enum class Sense : std::uint8_t {
  ac_in,  // voltage at its input, without delay
  ac_ok,  // its own input-good signal, 4 ms behind
  dc_ok,  // it has output
  alarm,  // its summary alarm: input or output not good
};
inline constexpr std::array<std::string_view, 4> sense_names{"ac_in", "ac_ok", "dc_ok", "alarm"};

struct Feed {
  std::string name;
  double nominal_volts = 230;   // line to neutral; in a delta line to line
  double frequency_hertz = 50;  // 0 for dc
  bool negative = false;        // a -48 V plant: its volts are shown below 0
};

/// Outlets behind one breaker of a PDU.
struct Bank {
  std::string name;                  // "1"
  std::vector<std::size_t> outlets;  // as printed, from 1
  std::optional<Tap> tap = {};       // all of them hang there; else as the PDU's others
};

struct Pdu {
  std::string name;  // of the PDU and of its card's device
  std::size_t feed = 0;
  PduModel model = PduModel::raritan_px3;
  std::size_t outlets = 8;                    // numbered from 1; outlet n hangs on phase (n - 1) % phases unless its bank tells
  ground::Duration refresh{1'000'000'000};    // of the card's registers
  ground::Duration boot{5'000'000'000};       // from inlet back to the card's first answer
  bool traps = false;                         // the card calls when what it measures says so
  std::optional<Tap> tap = {};                // a single-phase PDU on one phase of its feed
  std::vector<Bank> banks = {};               // empty: two, the first and the second half of the outlets
  std::optional<std::size_t> card_line = {};  // the card lives from that line alone, from 0; else from any
};

[[nodiscard]] std::vector<Bank> banks_of(const Pdu& pdu);

/// The network card of what is no PDU, and the device it is.
struct Card {
  std::string device;                       // device name; empty: nothing can be asked
  ground::Duration refresh{1'000'000'000};  // of its registers
  ground::Duration boot{5'000'000'000};     // from power back to its first answer
  bool traps = false;                       // it calls when what it measures says so
};

/// Stands before feeds and carries them when its input is lost. Before dc feeds it is a plant: rectifiers that float a battery.
struct Ups {
  std::string name;
  UpsModel model = UpsModel::rfc1628;
  std::vector<std::size_t> feeds;
  double rated_watts = 3000;
  ground::Duration runtime{600'000'000'000};  // at rated_watts, with a full battery
  Card card;
};

/// Stands before a PDU and takes it from its feed, the preferred source, to another where that is not good.
struct Ats {
  std::string name;
  AtsModel model = AtsModel::apc_ats;
  std::size_t pdu = 0;
  std::size_t alternate = 0;  // feed
  Card card;
  ground::Duration transfer{};  // so long nothing is behind it when it changes over
};

/// What is inside a load that is a storage cabinet.
struct Cabinet {
  StorageModel model = StorageModel::equallogic;
  std::size_t disks = 12;
  Card card;
  static constexpr std::size_t controllers = 2;
};

/// What reports on one supply; fed from the common output of the load.
struct StatusUnit {
  std::string device;  // device name: "shelf-psu1"
  StatusModel model = StatusModel::orv3_psu;
  ground::Duration refresh{20'000'000};
  ground::Duration boot{1'000'000'000};
};

/// A battery unit on the load's common output: it carries the load when no supply does.
struct Battery {
  std::string name;  // "bbu1"
  BatteryModel model = BatteryModel::orv3_bbu;
  double rated_watts = 3000;
  ground::Duration runtime{240'000'000'000};  // at rated_watts, with a full battery
  std::optional<Card> status = {};            // what reports on it
};

struct Supply {
  std::string name;
  std::size_t pdu = 0;
  std::size_t outlet = 1;  // number as printed on the PDU
  double rated_watts = 3000;
  ground::Duration holdup{20'000'000};  // at holdup_watts, or rated_watts where that is 0
  double holdup_watts = 0;
  std::optional<double> input_min_volts = {};  // below it the supply lives from its store; 75 % of nominal unless told
  std::optional<double> input_max_volts = {};  // above it, it switches off
  double fan_rpm = 9000;                       // nominal
  double fan_least = 1;                        // share of that without load in cool air: below 1 the fan follows load and air
  std::optional<StatusUnit> status;
};

struct Load {
  std::string name;
  double watts = 0;
  double triplen = 0;  // share of its current that has thrice the mains' frequency: the neutral carries it of all phases
  Sharing sharing = Sharing::active;
  std::vector<Supply> supplies;
  std::optional<Cabinet> cabinet = {};
  std::vector<Battery> batteries = {};
  std::optional<ground::Duration> shutdown_after = {};  // a removed supply takes its fans with it: so long the load goes on without
};

/// What moves between a supply's word and the wire. All zero: a transistor, whose wire follows at once.
struct Relay {
  ground::Duration operate{};          // from the word to the first touch, when it closes
  ground::Duration release{};          // to the opening
  ground::Duration flight{};           // of a change-over: so long neither side touches
  unsigned bounces = 0;                // how often a side that closes opens again
  unsigned rebounds = 0;               // how often one that opens touches again
  ground::Duration bounce{1'000'000};  // each of them takes so long, half as much to half as much more

  /// Typical of small power relays: operate and release 7 and 3 ms (TE Schrack Card E, typ.), bouncing for 4 ms (TE Schrack RT1, form A,
  /// max.).
  static Relay typical();
};

struct Contact {
  std::string name;
  std::size_t load = 0;
  std::size_t supply = 0;  // of that load
  Sense senses = Sense::ac_ok;
  Relay relay = {};
  bool has_pair = false;    // a change-over: its other side is closed while the first is open
  bool active_low = false;  // the level of its lines while they are closed
  std::string source = {};  // "gpiochip0/4", as the site file has it
  std::string pair = {};    // the other side's line on the same chip
  std::string common = {};  // what wets it, where the site file names that
};

/// A network switch: what is reached through it is silent without it.
struct Switch {
  std::string name;
  std::vector<std::string> behind = {};     // device names
  std::vector<ground::Element> cords = {};  // the outlets that it hangs on; none: it always has power
};

struct Rack {
  std::string name;
  System system = System::single_phase;
  std::vector<Feed> feeds;
  std::vector<Pdu> pdus;
  std::vector<Load> loads;
  std::vector<Contact> contacts;
  std::vector<Ups> upses = {};
  std::vector<Ats> atses = {};
  std::vector<Switch> switches = {};
  std::optional<Days> days = {};  // load and weather; else they stay as they are set
};

/// Every element of the rack in a fixed order: feeds, PDUs, their phases, banks and outlets, loads with their supplies and what a cabinet
/// has inside, UPSes and transfer switches, contacts, devices.
[[nodiscard]] std::vector<ground::Element> elements(const Rack& rack);

/// What a PDU is by itself: single-phase behind a tap.
[[nodiscard]] System system_of(const Rack& rack, const Pdu& pdu);
/// Where an outlet (from 1) hangs on its PDU.
[[nodiscard]] Tap tap_of_outlet(const Rack& rack, const Pdu& pdu, std::size_t outlet);
/// Volts at an outlet of a PDU while all is well.
[[nodiscard]] double nominal_at(const Rack& rack, const Pdu& pdu, std::size_t outlet);

}  // namespace hwsim::power
