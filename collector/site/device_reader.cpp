#include "collector/site/device_reader.hpp"

#include <algorithm>
#include <charconv>

#include "collector/site/chain_reader.hpp"
#include "collector/site/keys.hpp"

namespace holdup::site {
namespace {

class DeviceReader {
 public:
  DeviceReader(std::span<const std::string> profiles, Site& site) : profiles_{profiles}, site_{site} {}

  void read_device(Mapping& map, const std::string& name) {
    Device device{.name = name, .url = map.required_text("url")};
    read_url(map, device);
    check_line(map, device);
    device.community_file = map.text("community_file").value_or("");
    read_v3(map, device);
    device.profile = map.text("profile").value_or("");
    if (!device.profile.empty() && std::find(profiles_.begin(), profiles_.end(), device.profile) == profiles_.end())
      map.problem("profile", "no profile '" + device.profile + "'", mend_by_nearest(device.profile, {profiles_.begin(), profiles_.end()}));
    device.via = map.text("via").value_or("");
    if (const auto via = ground::Element::parse(device.via); !device.via.empty() && (!via || !via->is("switch")))
      map.problem("via", "'" + device.via + "' is no switch", "write switch/NAME");
    if (const auto feed = map.text("feed")) device.feed = lookup(map, "feed", *feed, site_.feeds, "feed");
    read_ratings(map, device);
    device.read_clearing = map.flag("read_clearing").value_or(false);
    device.lines = {.device = map.line({}), .hot = map.line("hot"), .routine = map.line("routine")};
    device.hot = rhythm(map, "hot");
    device.routine = rhythm(map, "routine");
    device.timeout = period(map, "timeout");
    read_every(map, device);
    device.turnaround = map.duration("turnaround");
    if (device.turnaround > std::chrono::seconds{2}) map.problem("turnaround", "longer than 2s", "write how long it thinks, as in 5ms");
    if (device.timeout && device.hot && *device.timeout > *device.hot / 2)
      map.problem("timeout", "longer than half the hot period", "write at most " + ground::duration_text(*device.hot / 2));
    if (device.timeout && *device.timeout > std::chrono::seconds{2}) map.problem("timeout", "longer than 2s", "write at most 2s");
    read_pace(map, device);
    device.missed_poll = missed_poll(map);
    site_.devices.push_back(std::move(device));
    read_banks(map, static_cast<Index>(site_.devices.size() - 1), site_);
  }

 private:
  static constexpr std::array<std::string_view, 2> of_a_pdu{"phase", "rating_amperes"};

  void read_ratings(Mapping& map, Device& device) const {
    device.phases = read_phases(map, "phase", site_.system);
    device.rating_amperes = positive(map, "rating_amperes");
    for (std::string_view key : of_a_pdu)
      if (map.has(key) && !map.has("feed")) map.problem(key, "of a device that hangs on no feed", "give it a feed:, or take this out");
  }

  /// `every: {rack_supply_input_ok: 10ms, 'rack_temperature_celsius{part="inlet"}': 1h}`
  void read_every(Mapping& map, Device& device) {
    const Node* node = map.find("every");
    if (node == nullptr) return;
    if (!node->is_map()) return map.problem("every", "not a mapping", "write {METRIC: PERIOD}, as in {rack_supply_input_ok: 10ms}");
    Mapping all{*node, map.path("every"), map.report()};
    for (const auto& entry : node->entries) {
      auto one = parse_every(entry.key);
      const auto length = rhythm(all, entry.key);
      if (!one) all.problem(entry.key, "no name of points", "write METRIC or 'METRIC{label=\"value\"}', as `holdup probe` prints them");
      if (!one || !length) continue;
      one->period = *length;
      one->line = entry.line;
      device.every.push_back(*std::move(one));
    }
  }

