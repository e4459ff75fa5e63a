#include "collector/capture/capture.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>

#include "collector/capture/sheet.hpp"
#include "collector/capture/table.hpp"
#include "ground/json_writer.hpp"
#include "ground/number.hpp"

namespace holdup::capture {
namespace {

using namespace std::chrono_literals;
using ground::Duration;
using ground::JsonWriter;
using ground::Utc;
using store::Range;
using store::StoredEvent;
using store::StoredSeries;

constexpr Duration before = 60s, after_begin = 5min, around_end = 60s;
constexpr Duration longest_before = 10min;    // that a first sign may lie before what was said of it
constexpr std::int64_t notes_before = 2'000;  // events are searched for notes from so many before the incident
constexpr std::size_t slice = 1'000;
constexpr std::string_view contact_series = "rack_contact_closed", refresh_series = "holdup_device_refresh_seconds";

Utc first_sign(const std::vector<StoredEvent>& incident) {
  Utc first = incident.front().event.time;
  const Utc earliest = first - longest_before;
  for (const auto& stored : incident)
    for (const auto& sign : stored.event.evidence) first = std::min(first, std::max(earliest, sign.time - sign.uncertainty));
  return first;
}

bool is_over(const StoredEvent& stored) { return stored.event.verdict == "restored" || stored.event.verdict == "folded"; }

std::string unit_of(std::string_view metric) {
  static constexpr std::array<std::string_view, 12> units{"volts", "amperes", "watts",   "voltamperes", "vars",  "joules",
                                                          "hertz", "celsius", "seconds", "rpm",         "ratio", "pascals"};
  if (metric.ends_with("_total")) metric.remove_suffix(6);
  const auto ending = metric.substr(metric.rfind('_') + 1);
  return std::ranges::find(units, ending) == units.end() ? "" : std::string{ending};
}

JsonWriter& nullable(JsonWriter& out, std::string_view key, const std::string& text) {
  out.key(key);
  return text.empty() ? out.null() : out.value(text);
}

JsonWriter& nullable(JsonWriter& out, std::string_view key, const std::optional<Duration>& length) {
  out.key(key);
  return length ? out.value(ground::seconds(*length)) : out.null();
}

/// What a file may be called: names in a site file are made of letters, digits, '-', '_' and '.'; a store may hold stranger ones.
std::string file_name(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || c == '-' || c == '_';
    out += plain || (c == '.' && !out.empty()) ? c : '_';
  }
  return out;
}

void write_spacing(JsonWriter& out, std::vector<Duration> spacings) {
  out.key("spacing_s");
  if (spacings.empty()) return void(out.null());
  std::ranges::sort(spacings);
  out.begin_object().field("least", ground::seconds(spacings.front()));
  out.field("median", ground::seconds(spacings[spacings.size() / 2])).field("most", ground::seconds(spacings.back())).end_object();
}

/// Writes one capture; each file() is one file and its entry in the manifest.
class Writing {
 public:
  Writing(store::Reader& reader, const std::vector<StoredEvent>& incident, std::string folder)
      : reader_{reader}, incident_{incident}, folder_{std::move(folder)}, windows_{windows_of(incident)} {
    manifest_.begin_object().field("incident", incident.front().event.incident).field("about", sentence).key("windows").begin_array();
    for (const auto& window : windows_)
      manifest_.begin_object().field("from", ground::iso8601(window.from)).field("to", ground::iso8601(window.to)).end_object();
    manifest_.end_array().key("files").begin_array();
  }

  ground::Result<Written> all(const std::vector<StoredSeries>& series) {
    std::map<std::string, std::vector<const StoredSeries*>> devices;
    for (const auto& one : series) {
      if (one.series.name == contact_series) {
        if (auto done = edges(one); !done) return done.error();
      } else if (const auto device = std::string{one.series.label("device")}; !device.empty() && one.series.name.starts_with("rack_")) {
        devices[device].push_back(&one);
      }
    }
    for (const auto& [device, points] : devices)
      if (auto done = trend(device, points); !done) return done.error();
    if (auto done = notes(); !done) return done.error();
    manifest_.end_array().field("samples", static_cast<std::uint64_t>(written_.samples)).end_object();
    if (auto done = save("manifest.json", manifest_.take() + "\n"); !done) return done.error();
    return written_;
  }

 private:
  ground::Result<std::vector<store::Point>> points(std::int64_t row) {
    std::vector<store::Point> out;
    for (const auto& window : windows_) {
      auto some = reader_.range(row, window);
      if (!some) return some.error();
      out.insert(out.end(), some->begin(), some->end());
    }
    return out;
  }

  ground::Result<void> save(const std::string& name, const std::string& text) const {
    std::ofstream file{std::filesystem::path{folder_} / name, std::ios::binary | std::ios::trunc};
    file << text << std::flush;
    if (!file) return ground::Failure{ground::FailureKind::machine, folder_ + "/" + name + " cannot be written"};
    return {};
  }

  ground::Result<void> trend(const std::string& device, const std::vector<const StoredSeries*>& series) {
    Table table;
    for (const auto* one : series) {
      const auto found = points(one->row);
      if (!found) return found.error();
      table.add(one->series, *found);
    }
    if (table.samples() == 0) return {};
    const auto name = file_name(device) + ".trend.csv";
    std::ofstream file{std::filesystem::path{folder_} / name, std::ios::binary | std::ios::trunc};
    table.write(file);
    file.flush();
    if (!file) return ground::Failure{ground::FailureKind::machine, folder_ + "/" + name + " cannot be written"};
    ++written_.files, written_.samples += table.samples();
    const auto sheet = sheet_of(device);
    const auto learned = learned_refresh(device);
    if (!learned) return learned.error();
    manifest_.begin_object().field("file", name).field("kind", "trend").field("about", sentence).field("device", device);
    nullable(manifest_, "profile", sheet.profile);
    nullable(manifest_, "described", sheet.points.empty() ? "" : ground::iso8601(sheet.identified)).key("columns").begin_array();
    for (std::size_t c = 0; c < table.columns().size(); ++c) write_column(c, table.columns()[c], sheet, *learned);
    manifest_.end_array().end_object();
    return {};
  }

