#include "collector/serve/exposition.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "ground/number.hpp"
#include "ground/utf8.hpp"

#ifndef HOLDUP_VERSION
#error "the room's CMakeLists.txt gives HOLDUP_VERSION"
#endif

namespace holdup::serve {
namespace {

using ground::number_text;
using ground::seconds;

// One sentence a family; other series of devices are told by their unit.
const std::map<std::string_view, std::string_view> help_texts{
    {"rack_current_amperes", "Current as the device measures it."},
    {"rack_voltage_volts", "Voltage as the device measures it."},
    {"rack_power_watts", "Active power as the device measures it."},
    {"rack_energy_joules_total", "Energy as the device counts it."},
    {"rack_fan_speed_rpm", "Speed of a fan in revolutions a minute."},
    {"rack_temperature_celsius", "Temperature as the device measures it."},
    {"rack_state_code", "The device's own number of a state; rack_state has the word."},
    {"rack_supply_input_ok", "1 while the supply reports its input good."},
    {"rack_supply_output_ok", "1 while the supply reports its output good."},
    {"rack_outlet_on", "1 while the outlet is switched on."},
    {"holdup_up", "1 while the device answers."},
    {"holdup_supply_on", "1 while the supply is seen good, 0 while it is held lost; absent: nobody sees it."},
    {"holdup_redundancy", "1 while the loss of any one path, or module, leaves the load running; absent: nobody can tell."},
    {"holdup_headroom_amperes", "What is left of a breaker's rating after the worst loss of one other feed; below 0 that overloads it."},
    {"holdup_autonomy_seconds", "How long the stored energy on one of the load's living ways lasts, as it tells itself."},
    {"holdup_holdup_margin_seconds", "Hold-up after the worst loss of a sibling, less the transfer time: an estimate from data sheets."},
    {"holdup_part_info", "1 for each part whose serial number is known; part system is the device itself."},
    {"holdup_device_poll_slowdown", "How many times longer its periods are because it suffered from our polling: 1, 2 or 4."},
    {"holdup_device_round_trip_seconds", "The device's usual round trip."},
};

struct Family {
  std::string_view name;  // of its samples, for counters with _total
  std::string_view type;
  std::string_view help;
};

class Page {
 public:
  explicit Page(Format format) : format_{format} {}

  void begin(const Family& family) {
    auto name = family.name;
    if (format_ == Format::open_metrics && family.type == "counter" && name.ends_with("_total")) name.remove_suffix(6);
    out_.append("# HELP ").append(name).append(" ").append(family.help).append("\n");
    out_.append("# TYPE ").append(name).append(" ").append(family.type).append("\n");
  }
  void sample(std::string_view name, std::string_view labels, double value) {
    out_ += name;
    if (!labels.empty()) out_.append("{").append(labels).append("}");
    out_.append(" ").append(number_text(value)).append("\n");
  }
  /// OpenMetrics wants a bound to look like a float.
  std::string bound(double limit) const {
    auto text = number_text(limit);
    const bool whole = text.find_first_of(".e") == std::string::npos;
    return format_ == Format::open_metrics && whole ? text + ".0" : text;
  }
  std::string take() {
    if (format_ == Format::open_metrics) out_ += "# EOF\n";
    return std::move(out_);
  }

