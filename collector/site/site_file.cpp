#include "collector/site/site_file.hpp"

#include <algorithm>
#include <array>
#include <boost/url/parse.hpp>

#include "ground/nearest.hpp"
#include "ground/number.hpp"
#include "ground/yaml/mapping.hpp"

namespace holdup::site {
namespace {

constexpr Duration shortest_keeping = std::chrono::hours{3};
constexpr std::int64_t least_store_bytes = std::int64_t{16} << 20U;

using ground::yaml::Mapping;
using ground::yaml::Node;

std::string mend_by_nearest(std::string_view word, const std::vector<std::string_view>& known) {
  const auto guess = ground::nearest(word, known);
  if (!guess.empty()) return "did you mean '" + guess + "'?";
  std::string all;
  for (auto k : known) all += (all.empty() ? "known: " : ", ") + std::string{k};
  return all.empty() ? "none is configured" : all;
}

template <class Items>
std::vector<std::string_view> names(const Items& items) {
  std::vector<std::string_view> out;
  for (const auto& item : items) out.push_back(item.name);
  return out;
}

template <class Items>
std::optional<Index> lookup(Mapping& map, std::string_view key, std::string_view name, const Items& items, std::string_view kind) {
  const auto found = std::find_if(items.begin(), items.end(), [&](const auto& item) { return item.name == name; });
  if (found != items.end()) return static_cast<Index>(found - items.begin());
  map.problem(key, "no " + std::string{kind} + " '" + std::string{name} + "'", mend_by_nearest(name, names(items)));
  return std::nullopt;
}

class Reader {
 public:
  Reader(std::string file, std::span<const std::string> profiles, ground::Problems& problems)
      : report_{std::move(file), problems}, profiles_{profiles} {}

  Site read(const Node& root) {
    Mapping top{root, "", report_};
    site_.rack = top.required_text("rack");
    if (!site_.rack.empty() && !ground::is_element_part(site_.rack)) top.problem("rack", "no name", "letters, digits, '-', '_', '.'");
    if (const auto word = top.word("system", system_names)) site_.system = static_cast<System>(*word);
    if (site_.system != System::single_phase) idle(top, {"system"});
    each(top, "feeds", [&](Mapping& m, const std::string& name) { read_feed(m, name); });
    each(top, "devices", [&](Mapping& m, const std::string& name) { read_device(m, name); });
    each(top, "loads", [&](Mapping& m, const std::string& name) { read_load(m, name); });
    each(top, "contacts", [&](Mapping& m, const std::string& name) { read_contact(m, name); });
    check_eyes();
    read_rest(top);
    top.finish();
    check_names(top);
    return std::move(site_);
  }

 private:
  template <class Read>
  void each(Mapping& top, std::string_view key, Read read) {
    const Node* node = top.find(key);
    if (node == nullptr) return;
    if (!node->is_map()) return top.problem(key, "not a mapping", "write 'name: {…}' lines under it");
    for (const auto& entry : node->entries) {
      Mapping map{entry.value, top.path(key) + "." + entry.key, report_};
      if (!ground::is_element_part(entry.key)) map.problem({}, "no name", "letters, digits, '-', '_', '.', at most 63");
      read(map, entry.key);
      map.finish();
    }
  }

  void read_feed(Mapping& map, const std::string& name) {
    Feed feed{.name = name};
    const auto volts = map.number("nominal_volts");
    if (!volts) map.problem({}, "'nominal_volts' is missing", "add it, for example nominal_volts: 230");
    if (volts && !(*volts > 0 && *volts <= 1000)) map.problem("nominal_volts", "not between 0 and 1000", "write the line's volts");
    feed.nominal_volts = volts.value_or(0);
    feed.rating_amperes = positive(map, "rating_amperes");
    idle(map, {"rating_amperes"});
    if (const Node* upstream = map.find("upstream")) {
      if (!upstream->is_map()) map.problem("upstream", "not a mapping", "write {ups: u1, room: r1}");
      for (const auto& label : upstream->entries) {
        if (!label.value.is_scalar()) map.problem("upstream", "'" + label.key + "' is not a single value", "write {ups: u1, room: r1}");
        feed.upstream.emplace_back(label.key, label.value.text);
      }
    }
    site_.feeds.push_back(std::move(feed));
  }

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
    site_.devices.push_back(std::move(device));
  }