  void write_column(std::size_t index, const Column& column, const Sheet& sheet, std::optional<Duration> learned) {
    const auto at = sheet.points.find(column.series.text());
    const auto note = at == sheet.points.end() ? PointNote{} : at->second;
    manifest_.begin_object().field("column", "c" + std::to_string(index + 1)).field("kind", "trend").field("point", column.series.name);
    manifest_.key("labels").begin_object();
    for (const auto& [key, value] : column.series.labels) manifest_.field(key, value);
    manifest_.end_object();
    nullable(manifest_, "unit", unit_of(column.series.name));
    nullable(manifest_, "source", note.source);
    nullable(manifest_, "period_s", note.period).key("refresh_s").begin_object();
    nullable(manifest_, "declared", note.refresh);
    nullable(manifest_, "learned", learned).end_object();
    manifest_.field("samples", static_cast<std::uint64_t>(column.samples));
    write_spacing(manifest_, column.spacings);
    manifest_.end_object();
  }

  [[nodiscard]] Sheet sheet_of(const std::string& device) {
    const auto blob = reader_.blob(sheet_kind, device);
    if (!blob || !*blob) return {};
    auto sheet = sheet_from_json({reinterpret_cast<const char*>((*blob)->data()), (*blob)->size()});
    return sheet ? std::move(*sheet) : Sheet{};
  }

  ground::Result<std::optional<Duration>> learned_refresh(const std::string& device) {
    const auto series = reader_.series(refresh_series, {{"device", device}});
    if (!series) return series.error();
    std::optional<Duration> learned;
    for (const auto& one : *series) {
      const auto found = points(one.row);
      if (!found) return found.error();
      if (!found->empty()) learned = std::chrono::round<Duration>(std::chrono::duration<double>{found->back().value});
    }
    return learned;
  }

  // A contact's sample is as old as its edge: the edge was at its time less its age.
  ground::Result<void> edges(const StoredSeries& contact) {
    const auto found = points(contact.row);
    if (!found) return found.error();
    if (found->empty()) return {};
    std::string text = "edge,believed,state\n";
    for (const auto& point : *found)
      text += ground::iso8601(point.time - point.age) + "," + ground::iso8601(point.time) + "," +
              (point.quality != ground::Quality::good ? "failed"
               : point.value == 0                     ? "open"
                                                      : "closed") +
              "\n";
    const auto name = file_name("contact-" + std::string{contact.series.label("contact")}) + ".edges.csv";
    if (auto done = save(name, text); !done) return done.error();
    ++written_.files, written_.samples += found->size();
    manifest_.begin_object().field("file", name).field("kind", "edges").field("contact", contact.series.label("contact"));
    manifest_.field("supply", contact.series.label("supply"));
    manifest_
        .field("about",
               "Edges, to the millisecond: when the contact left the state before, and when that was believed; bounces between the two "
               "are none. Their uncertainties stand with the contact's events in notes.jsonl.")
        .end_object();
    return {};
  }

  // Traps, contacts, and what people said meanwhile belong to no incident.
  ground::Result<void> notes() {
    std::string text;
    auto seq = std::max<std::int64_t>(0, incident_.front().seq - notes_before);
    for (bool more = true; more;) {
      const auto some = reader_.events(seq, slice);
      if (!some) return some.error();
      more = some->size() == slice && some->back().event.time <= windows_.back().to;
      for (const auto& stored : *some) {
        seq = stored.seq;
        const bool inside = std::ranges::any_of(
            windows_, [&](const Range& window) { return stored.event.time >= window.from && stored.event.time <= window.to; });
        if (inside && stored.event.incident.empty()) text += record::to_json(stored.event) + "\n";
      }
    }
    if (text.empty()) return {};
    if (auto done = save("notes.jsonl", text); !done) return done.error();
    ++written_.files;
    manifest_.begin_object().field("file", "notes.jsonl").field("kind", "events");
    manifest_.field("about", "Traps, contacts and what people said: events that belong to no incident, in order of recording.")
        .end_object();
    return {};
  }

  store::Reader& reader_;
  const std::vector<StoredEvent>& incident_;
  std::string folder_;
  std::vector<Range> windows_;
  JsonWriter manifest_;
  Written written_;
};

}  // namespace

std::vector<Range> windows_of(const std::vector<StoredEvent>& incident) {
  std::vector<Range> out{{.from = first_sign(incident) - before, .to = incident.front().event.time + after_begin}};
  if (!is_over(incident.back())) return out;
  const Utc end = incident.back().event.time;
  const Range closing{.from = end - around_end, .to = end + around_end};
  if (closing.from > out.front().to)
    out.push_back(closing);
  else
    out.front().to = std::max(out.front().to, closing.to);
  return out;
}

ground::Result<Written> write(store::Reader& reader, const std::vector<StoredEvent>& incident, const std::vector<StoredSeries>& series,
                              const std::string& folder) {
  return Writing{reader, incident, folder}.all(series);
}

}  // namespace holdup::capture
