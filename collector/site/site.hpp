#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/site/chain.hpp"
#include "collector/site/every.hpp"
#include "collector/site/receivers.hpp"
#include "drivers/address/address.hpp"
#include "drivers/reading/pace.hpp"
#include "ground/element.hpp"
#include "ground/instant.hpp"

// The configured rack: what the site file says, finalised. Indices refer into the vectors of the same Site and are always valid; names
// are unique. Made by site::parse() only; plan, detect and the hosts read it.
namespace holdup::site {

using ground::Element;

enum class Senses : std::uint8_t { ac_in, ac_ok, dc_ok, alarm };
inline constexpr std::array<std::string_view, 4> senses_names{"ac_in", "ac_ok", "dc_ok", "alarm"};

/// What talks. A device with a feed is also an electrical element: the PDU (or UPS) of that name.
/// When what a device told counts no more for rules, once it stops answering.
struct MissedPoll {
  enum class Ends : std::uint8_t { when_lost, after_polls };
  Ends ends = Ends::when_lost;  // by its telemetry_lost
  unsigned polls = 1;           // of after_polls, in a row
};

struct Device {
  std::string name;
  std::string url;
  drivers::Address address = {};                  // as the url says
  bool tap = false;                               // listens to another master's traffic on its serial line, asks nothing
  std::string community_file;                     // empty: "public"
  std::string v3_file;                            // an SNMPv3 credential instead; empty: v2c
  bool allow_weak = false;                        // MD5 and DES, where it can do no better
  std::string profile;                            // empty: identified
  std::string via;                                // the switch it is reached through; empty: the common network
  bool read_clearing = false;                     // also what the device forgets once it was read
  std::optional<Index> feed;                      // of a PDU behind a transfer switch: the preferred source
  std::optional<Index> ats;                       // the transfer switch before it
  Phases phases = 0;                              // the lines of a PDU that hangs on part of its feed
  std::optional<double> rating_amperes;           // of the PDU's own breaker or inlet
  std::vector<Index> banks;                       // into Site::banks
  std::optional<Duration> hot, routine, timeout;  // as written; plan::lane_period() knows the defaults
  reading::Pace pace;                             // as written, over what the profile says; without routine
  std::vector<Every> every = {};                  // points with a period of their own
  std::optional<Duration> turnaround = {};        // from a question's end to its answer's begin: what `check` reckons with
  MissedPoll missed_poll = {};
  struct Lines {
    int device = 0, hot = 0, routine = 0;
  } lines = {};  // where the site file says so; 0: nowhere
};

/// How much faster hot points are asked, and for how long, after a sign of a loss nearby.
struct Burst {
  Duration length = std::chrono::seconds{10};  // 0: not at all
  std::optional<Duration> every = {};          // plan knows the default
};

/// What a period of a lane, or of a point, may be.
inline constexpr Duration shortest_period = std::chrono::milliseconds{10}, longest_period = std::chrono::hours{24};

/// What stands between the contact and the input: the dry contact itself, an opto-coupler, a logic output.
enum class ContactKind : std::uint8_t { relay, opto, logic };
inline constexpr std::array<std::string_view, 3> contact_kind_names{"relay", "opto", "logic"};

enum class Bias : std::uint8_t { as_is, disabled, pull_up, pull_down };
inline constexpr std::array<std::string_view, 4> bias_names{"as_is", "disabled", "pull_up", "pull_down"};

struct Contact {
  std::string name;
  std::string chip, line;  // of "gpiochip0/4"
  std::string pair;        // the line of a change-over contact's other side, on the same chip; empty: none
  bool active_low = false;
  Senses senses = Senses::ac_ok;
  Index supply = 0;  // into Site::supplies
  ContactKind kind = ContactKind::opto;
  Bias bias = Bias::as_is;
  Duration qualify{};   // a level counts once it has held so long
  Duration flight{};    // so long may both sides of a pair say the same
  Duration debounce{};  // the kernel's own; 0: none
  std::string common;   // what wets it, when it is not the chip's own
};

struct Targets {
  std::vector<std::string> alertmanager;
  std::vector<std::string> webhook;
  Duration outage_tolerance = std::chrono::hours{1};  // rules' alerts that stood longer ago are not taken up after a restart
  Duration grace_period = std::chrono::seconds{10};   // pending ones have so long left then; those of a shorter `for` begin anew
};

/// The pack of rules that comes with holdup, and how long what it has just met is learned before its alerts page.
struct Prefailure {
  bool pack = true;
  Duration learning = std::chrono::days{7};  // 0: it pages at once
};

/// How long the store keeps samples: `store.raw`, `minute`, `hour`, `max_bytes`.
struct Keeping {
  Duration raw = std::chrono::days{30};
  Duration minute = std::chrono::days{400};
  Duration hour = std::chrono::days{1826};
  std::int64_t max_bytes = std::int64_t{20} << 30U;
  bool operator==(const Keeping&) const = default;
};

/// Where local people ask what changes something, and whose tokens take hands off.
struct Control {
  std::string socket;  // empty: nowhere
  std::string group;   // whose members may ask, beside root and the daemon's own user
  std::string tokens;  // file, beside the site file; empty: hands-off cannot be begun
  bool operator==(const Control&) const = default;
};

/// The elements of a site by index, each put together once: asked for at every reading.
struct ElementNames {
  std::vector<Element> feeds, upses, atses, pdus, sources, banks, devices, paths, batteries, commons, loads, supplies;
};

struct Site {
  std::string rack;
  System system = System::single_phase;
  std::string store_path;
  Keeping keeping;
  std::string http_listen = "127.0.0.1:9870";
  std::string traps_listen;       // empty: nobody listens
  std::string traps_engine_file;  // where starts of our SNMPv3 engine are counted; empty: beside the store
  Code code = Code::none;
  Duration unknown_page_after = std::chrono::minutes{15};
  std::vector<Feed> feeds;
  std::vector<Ups> upses;
  std::vector<Device> devices;
  std::vector<Ats> atses;
  std::vector<Bank> banks;
  std::vector<Switch> switches;
  std::vector<Contact> contacts;
  std::vector<Load> loads;
  std::vector<Supply> supplies;
  std::vector<Battery> batteries;
  Self self;
  std::vector<std::string> rules;  // paths and glob patterns, relative to the site file
  Prefailure prefailure;
  Targets alerts;
  std::vector<Receiver> forward;
  Burst burst;
  Control control;
  ElementNames elements;                              // made by finish()
  std::vector<Index> devices_by_name, loads_by_name;  // … so that a name is found among thousands