  void read_pace(Mapping& map, Device& device) {
    auto& pace = device.pace;
    pace.max_duty = map.number("max_duty");
    if (pace.max_duty && !(*pace.max_duty > 0 && *pace.max_duty <= 1))
      map.problem("max_duty", "not above 0 and at most 1", "write the share of the time that it may be kept busy, for example 0.2");
    pace.after_connect = period(map, "after_connect");
    if (pace.after_connect > std::chrono::seconds{5}) map.problem("after_connect", "longer than 5s", "write at most 5s");
    if (pace.after_connect && !device.url.empty() && !device.address.speaks_modbus())
      map.problem("after_connect", "not on a Modbus device", "take it out: SNMP has no connection");
    pace.between_requests = period(map, "between_requests");
    if (pace.between_requests > std::chrono::seconds{1}) map.problem("between_requests", "longer than 1s", "write at most 1s, or max_duty");
    if (pace.between_requests && device.hot && *pace.between_requests > *device.hot / 2)
      map.problem("between_requests", "longer than half the hot period", "write at most " + ground::duration_text(*device.hot / 2));
  }

  /// `stale`, `hold(3)`, `hold`
  static MissedPoll missed_poll(Mapping& map) {
    const auto text = map.text("missed_poll");
    if (!text || *text == "hold") return {};
    if (*text == "stale") return {.ends = MissedPoll::Ends::after_polls, .polls = 1};
    unsigned polls = 0;
    const auto* end = text->data() + text->size();
    if (text->starts_with("hold(")) {
      const auto [at, error] = std::from_chars(text->data() + 5, end, polls);
      if (error == std::errc{} && polls >= 1 && polls <= 1000 && at + 1 == end && *at == ')')
        return {.ends = MissedPoll::Ends::after_polls, .polls = polls};
    }
    map.problem("missed_poll", "'" + *text + "' is none of stale, hold(N) and hold",
                "write stale, hold(3) for three polls of 1 to 1000, or hold until telemetry_lost");
    return {};
  }

  void read_v3(Mapping& map, Device& device) {
    device.v3_file = map.text("v3_file").value_or("");
    device.allow_weak = map.flag("allow_weak").value_or(false);
    if (device.v3_file.empty()) {
      if (map.has("allow_weak")) map.problem("allow_weak", "without v3_file there is nothing to allow", "take it out");
      return;
    }
    if (!device.community_file.empty()) map.problem("v3_file", "and community_file", "give one of them: SNMPv3 knows no community");
    if (!device.url.empty() && device.address.speaks_modbus()) map.problem("v3_file", "not on an SNMP device", "take it out");
  }

  void read_url(Mapping& map, Device& device) {
    if (device.url.empty()) return;
    drivers::Refusal refusal;
    auto address = drivers::parse_address(device.url, refusal);
    if (!address) return map.problem("url", refusal.what, refusal.mend);
    device.address = *std::move(address);
    device.tap = map.flag("tap").value_or(false);
    if (device.tap && device.address.serial.path.empty())
      map.problem("tap", "not on a serial line", "give it a url modbus-rtu:///dev/ttyS0/UNIT, or take it out");
  }

  /// The units of one line share what it is set to, and either all are asked or all are listened to.
  void check_line(Mapping& map, const Device& device) {
    const auto& line = device.address.serial;
    if (line.path.empty()) return;
    const auto first = std::ranges::find(
        site_.devices, line.path, [](const Device& other) -> const auto& { return other.address.serial.path; });
    if (first == site_.devices.end()) return;
    if (first->address.serial != line)
      map.problem("url",
                  line.path + " at " + line.settings() + " here, at " + first->address.serial.settings() + " of '" + first->name + "'",
                  "write the same baud, parity and stop for all units of a line");
    if (first->tap != device.tap)
      map.problem(device.tap ? "tap" : "url", line.path + " is listened to and asked: '" + first->name + "' and '" + device.name + "'",
                  "tap all units of a line that has a master of its own, or none");
  }

  std::span<const std::string> profiles_;
  Site& site_;
};

}  // namespace

void read_devices(Mapping& top, std::span<const std::string> profiles, Site& site) {
  DeviceReader reader{profiles, site};
  each(top, "devices", [&](Mapping& map, const std::string& name) { reader.read_device(map, name); });
}

}  // namespace holdup::site
