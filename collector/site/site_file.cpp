#include "collector/site/site_file.hpp"

#include <algorithm>
#include <array>
#include <boost/url/parse.hpp>

#include "collector/site/chain_reader.hpp"
#include "collector/site/contact_reader.hpp"
#include "collector/site/device_reader.hpp"
#include "collector/site/keys.hpp"
#include "collector/site/load_reader.hpp"

namespace holdup::site {
namespace {

constexpr Duration shortest_keeping = std::chrono::hours{3};
constexpr std::size_t longest_socket_path = 107;  // sockaddr_un
constexpr std::int64_t least_store_bytes = std::int64_t{16} << 20U;

class Reader {
 public:
  Reader(std::string file, std::span<const std::string> profiles, ground::Problems& problems)
      : report_{std::move(file), problems}, profiles_{profiles} {}

  Site read(const Node& root) {
    Mapping top{root, "", report_};
    site_.rack = top.required_text("rack");
    if (!site_.rack.empty() && !ground::is_element_part(site_.rack)) top.problem("rack", "no name", "letters, digits, '-', '_', '.'");
    if (const auto word = top.word("system", system_names)) site_.system = static_cast<System>(*word);
    read_chain(top);
    const auto unseen = read_loads(top, site_);
    read_contacts(top, site_);
    check_eyes(unseen);
    read_rest(top);
    top.finish();
    site_.finish();
    check_names(top);
    return std::move(site_);
  }

 private:
  void read_chain(Mapping& top) {
    if (const auto word = top.word("code", code_names)) site_.code = static_cast<Code>(*word);
    read_feeds(top, site_);
    read_devices(top, profiles_, site_);
    read_upses(top, site_);
    read_atses(top, site_);
    read_switches(top, site_);
    read_self(top, site_);
    site_.unknown_page_after = period(top, "unknown_page_after").value_or(site_.unknown_page_after);
  }

  // A supply that nothing looks at. What was written wrong has its own problem.
  void check_eyes(const std::vector<Unseen>& unseen) {
    for (const auto& [supply, line, key] : unseen) {
      const auto sees = [&, index = supply](const Contact& contact) { return contact.supply == index; };
      if (std::ranges::any_of(site_.contacts, sees)) continue;
      report_.problems.add({.file = report_.file,
                            .line = line,
                            .key = key,
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
    site_.alerts.outage_tolerance = alerts.duration("outage_tolerance").value_or(site_.alerts.outage_tolerance);
    site_.alerts.grace_period = alerts.duration("grace_period").value_or(site_.alerts.grace_period);
    for (std::string_view key : {"outage_tolerance", "grace_period"})
      if (alerts.duration(key) > std::chrono::hours{24}) alerts.problem(key, "longer than 24h", "write at most 24h");
    alerts.finish();
    site_.rules = top.texts("rules");
    read_prefailure(top);
    site_.forward = read_receivers(sub(top, "forward"), report_);
    if (!site_.forward.empty() && site_.store_path.empty())
      top.problem("forward", "nothing is kept that could be forwarded", "add store: {path: …}");
    read_control(top);
    (void)top.find("sim");  // hw-sim's own
  }

  void read_prefailure(Mapping& top) {
    constexpr std::array<std::string_view, 2> words{"off", "on"};
    constexpr Duration longest{std::chrono::days{90}};
    Mapping map{sub(top, "prefailure"), "prefailure", report_};
    if (const auto word = map.word("pack", words)) site_.prefailure.pack = *word == 1;
    site_.prefailure.learning = map.duration("learning").value_or(site_.prefailure.learning);
    if (site_.prefailure.learning > longest) map.problem("learning", "longer than 90d", "write 7d, or 0s to page at once");
    map.finish();
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

  void read_control(Mapping& top) {
    Mapping control{sub(top, "control"), "control", report_};
    const auto usual = site_.store_path.empty() ? std::string{} : site_.store_path + ".control";
    site_.control = {.socket = control.text("socket").value_or(usual), .group = control.text("group").value_or("")};
    if (top.has("control") && site_.control.socket.empty())
      control.problem("socket", "nowhere to listen", "write socket: PATH, or add store: {path: …}");
    if (site_.control.socket.size() > longest_socket_path)
      control.problem("socket", "longer than 107 bytes, the most that a socket's path may have",
                      "write a shorter one, as in /run/holdup/r12.control");
    control.finish();
    Mapping hands{sub(top, "handsoff"), "handsoff", report_};
    site_.control.tokens = hands.text("tokens").value_or("");
    if (!site_.control.tokens.empty() && site_.store_path.empty())
      hands.problem("tokens", "hands-off would not outlive the daemon", "add store: {path: …}");
    hands.finish();
  }

  void read_burst(Mapping& top) {
    Mapping burst{sub(top, "burst"), "burst", report_};
    site_.burst.length = burst.duration("for").value_or(site_.burst.length);
    if (site_.burst.length > std::chrono::hours{1})
      burst.problem("for", "longer than 1h", "write how long a loss is watched closely, as in 10s");
    site_.burst.every = rhythm(burst, "every");
    burst.finish();
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

  ground::yaml::Report report_;
  std::span<const std::string> profiles_;
  Site site_;
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