  /// The last step of reading: nothing is added afterwards.
  void finish();

  [[nodiscard]] std::optional<Index> feed(std::string_view name) const;
  [[nodiscard]] std::optional<Index> ups(std::string_view name) const;
  [[nodiscard]] std::optional<Index> ats(std::string_view name) const;
  [[nodiscard]] std::optional<Index> device(std::string_view name) const;
  [[nodiscard]] std::optional<Index> load(std::string_view name) const;
  [[nodiscard]] std::optional<Index> contact(std::string_view name) const;
  [[nodiscard]] std::optional<Index> network_switch(std::string_view name) const;
  /// The UPS or transfer switch that a device reports, if it is one's `status`.
  [[nodiscard]] std::optional<Index> ups_of_device(Index device) const;
  [[nodiscard]] std::optional<Index> ats_of_device(Index device) const;

  [[nodiscard]] const Element& element_of_feed(Index feed) const { return elements.feeds[feed]; }
  [[nodiscard]] const Element& element_of_ups(Index ups) const { return elements.upses[ups]; }
  [[nodiscard]] const Element& element_of_ats(Index ats) const { return elements.atses[ats]; }
  [[nodiscard]] const Element& element_of_pdu(Index device) const { return elements.pdus[device]; }
  /// The UPS or transfer switch that a device reports, else the PDU of its name.
  [[nodiscard]] const Element& element_of_source(Index device) const { return elements.sources[device]; }
  [[nodiscard]] const Element& element_of_bank(Index bank) const { return elements.banks[bank]; }
  [[nodiscard]] Element element_of_outlet(const Cord& cord) const { return Element::outlet(devices[cord.pdu].name, cord.outlet); }
  [[nodiscard]] const Element& element_of_device(Index device) const { return elements.devices[device]; }
  [[nodiscard]] const Element& element_of_battery(Index battery) const { return elements.batteries[battery]; }
  /// The switch that a device is reached through, or `self`: the common network.
  [[nodiscard]] const Element& path_of_device(Index device) const { return elements.paths[device]; }
  /// What all contacts of one common share: its wetting supply, or the chip.
  [[nodiscard]] const Element& element_of_common(Index contact) const { return elements.commons[contact]; }
  [[nodiscard]] const Element& element_of_load(Index load) const { return elements.loads[load]; }
  [[nodiscard]] const Element& element_of_supply(Index supply) const { return elements.supplies[supply]; }
  [[nodiscard]] std::optional<Cord> cord_of_supply(Index supply) const;
  /// The preferred feed of a supply's PDU.
  [[nodiscard]] std::optional<Index> feed_of_supply(Index supply) const;
  /// Every feed that can carry a PDU, the preferred one first: two behind a transfer switch.
  [[nodiscard]] std::vector<Index> feeds_of_pdu(Index device) const;
  [[nodiscard]] std::optional<Index> bank_of(const Cord& cord) const;
  /// The lines an outlet hangs on: its bank's, else its PDU's; in 1ph and dc there are none to tell apart.
  [[nodiscard]] Phases phases_of(const Cord& cord) const;
  /// Nominal volts between the lines that something hangs on: line to neutral of one, line to line of two.
  [[nodiscard]] double nominal_volts(Index feed, Phases phases) const;
  /// Nominal volts at a supply's inlet; nothing without a cord.
  [[nodiscard]] std::optional<double> nominal_volts_of_supply(Index supply) const;

  /// The chain above an element, nearest first: cab1/psu1 → pdu-a/outlet/3 → pdu-a/bank/1 → pdu-a/phase/1 → pdu-a → ats/t1 → feed/A →
  /// ups/u1. Only what takes power from it when lost alone: of a load, or behind a transfer switch, what all its ways share. A device's own
  /// card stands below its PDU, and below the switch it is reached through and what that hangs on.
  [[nodiscard]] std::vector<Element> ancestors(const Element& element) const;
  [[nodiscard]] std::vector<Element> ancestors_of_supply(Index supply) const;
};

/// What a supply may give at a line voltage: the printed point whose volts the line reaches within 15 %, else the lowest; nothing where
/// none is printed.
[[nodiscard]] std::optional<double> rated_watts_at(const Supply& supply, double volts);
/// A shelf that reports several supplies, or batteries, numbers them: psu2 is its number 2. What has no number is of each.
[[nodiscard]] bool is_numbered(std::string_view name, std::string_view index);
/// How long it holds at an output: between two printed points as the law t ~ 1/W has it, which is less than a straight line would give; the
/// best printed below the smallest, nothing above the largest. An estimate: a sheet guarantees its points only.
[[nodiscard]] std::optional<Duration> holdup_at(const Supply& supply, double watts);

}  // namespace holdup::site
