#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

#include "collector/cli/terminal.hpp"
#include "collector/cli/verbs.hpp"
#include "ground/json_writer.hpp"
#include "ground/utf8.hpp"
#include "store/reader.hpp"

// `holdup incident export`: events and samples of one incident in a folder that can be handed on.
namespace holdup::cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr ground::Duration before = 60s, after = 5min;  // of its begin, and of its end

/// The devices that an incident's evidence speaks of, and whose supplies or outlets it names.
std::set<std::string> devices_of(const std::vector<store::StoredEvent>& events) {
  std::set<std::string> out;
  const auto add = [&](std::string_view element) {
    for (const std::string_view kind : {"device/", "feed/"})
      if (element.starts_with(kind)) element.remove_prefix(kind.size());
    out.emplace(element.substr(0, element.find('/')));
  };
  for (const auto& stored : events) {
    add(stored.event.element);
    for (const auto& e : stored.event.evidence) add(e.source);
  }
  return out;
}

/// Series of these devices, and those that carry an element's name in `supply` or `load`.
std::vector<std::string> selectors_of(const std::vector<store::StoredEvent>& events) {
  std::vector<std::string> out;
  for (const auto& name : devices_of(events))
    for (const char* label : {"device", "load", "feed"}) out.push_back("{" + std::string{label} + "=\"" + name + "\"}");
  return out;
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
         ", of every device that the evidence speaks of: time, metric, labels, value, quality, age_s.\n\n"
         "Samples are values as they were polled: trends, not waveforms. A device measured each of them up to age_s, and its own refresh, "
         "before its time;\n"
         "what happened between two polls is not in them. Events carry the uncertainty of their times in uncertainty_s.\n";
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
  const int code = export_samples({.store = options.store,
                                   .format = "csv",
                                   .from = ground::iso8601(from),
                                   .to = ground::iso8601(to),
                                   .out = (folder / "samples.csv").string(),
                                   .matches = selectors_of(*events)});
  if (code == fine && options.json)
    std::cout << ground::JsonWriter{}
                     .begin_object()
                     .field("folder", options.to)
                     .field("events", static_cast<std::uint64_t>(events->size()))
                     .end_object()
                     .take()
              << '\n';
  else if (code == fine)
    std::cout << ground::printable(options.to) << ": " << events->size() << " events, and the samples around them\n";
  return code;
}

}  // namespace holdup::cli
