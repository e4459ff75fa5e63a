#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/site/every.hpp"
#include "collector/site/receivers.hpp"
#include "drivers/address/address.hpp"
#include "drivers/reading/pace.hpp"
#include "ground/element.hpp"
#include "ground/instant.hpp"

// The configured rack: what the site file says, finalised. Indices refer into the vectors of the same Site and are always valid; names
// are unique. Made by site::parse() only; plan, detect and the hosts read it.
namespace holdup::site {

using ground::Duration;
using ground::Element;
using Index = std::uint32_t;

enum class System : std::uint8_t { single_phase, split, wye, delta, dc };
inline constexpr std::array<std::string_view, 5> system_names{"1ph", "split", "wye", "delta", "dc"};

enum class Sharing : std::uint8_t { active, standby, unknown };
inline constexpr std::array<std::string_view, 3> sharing_names{"active", "standby", "unknown"};

enum class Senses : std::uint8_t { ac_in, ac_ok, dc_ok, alarm };
inline constexpr std::array<std::string_view, 4> senses_names{"ac_in", "ac_ok", "dc_ok", "alarm"};

struct Feed {
  std::string name;
  double nominal_volts = 0;
  std::optional<double> rating_amperes;
  std::vector<std::pair<std::string, std::string>> upstream;  // labels for people: ups=u1, room=r1
};

/// What talks. A device with a feed is also an electrical element: the PDU (or UPS) of that name.
struct Device {
  std::string name;
  std::string url;
  drivers::Address address = {};  // as the url says
  bool tap = false;               // listens to another master's traffic on its serial line, asks nothing
  std::string community_file;     // empty: "public"
  std::string v3_file;            // an SNMPv3 credential instead; empty: v2c
  bool allow_weak = false;        // MD5 and DES, where it can do no better
  std::string profile;            // empty: identified
  std::string via;                // the switch it is reached through; empty: the common network
  bool read_clearing = false;     // also what the device forgets once it was read
  std::optional<Index> feed;
  std::optional<Duration> hot, routine, timeout;  // as written; plan::lane_period() knows the defaults
  reading::Pace pace;                             // as written, over what the profile says; without routine
  std::vector<Every> every = {};                  // points with a period of their own
  std::optional<Duration> turnaround = {};        // from a question's end to its answer's begin: what `check` reckons with
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

struct Supply {
  std::string name;  // "psu1"
  Index load = 0;
  std::optional<Index> pdu;     // device that its cord hangs on
  std::string outlet;           // on that PDU, as printed there
  std::optional<Index> status;  // device that reports it
  std::optional<double> rated_watts;
  std::optional<Duration> holdup;
};

struct Load {
  std::string name;
  std::optional<double> needs_watts;
  Sharing sharing = Sharing::unknown;
  std::vector<Index> supplies;  // into Site::supplies
};

struct Targets {
  std::vector<std::string> alertmanager;
  std::vector<std::string> webhook;
};

/// How long the store keeps samples: `store.raw`, `minute`, `hour`, `max_bytes`.
struct Keeping {
  Duration raw = std::chrono::days{30};
  Duration minute = std::chrono::days{400};
  Duration hour = std::chrono::days{1826};
  std::int64_t max_bytes = std::int64_t{20} << 30U;
  bool operator==(const Keeping&) const = default;
};

struct Site {
  std::string rack;
  System system = System::single_phase;
  std::string store_path;
  Keeping keeping;
  std::string http_listen = "127.0.0.1:9870";
  std::string traps_listen;       // empty: nobody listens
  std::string traps_engine_file;  // where starts of our SNMPv3 engine are counted; empty: beside the store
  std::vector<Feed> feeds;
  std::vector<Device> devices;
  std::vector<Contact> contacts;
  std::vector<Load> loads;
  std::vector<Supply> supplies;
  std::vector<std::string> rules;  // paths and glob patterns, relative to the site file
  Targets alerts;
  std::vector<Receiver> forward;
  Burst burst;

  [[nodiscard]] std::optional<Index> device(std::string_view name) const;
  [[nodiscard]] std::optional<Index> contact(std::string_view name) const;
  [[nodiscard]] Element element_of_feed(Index feed) const { return Element::feed(feeds[feed].name); }
  [[nodiscard]] Element element_of_pdu(Index device) const { return Element::named(devices[device].name); }
  [[nodiscard]] Element element_of_device(Index device) const { return Element::device(devices[device].name); }
  /// The switch that a device is reached through, or `self`: the common network.
  [[nodiscard]] Element path_of_device(Index device) const {
    return Element::named(devices[device].via.empty() ? "self" : devices[device].via);
  }
  /// What all contacts of one common share: its wetting supply, or the chip.
  [[nodiscard]] Element element_of_common(Index contact) const {
    const Contact& one = contacts[contact];
    return one.common == one.chip ? Element::gpiochip(one.chip) : Element::contact(one.common);
  }
  [[nodiscard]] Element element_of_load(Index load) const { return Element::named(loads[load].name); }
  [[nodiscard]] Element element_of_supply(Index supply) const {
    return Element::supply(loads[supplies[supply].load].name, supplies[supply].name);
  }
  [[nodiscard]] std::optional<Index> feed_of_supply(Index supply) const;
  /// The chain above an element, nearest first: cab1/psu1 → pdu-a → feed/A. A device's own card stands
  /// below its PDU, and below the switch it is reached through.
  [[nodiscard]] std::vector<Element> ancestors(const Element& element) const;
};

}  // namespace holdup::site
