#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include "collector/capture/capture.hpp"
#include "collector/cli/terminal.hpp"
#include "collector/cli/verbs.hpp"
#include "ground/json_writer.hpp"
#include "ground/utf8.hpp"
#include "store/reader.hpp"

// `holdup incident export`: events, samples and captures of one incident in a folder that can be handed on.
namespace holdup::cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr ground::Duration before = 60s, after = 5min;  // of its begin, and of its end

/// The devices that an incident's evidence speaks of, and whose supplies or outlets it names.
std::set<std::string> devices_of(const std::vector<store::StoredEvent>& events) {
  std::set<std::string> out;
  const auto add = [&](std::string_view element) {
    for (const std::string_view kind : {"device/", "feed/", "contact/"})
      if (element.starts_with(kind)) element.remove_prefix(kind.size());
    out.emplace(element.substr(0, element.find('/')));
  };
  for (const auto& stored : events) {
    add(stored.event.element);
    for (const auto& e : stored.event.evidence) add(e.source);
  }
  return out;
}

constexpr std::array labels{"device", "load", "feed", "contact"};

/// Series of these devices, and those that carry an element's name in `load`, `feed` or `contact`.
std::vector<std::string> selectors_of(const std::set<std::string>& names) {
  std::vector<std::string> out;
  for (const auto& name : names)
    for (const std::string label : labels) out.push_back("{" + label + "=\"" + name + "\"}");
  return out;
}

/// The same, as the store has them.
ground::Result<std::vector<store::StoredSeries>> series_of(store::Reader& reader, const std::set<std::string>& names) {
  std::map<std::int64_t, store::StoredSeries> out;
  for (const auto& name : names)
    for (const std::string label : labels) {
      auto some = reader.series("", {{label, name}});
      if (!some) return some.error();
      for (auto& one : *some) out.emplace(one.row, std::move(one));
    }
  std::vector<store::StoredSeries> all;
  for (auto& [row, one] : out) all.push_back(std::move(one));
  return all;
}

bool write(const fs::path& path, const std::string& text) {
  std::ofstream file{path, std::ios::binary | std::ios::trunc};
  file << text << std::flush;
  return static_cast<bool>(file);
}

std::string read_me(const IncidentExportOptions& options, ground::Utc from, ground::Utc to) {
  return "# Incident " + options.id + "\n\n" +
         "- events.jsonl: what was said, with its evidence, one event a line, in order of recording.\n"
         "- samples.csv: " +
         ground::iso8601(from) + " to " + ground::iso8601(to) +
         ", of every device that the evidence speaks of: time, metric, labels, value, quality, age_s.\n"
         "- captures/: a minute before the first sign until five minutes after the begin, and a minute around the end; NAME.trend.csv a "
         "device, one\n"
         "  row an answer, one column a point, NAME.edges.csv a contact, notes.jsonl what was called out and said meanwhile; manifest.json "
         "says of\n"
         "  each column what it is, where it comes from, how often it was asked and how often the device measures anew, as far as that is "
         "known.\n\n"
         "Samples are values as they were polled: trends, not waveforms. A device measured each of them up to age_s, and its own refresh, "
         "before its time;\n"
         "what happened between two polls is not in them. Events carry the uncertainty of their times in uncertainty_s.\n";
}

ground::Result<capture::Written> capture_in(const fs::path& folder, store::Reader& reader, const std::vector<store::StoredEvent>& events,
                                            const std::set<std::string>& names) {
  const auto series = series_of(reader, names);
  if (!series) return series.error();
  std::error_code error;
  fs::create_directory(folder, error);
  return capture::write(reader, events, *series, folder.string());
}

void tell(const IncidentExportOptions& options, std::size_t events, const capture::Written& captured) {
  if (options.json)
    std::cout << ground::JsonWriter{}
                     .begin_object()
                     .field("folder", options.to)
                     .field("events", static_cast<std::uint64_t>(events))
                     .field("captures", static_cast<std::uint64_t>(captured.files))
                     .field("captured_samples", static_cast<std::uint64_t>(captured.samples))
                     .end_object()
                     .take()
              << '\n';
  else
    std::cout << ground::printable(options.to) << ": " << events << " events, the samples around them, and " << captured.samples
              << " samples in " << captured.files << " captures\n";
}

}  // namespace

int incident_export(const IncidentExportOptions& options) {
  auto reader = store::Reader::open(options.store);
  if (!reader) return complain(reader.error().what, cannot_know);
  const auto events = reader->incident(options.id);
  if (!events) return complain(events.error().what, cannot_know);
  if (events->empty()) return complain("no incident '" + options.id + "' in this store", cannot_know);
  std::error_code error;
  fs::create_directories(options.to, error);
  if (error || !fs::is_empty(options.to, error)) return complain(options.to + ": no empty folder, and none could be made", refused);
  std::string lines;
  for (const auto& stored : *events) lines += record::to_json(stored.event) + "\n";
  const auto from = events->front().event.time - before, to = events->back().event.time + after;
  const fs::path folder{options.to};
  if (!write(folder / "events.jsonl", lines) || !write(folder / "README.md", read_me(options, from, to)))
    return complain(options.to + " cannot be written", cannot_know);
  const auto names = devices_of(*events);
  const int code = export_samples({.store = options.store,
                                   .format = "csv",
                                   .from = ground::iso8601(from),
                                   .to = ground::iso8601(to),
                                   .out = (folder / "samples.csv").string(),
                                   .matches = selectors_of(names)});
  if (code == cannot_know || code == usage) return code;
  const auto captured = capture_in(folder / "captures", *reader, *events, names);
  if (!captured) return complain(captured.error().what, cannot_know);
  tell(options, events->size(), *captured);
  return code;
}

}  // namespace holdup::cli