  /// `every: {rack_supply_input_ok: 10ms, 'rack_temperature_celsius{part="inlet"}': 1h}`
  void read_every(Mapping& map, Device& device) {
    const Node* node = map.find("every");
    if (node == nullptr) return;
    if (!node->is_map()) return map.problem("every", "not a mapping", "write {METRIC: PERIOD}, as in {rack_supply_input_ok: 10ms}");
    Mapping all{*node, map.path("every"), report_};
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

  void read_load(Mapping& map, const std::string& name) {
    Load load{.name = name, .needs_watts = positive(map, "needs_watts")};
    idle(map, {"needs_watts"});
    if (const auto word = map.word("sharing", sharing_names)) load.sharing = static_cast<Sharing>(*word);
    const auto index = static_cast<Index>(site_.loads.size());
    site_.loads.push_back(std::move(load));
    each(map, "supplies", [&](Mapping& m, const std::string& supply) { read_supply(m, supply, index); });
    if (site_.loads[index].supplies.empty()) map.problem({}, "no supplies", "add supplies: {psu1: {cord: PDU/outlet/N}}");
  }

  void read_supply(Mapping& map, const std::string& name, Index load) {
    Supply supply{.name = name, .load = load};
    if (const auto cord = map.text("cord")) read_cord(map, *cord, supply);
    if (const auto status = map.text("status")) supply.status = lookup(map, "status", *status, site_.devices, "device");
    supply.rated_watts = positive(map, "rated_watts");
    supply.holdup = period(map, "holdup");
    idle(map, {"rated_watts", "holdup"});
    if (map.node().is_map() && !map.has("cord") && !map.has("status"))
      blind_.emplace_back(static_cast<Index>(site_.supplies.size()), Place{map.line({}), map.path({})});
    site_.loads[load].supplies.push_back(static_cast<Index>(site_.supplies.size()));
    site_.supplies.push_back(std::move(supply));
  }

  void read_cord(Mapping& map, const std::string& cord, Supply& supply) {
    const auto element = ground::Element::parse(cord);
    const auto rest = element ? element->rest() : std::string_view{};
    if (!rest.starts_with("outlet/")) return map.problem("cord", "'" + cord + "' is no outlet", "write PDU/outlet/N");
    supply.pdu = lookup(map, "cord", element->first(), site_.devices, "device");
    supply.outlet = rest.substr(7);
    if (supply.pdu && !site_.devices[*supply.pdu].feed)
      map.problem("cord", "'" + site_.devices[*supply.pdu].name + "' hangs on no feed", "give that device a feed:");
    for (const Supply& other : site_.supplies)
      if (supply.pdu && other.pdu == supply.pdu && other.outlet == supply.outlet)
        map.problem("cord", cord + " is taken by " + site_.loads[other.load].name + "/" + other.name, "one supply an outlet");
  }

  void read_contact(Mapping& map, const std::string& name) {
    Contact contact{.name = name};
    read_line(map, contact);
    constexpr std::array<std::string_view, 2> levels{"high", "low"};
    contact.active_low = map.word("active", levels) == 1;
    if (const auto word = map.word("senses", senses_names)) contact.senses = static_cast<Senses>(*word);
    read_wiring(map, contact);
    if (!find_supply(map, map.required_text("of"), contact)) return;
    site_.contacts.push_back(std::move(contact));
  }

  void read_line(Mapping& map, Contact& contact) {
    const auto source = map.required_text("source");
    const auto slash = source.rfind('/');
    contact.chip = source.substr(0, slash);
    if (slash != std::string::npos) contact.line = source.substr(slash + 1);
    const bool whole = ground::is_element_part(contact.chip) && !contact.line.empty();
    if (!source.empty() && !whole)
      map.problem("source", "'" + source + "' is no line of a chip", "write CHIP/LINE, for example gpiochip0/4");
    contact.pair = map.text("pair").value_or("");
    if (const auto at = contact.pair.rfind('/'); at != std::string::npos) {
      if (contact.pair.substr(0, at) != contact.chip) map.problem("pair", "on another chip", "wire both sides to " + contact.chip);
      contact.pair = contact.pair.substr(at + 1);
    }
    if (map.has("pair") && contact.pair.empty()) map.problem("pair", "no line", "write the line of its other side, or take it out");
    const auto takes = [&](const std::string& line) {
      return !line.empty() && std::ranges::any_of(site_.contacts, [&](const Contact& other) {
        return other.chip == contact.chip && (other.line == line || other.pair == line);
      });
    };
    if (takes(contact.line)) map.problem("source", "line " + contact.line + " has another contact", "one contact a line");
    if (takes(contact.pair) || (!contact.pair.empty() && contact.pair == contact.line))
      map.problem("pair", "line " + contact.pair + " has another contact", "one side a line");
  }

  // The defaults of `qualify` are what each kind's bounce or noise lasts.
  void read_wiring(Mapping& map, Contact& contact) {
    using namespace std::chrono_literals;
    if (const auto word = map.word("kind", contact_kind_names)) contact.kind = static_cast<ContactKind>(*word);
    if (const auto word = map.word("bias", bias_names)) contact.bias = static_cast<Bias>(*word);
    constexpr std::array<Duration, 3> held{10ms, 2ms, 1ms};  // by kind
    const auto brief = [&](std::string_view key) {
      const auto length = period(map, key);
      if (length > 1s) map.problem(key, "longer than 1s", "write how long the contact moves, as in 30ms");
      return length;
    };
    contact.qualify = brief("qualify").value_or(held[static_cast<std::size_t>(contact.kind)]);
    contact.flight = brief("flight").value_or(30ms);
    contact.debounce = brief("debounce").value_or(Duration{});
    contact.common = map.text("common").value_or(contact.chip);
    if (!contact.common.empty() && !ground::is_element_part(contact.common))
      map.problem("common", "no name", "letters, digits, '-', '_', '.'");
    if (map.has("flight") && contact.pair.empty()) map.warning("flight", "without a pair nothing flies", "add pair: LINE, or take it out");
    if (contact.kind == ContactKind::relay)
      map.warning("kind", "a bare contact on a logic input wets too little and takes up noise",
                  "put 24 V and an opto-coupler in between: docs/contacts.md");
  }

  bool find_supply(Mapping& map, const std::string& of, Contact& contact) {
    if (of.empty()) return false;
    std::vector<std::string> known;
    for (Index s = 0; s < site_.supplies.size(); ++s) {
      known.push_back(site_.element_of_supply(s).text());
      if (known.back() == of) return contact.supply = s, true;
    }
    map.problem("of", "no supply '" + of + "'", mend_by_nearest(of, {known.begin(), known.end()}));
    return false;
  }

  // A supply that nothing looks at. What was written wrong has its own problem.
  void check_eyes() {
    for (const auto& [index, place] : blind_) {
      const auto sees = [&, supply = index](const Contact& contact) { return contact.supply == supply; };
      if (std::ranges::any_of(site_.contacts, sees)) continue;
      report_.problems.add({.file = report_.file,
                            .line = place.line,
                            .key = place.key,
                            .what = "neither cord nor status",
                            .mend = "say which outlet feeds it (cord:), which device reports it (status:), or give it a contact"});
    }
  }

  void read_rest(Mapping& top) {
    read_store(top);
    Mapping http{sub(top, "http"), "http", report_};
    site_.http_listen = listen(http).value_or(site_.http_listen);
    http.finish();
    Mapping traps{sub(top, "traps"), "traps", report_};
    if (top.has("traps")) site_.traps_listen = listen(traps).value_or("127.0.0.1:9162");
    site_.traps_engine_file = traps.text("engine_file").value_or("");
    const bool speaks_v3 = std::any_of(site_.devices.begin(), site_.devices.end(), [](const Device& d) { return !d.v3_file.empty(); });
    if (speaks_v3 && top.has("traps") && site_.store_path.empty() && site_.traps_engine_file.empty())
      traps.warning({}, "informs of SNMPv3 are not answered: nowhere to count our starts", "add store: {path: …} or engine_file:");
    traps.finish();
    read_burst(top);
    Mapping alerts{sub(top, "alerts"), "alerts", report_};
    site_.alerts = {.alertmanager = targets(alerts, "alertmanager"), .webhook = targets(alerts, "webhook")};
    alerts.finish();
    site_.rules = top.texts("rules");
    site_.forward = read_receivers(sub(top, "forward"), report_);
    if (!site_.forward.empty() && site_.store_path.empty())
      top.problem("forward", "nothing is kept that could be forwarded", "add store: {path: …}");
    read_idle(top);
  }

  void read_store(Mapping& top) {
    Mapping store{sub(top, "store"), "store", report_};
    site_.store_path = store.text("path").value_or("");
    auto& keeping = site_.keeping;
    for (const auto& [key, kept] : {std::pair{"raw", &keeping.raw}, {"minute", &keeping.minute}, {"hour", &keeping.hour}}) {
      *kept = store.duration(key).value_or(*kept);
      if (*kept < shortest_keeping) store.problem(key, "shorter than 3h", "samples are summed up after two hours; write 30d, 400d, 5y");
    }
    keeping.max_bytes = store.size("max_bytes").value_or(keeping.max_bytes);
    if (keeping.max_bytes < least_store_bytes)
      store.problem("max_bytes", "less than 16MiB", "write how large the file may grow, as in 20GiB");
    store.finish();
  }

  void read_burst(Mapping& top) {
    Mapping burst{sub(top, "burst"), "burst", report_};
    site_.burst.length = burst.duration("for").value_or(site_.burst.length);
    if (site_.burst.length > std::chrono::hours{1})
      burst.problem("for", "longer than 1h", "write how long a loss is watched closely, as in 10s");
    site_.burst.every = rhythm(burst, "every");
    burst.finish();
  }

  // Says of each key that is there that it changes nothing: nobody shall trust in what is not built.
  static void idle(Mapping& map, std::initializer_list<std::string_view> keys) {
    for (std::string_view key : keys)
      if (map.has(key)) map.warning(key, "is read, and nothing acts on it yet");
  }

  // Keys of the site file that are checked for shape from the first version and that nothing acts on yet.
  void read_idle(Mapping& top) {
    Mapping self{sub(top, "self"), "self", report_};
    (void)self.texts("supplies");
    (void)self.texts("path");
    idle(self, {"supplies", "path"});
    self.finish();
    (void)top.find("sim");  // hw-sim's own
  }

  std::vector<std::string> targets(Mapping& alerts, std::string_view key) {
    auto all = alerts.texts(key);
    for (const auto& text : all) {
      const auto url = boost::urls::parse_uri(text);
      if (!url || url->scheme() != "http" || url->host().empty())
        alerts.problem(key, "'" + text + "' is no http:// URL", "write http://HOST:PORT/PATH");
    }
    return all;
  }

  std::optional<std::string> listen(Mapping& map) {
    const auto text = map.text("listen");
    if (!text) return text;
    const auto place = boost::urls::parse_authority(*text);
    using boost::urls::host_type;
    const bool numeric =
        place && (place->host_type() == host_type::ipv4 || place->host_type() == host_type::ipv6) && !place->has_userinfo();
    const bool port = place && place->has_port() && (place->port_number() != 0 || place->port() == "0");
    if (!numeric || !port)
      map.problem("listen", "'" + *text + "' is no address to listen at", "write ADDRESS:PORT, for example 127.0.0.1:9870");
    return text;
  }

  const Node& sub(Mapping& top, std::string_view key) {
    static const Node none;
    const Node* node = top.find(key);
    return node != nullptr ? *node : none;
  }

  std::optional<Duration> period(Mapping& map, std::string_view key) {
    const auto length = map.duration(key);
    if (length && *length == Duration::zero()) map.problem(key, "zero", "write a length above 0");
    return length;
  }

  std::optional<Duration> rhythm(Mapping& map, std::string_view key) {
    const auto length = period(map, key);
    if (length && *length != Duration::zero() && (*length < shortest_period || *length > longest_period))
      map.problem(key, ground::duration_text(*length) + " is not between 10ms and 24h", "write a period from 10ms to 24h");
    return length;
  }

  std::optional<double> positive(Mapping& map, std::string_view key) {
    const auto value = map.number(key);
    if (value && !(*value > 0)) map.problem(key, "not above 0", "write a positive number");
    return value;
  }

  void check_names(Mapping& top) {
    constexpr std::array<std::string_view, 8> kinds{"feed", "ats", "ups", "contact", "gpiochip", "device", "switch", "self"};
    const auto refuse_kind = [&](std::string_view key, const std::string& name) {
      if (std::find(kinds.begin(), kinds.end(), name) != kinds.end())
        top.problem(key, "'" + name + "' is the word for a kind of element", "choose another name");
    };
    for (const Device& device : site_.devices) refuse_kind("devices", device.name);
    for (const Load& load : site_.loads) refuse_kind("loads", load.name);
    for (const Load& load : site_.loads)
      if (site_.device(load.name)) top.problem("loads", "'" + load.name + "' is a device and a load", "give one of them another name");
    if (site_.devices.empty() && site_.contacts.empty() && top.node().is_map())
      top.problem({}, "no devices: nothing to see with", "add devices: {pdu-a: {url: snmp://ADDRESS, feed: A}}");
  }

  struct Place {
    int line;
    std::string key;
  };

  ground::yaml::Report report_;
  std::span<const std::string> profiles_;
  Site site_;
  std::vector<std::pair<Index, Place>> blind_;  // supplies with neither cord nor status
};

}  // namespace

Site parse(std::string_view text, const std::string& file, std::span<const std::string> profiles, ground::Problems& problems) {
  const Node root = ground::yaml::parse(text, file, problems);
  if (!problems.ok()) return {};
  return read(root, file, profiles, problems);
}

Site read(const Node& root, const std::string& file, std::span<const std::string> profiles, ground::Problems& problems) {
  return Reader{file, profiles, problems}.read(root);
}

}  // namespace holdup::site