 private:
  Format format_;
  std::string out_;
};

std::string label(std::string_view name, std::string_view value) { return exposed_labels({{std::string{name}, std::string{value}}}); }

std::string help_of(std::string_view name) {
  const auto known = help_texts.find(name);
  if (known != help_texts.end()) return std::string{known->second};
  if (name.ends_with("_total")) return "Counted by the device.";
  return "As the device reports it, in the unit that the name ends with.";
}

bool shown(const Value& value, Instant now) { return value.fresh(now) && !std::isnan(value.value); }

// Series of one name lie together in the map. Two whose labels differ only in what cannot be shown are shown once.
void measured(Page& page, const Mirror& mirror, Instant now) {
  std::string_view family;
  std::set<std::string_view> seen;
  for (const auto& [series, value] : mirror.values()) {
    if (!shown(value, now)) continue;
    if (family != series.name) {
      family = series.name;
      seen.clear();
      const auto help = help_of(family);
      page.begin({.name = family, .type = family.ends_with("_total") ? "counter" : "gauge", .help = help});
    }
    if (seen.insert(value.labels).second) page.sample(series.name, value.labels, value.value);
  }
}

// One sample a word of the state's table, 1 for the present one; several codes may share a word. The label is `state`, which
// OpenMetrics' stateset does not allow: a gauge in both formats.
void states(Page& page, const Mirror& mirror, Instant now) {
  bool begun = false;
  std::set<std::string> seen;
  for (const auto& [series, value] : mirror.values()) {
    if (!value.states || !shown(value, now)) continue;
    if (!std::exchange(begun, true))
      page.begin({.name = "rack_state", .type = "gauge", .help = "1 for the word of the present state, 0 for the others."});
    std::map<std::string_view, bool> words;
    for (const auto& state : *value.states) words[state.name] = words[state.name] || static_cast<double>(state.code) == value.value;
    for (const auto& [word, is] : words) {
      auto labels = value.labels + (value.labels.empty() ? "" : ",") + label("state", word);
      if (seen.insert(labels).second) page.sample("rack_state", labels, is ? 1 : 0);
    }
  }
}

void ages(Page& page, const Mirror& mirror, Instant now) {
  std::map<std::pair<std::string, reading::Lane>, Instant> oldest;
  for (site::Index d = 0; d < mirror.site().devices.size(); ++d)
    for (const Value* value : mirror.device(d).values) {
      if (!value->good_at || !value->polled) continue;
      const auto [at, fresh] = oldest.try_emplace({mirror.site().devices[d].name, value->lane}, *value->good_at);
      if (!fresh) at->second = std::min(at->second, *value->good_at);
    }
  if (oldest.empty()) return;
  page.begin({.name = "holdup_point_age_seconds",
              .type = "gauge",
              .help = "Age of the oldest last good value among a device's points of a lane."});
  for (const auto& [key, at] : oldest)
    page.sample("holdup_point_age_seconds",
                label("device", key.first) + "," + label("lane", reading::lane_names[static_cast<std::size_t>(key.second)]),
                std::max(0.0, seconds(now - at)));
}

void histogram(Page& page, const Family& family, const ground::Histogram& times) {
  page.begin(family);
  const std::string name{family.name};
  for (std::size_t bucket = 0; bucket < ground::Histogram::bounds.size(); ++bucket)
    page.sample(name + "_bucket", label("le", page.bound(ground::Histogram::bounds[bucket])), static_cast<double>(times.up_to(bucket)));
  page.sample(name + "_bucket", "le=\"+Inf\"", static_cast<double>(times.count()));
  page.sample(name + "_sum", {}, times.sum_seconds());
  page.sample(name + "_count", {}, static_cast<double>(times.count()));
}

double unix_seconds(ground::Utc time) { return seconds(time.time_since_epoch()); }

// A device that never called has no time: since when it was listened for stands beside it.
void traps(Page& page, const Mirror& mirror) {
  if (mirror.site().traps_listen.empty()) return;
  const auto& figures = mirror.figures();
  page.begin({.name = "holdup_traps_listening", .type = "gauge", .help = "1 while traps can be heard."});
  page.sample("holdup_traps_listening", {}, figures.traps_endpoint.empty() ? 0 : 1);
  page.begin({.name = "holdup_traps_received_total", .type = "counter", .help = "Datagrams that came to the trap port."});
  page.sample("holdup_traps_received_total", {}, static_cast<double>(figures.traps_received));
  page.begin({.name = "holdup_informs_acknowledged_total", .type = "counter", .help = "Informs of known devices that were answered."});
  page.sample("holdup_informs_acknowledged_total", {}, static_cast<double>(figures.informs_acknowledged));
  page.begin({.name = "holdup_trap_reports_sent_total", .type = "counter", .help = "SNMPv3 reports to known senders of informs."});
  page.sample("holdup_trap_reports_sent_total", {}, static_cast<double>(figures.trap_reports_sent));
  if (const auto since = mirror.listening_since()) {
    page.begin({.name = "holdup_traps_listening_since_timestamp_seconds", .type = "gauge", .help = "When traps were first listened for."});
    page.sample("holdup_traps_listening_since_timestamp_seconds", {}, unix_seconds(*since));
  }
  bool begun = false;
  for (const auto& device : mirror.site().devices) {
    const auto last = mirror.last_trap(device.name);
    if (!last) continue;
    if (!std::exchange(begun, true))
      page.begin({.name = "holdup_last_trap_timestamp_seconds", .type = "gauge", .help = "When the device last called; absent: never."});
    page.sample("holdup_last_trap_timestamp_seconds", label("device", device.name), unix_seconds(*last));
  }
}

// Untested where it never moved: no time then.
void contacts(Page& page, const Mirror& mirror) {
  if (mirror.site().contacts.empty()) return;
  page.begin({.name = "holdup_contact_edges_total", .type = "counter", .help = "Edges of contacts, with the kernel's stamps."});
  page.sample("holdup_contact_edges_total", {}, static_cast<double>(mirror.figures().contact_edges));
  bool begun = false;
  for (const auto& contact : mirror.site().contacts) {
    const auto state = mirror.contact(contact.name);
    if (!state || !state->exercised) continue;
    if (!std::exchange(begun, true))
      page.begin({.name = "holdup_contact_exercised_timestamp_seconds",
                  .type = "gauge",
                  .help = "When the contact last moved; absent: never, nobody knows whether it would."});
    page.sample("holdup_contact_exercised_timestamp_seconds", label("contact", contact.name), unix_seconds(*state->exercised));
  }
}

void kept(Page& page, const Mirror& mirror) {
  const auto& store = mirror.figures().store;
  if (!store) return;
  const auto one = [&](const Family& family, auto value) {
    page.begin(family);
    page.sample(family.name, {}, static_cast<double>(value));
  };
  one({.name = "holdup_store_degraded", .type = "gauge", .help = "1 while nothing can be recorded."}, store->degraded ? 1 : 0);
  one({.name = "holdup_store_samples_total", .type = "counter", .help = "Samples recorded since the start."}, store->samples);
  one({.name = "holdup_store_bytes_written_total",
       .type = "counter",
       .help = "Written to the disk for them and for events: the log, and the pages moved from it into the file."},
      store->bytes_written);
  one({.name = "holdup_store_file_bytes", .type = "gauge", .help = "Pages of the file in use."}, store->file_bytes);
  one({.name = "holdup_store_log_bytes", .type = "gauge", .help = "The write-ahead log."}, store->log_bytes);
  one({.name = "holdup_store_lost_samples_total",
       .type = "counter",
       .help = "Samples that were recorded and are lost: in damaged blocks, or gone before their time for max_bytes."},
      store->lost_samples);
}

void forwarded(Page& page, const Mirror& mirror) {
  using forward::Figures;
  const auto& all = mirror.figures().forward;
  if (all.empty()) return;
  const auto family = [&](const Family& of, auto value) {
    page.begin(of);
    for (const Figures& one : all) page.sample(of.name, label("target", one.target), static_cast<double>(value(one)));
  };
  family({.name = "holdup_forward_up", .type = "gauge", .help = "1 while the receiver of remote write takes samples."},
         [](const Figures& one) { return one.up ? 1 : 0; });
  family({.name = "holdup_forward_lag_seconds", .type = "gauge", .help = "Age of the oldest sample that waits; 0 when none does."},
         [](const Figures& one) { return one.lag_seconds; });
  family({.name = "holdup_forward_samples_total", .type = "counter", .help = "Samples and staleness markers that the receiver took."},
         [](const Figures& one) { return one.samples; });
  family({.name = "holdup_forward_set_aside_total", .type = "counter", .help = "Samples that the receiver refused for good."},
         [](const Figures& one) { return one.set_aside; });
  family({.name = "holdup_forward_out_of_order_total", .type = "counter", .help = "Samples refused as out of order, or there already."},
         [](const Figures& one) { return one.out_of_order; });
  family({.name = "holdup_forward_retries_total", .type = "counter", .help = "Requests that were put again."},
         [](const Figures& one) { return one.retries; });
  family({.name = "holdup_forward_sent_bytes_total", .type = "counter", .help = "Bodies of requests, compressed."},
         [](const Figures& one) { return one.bytes; });
}

void own(Page& page, const Mirror& mirror) {
  page.begin({.name = "holdup_build_info", .type = "gauge", .help = "1; the version is its label."});
  page.sample("holdup_build_info", label("version", HOLDUP_VERSION), 1);
  page.begin({.name = "holdup_dropped_total",
              .type = "counter",
              .help = "What was given up, by kind; mirror: samples the page came too late for."});
  auto dropped = mirror.figures().dropped;
  dropped["mirror"] += mirror.dropped_samples();
  for (const auto& [what, count] : dropped) page.sample("holdup_dropped_total", label("what", what), static_cast<double>(count));
  const auto& figures = mirror.figures();
  histogram(page, {.name = "holdup_poll_seconds", .type = "histogram", .help = "From question to answer, all devices."}, figures.poll);
  histogram(page, {.name = "holdup_detect_seconds", .type = "histogram", .help = "From evidence in hand to the alert handed over."},
            figures.detect);
  histogram(page, {.name = "holdup_loop_turn_seconds", .type = "histogram", .help = "One turn of the loop."}, figures.loop_turn);
  histogram(page, {.name = "holdup_store_commit_seconds", .type = "histogram", .help = "One transaction of the store with its sync."},
            figures.store_commit);
}

}  // namespace

std::string exposition(const Mirror& mirror, Instant now, Format format) {
  Page page{format};
  measured(page, mirror, now);
  states(page, mirror, now);
  ages(page, mirror, now);
  traps(page, mirror);
  contacts(page, mirror);
  kept(page, mirror);
  forwarded(page, mirror);
  own(page, mirror);
  return page.take();
}

std::string exposed_labels(const std::vector<record::Label>& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    if (!out.empty()) out += ',';
    out.append(name).append("=\"");
    for (char c : ground::printable(value)) {
      if (c == '\\' || c == '"') out += '\\';
      out += c;  // printable() leaves no newline
    }
    out += '"';
  }
  return out;
}

std::string_view content_type(Format format) {
  return format == Format::open_metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                        : "text/plain; version=0.0.4; charset=utf-8";
}

}  // namespace holdup::serve
