#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <set>

#include "collector/cli/ask_once.hpp"
#include "collector/cli/quirks.hpp"
#include "collector/cli/told.hpp"
#include "collector/cli/verbs.hpp"
#include "drivers/modbus/device.hpp"
#include "drivers/modbus/recording.hpp"
#include "drivers/snmp/expand.hpp"
#include "drivers/snmp/fit.hpp"
#include "drivers/snmp/recording.hpp"
#include "ground/json_writer.hpp"
#include "ground/nearest.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"

// `holdup profile list|show|check|test`: firmware profiles, by themselves and against recordings; no device is touched.
namespace holdup::cli {
namespace {

using profile::Oid;
using profile::Profile;
using profile::Protocol;

int complain(ExitCode code, const std::string& what) {
  std::cerr << "holdup profile: " << what << '\n';
  return code;
}

/// Prints every problem; nullptr when there is an error.
std::shared_ptr<const profile::Library> library_of(const Folders& folders) {
  ground::Problems problems;
  auto library = load_profiles(folders, problems);
  for (const auto& problem : problems.all()) std::cerr << problem.text() << '\n';
  return problems.ok() ? library : nullptr;
}

std::string no_profile(const profile::Library& library, const std::string& name) {
  const auto names = library.names();
  const std::vector<std::string_view> known{names.begin(), names.end()};
  const auto guess = ground::nearest(name, known);
  return "no profile '" + ground::printable(name) + "'; " + (guess.empty() ? "see `holdup profile list`" : "did you mean '" + guess + "'?");
}

std::string_view protocol_of(const Profile& profile) { return profile.protocol == Protocol::snmp ? "snmp" : "modbus"; }

/// One thing that a profile reads.
struct Entry {
  std::string source, metric, part, means, lane, scale;
};

std::string scale_of(const profile::Conversion& conversion) {
  std::string out;
  if (conversion.multiply != 1) out += " × " + ground::number_text(conversion.multiply);
  if (conversion.divide != 1) out += " ÷ " + ground::number_text(conversion.divide);
  if (conversion.offset != 0) out += " + " + ground::number_text(conversion.offset);
  return out.empty() ? out : out.substr(1);
}

Entry entry_of(std::string source, const profile::Rule& rule) {
  const auto means = static_cast<std::size_t>(rule.means), lane = static_cast<std::size_t>(rule.lane);
  return {.source = std::move(source),
          .metric = rule.metric,
          .part = rule.part,
          .means = rule.means == reading::Meaning::none ? "" : std::string{reading::meaning_names[means]},
          .lane = std::string{reading::lane_names[lane]},
          .scale = scale_of(rule.conversion)};
}

std::string place_of(const profile::Register& field) { return std::to_string(field.function) + ":" + std::to_string(field.address); }

std::vector<Entry> entries_of(const Profile& profile) {
  std::vector<Entry> out;
  for (const auto& scalar : profile.scalars) out.push_back(entry_of(scalar.oid.text(), scalar.rule));
  for (const auto& table : profile.tables)
    for (const auto& column : table.columns) out.push_back(entry_of(column.oid.text(), column.rule));
  for (const auto& one : profile.registers) out.push_back(entry_of(place_of(one), one.rule));
  for (const auto& table : profile.models)
    for (const auto* points : {&table.points, &table.repeated})
      for (const auto& one : *points)
        out.push_back(entry_of("model " + std::to_string(table.models.front()) + " " + place_of(one), one.rule));
  return out;
}

void write_profile(ground::JsonWriter& json, const Profile& profile) {
  json.field("profile", profile.name).field("vendor", profile.vendor).field("protocol", protocol_of(profile));
  json.field("about", profile.about).field("traps", profile.traps.size());
  json.field("origin", profile.file).key("overrides").begin_array();
  for (const auto& file : profile.overrides) json.value(file);
  json.end_array();
}

void list_one(const Profile& profile, bool json) {
  if (json) {
    ground::JsonWriter out;
    out.begin_object();
    write_profile(out, profile);
    out.field("reads", entries_of(profile).size());
    std::cout << out.end_object().take() << '\n';
    return;
  }
  std::cout << profile.name << "  " << protocol_of(profile) << (profile.vendor.empty() ? "" : "  ") << profile.vendor << '\n'
            << "    " << profile.about << '\n';
  for (const auto& file : profile.overrides) std::cout << "    changed by " << file << '\n';
}

void show_json(const Profile& profile) {
  ground::JsonWriter json;
  json.begin_object();
  write_profile(json, profile);
  json.key("reads").begin_array();
  for (const Entry& entry : entries_of(profile)) {
    json.begin_object().field("source", entry.source).field("metric", entry.metric).field("part", entry.part);
    json.field("means", entry.means).field("lane", entry.lane).field("scale", entry.scale).end_object();
  }
  std::cout << json.end_array().end_object().take() << '\n';
}

void show_people(const Profile& profile) {
  list_one(profile, false);
  std::cout << "    from " << profile.file << '\n';
  if (const auto quirks = quirks_of(profile); !quirks.empty()) std::cout << "    quirks: " << quirks << '\n';
  for (const Entry& entry : entries_of(profile)) {
    std::cout << entry.source << "  " << entry.metric << "  " << entry.part;
    for (const auto* word : {&entry.lane, &entry.means, &entry.scale})
      if (!word->empty()) std::cout << "  " << *word;
    std::cout << '\n';
  }
}

/// What the profiles that fit, or the named one, make of a recording.
Told tell(const profile::Library& library, const Profile* named, const snmp::Recording& recording) {
  snmp::Chosen chosen;
  if (named == nullptr) {
    chosen = snmp::choose(library, recording.seen, recording.answers);
  } else {
    for (const auto& candidate : snmp::make_concrete({snmp::forced(*named)}, recording.seen, {}, chosen.concrete))
      chosen.profiles.push_back(candidate.profile);
  }
  Told told;
  told.identified.identity = snmp::identity(chosen.profiles, recording.answers, recording.seen);
  for (const auto* profile : chosen.profiles)
    told.identified.invariants.insert(told.identified.invariants.end(), profile->invariants.begin(), profile->invariants.end());
  for (const Oid& left : snmp::needs(chosen.profiles).left) told.identified.left.push_back(left.text());
  for (const auto& measured : snmp::expand(chosen.profiles, recording.answers, snmp::Spares::kept)) {
    const auto* value = recording.answers.find(measured.oid);
    auto reading = snmp::take_reading(measured, value);
    if (!measured.gate.empty()) snmp::apply_gate(measured, recording.answers.find(measured.gate), reading);
    reading.point = static_cast<std::uint32_t>(told.readings.size());
    told.identified.points.push_back(measured.point);
    told.readings.push_back(reading);
    told.raw.push_back(value != nullptr ? value->raw() : std::string{});
  }
  return told;
}

/// The same of registers, by asking the recording as if it were the device.
ground::Result<Told> tell(const profile::Library& library, const Profile* named, modbus::Recording recording) {
  std::vector<const Profile*> candidates;
  for (const Profile& profile : library.all())
    if (profile.protocol == Protocol::modbus && (named == nullptr || named == &profile)) candidates.push_back(&profile);
  modbus::Device device{
      std::make_shared<modbus::RecordedAsker>(std::move(recording)), 1, std::move(candidates), {.spares = modbus::Spares::kept}};
  return ask_once(device, std::chrono::minutes{1});
}

int test_registers(const ProfileTestOptions& options, const profile::Library& library, const Profile* named, modbus::Recording recording) {
  if (named != nullptr && named->protocol != Protocol::modbus)
    return complain(usage, "profile '" + named->name + "' is of another protocol than the recording");
  if (recording.skipped > 0) std::cerr << options.recording << ": " << recording.skipped << " lines are no registers\n";
  auto told = tell(library, named, std::move(recording));
  if (!told) return complain(problem_found, told.error().what);
  doubt(*told);
  print_told(*told, options.json);
  return told->readings.empty() ? problem_found : fine;
}

}  // namespace

int profile_list(const ProfileListOptions& options) {
  const auto library = library_of(options.profiles);
  if (!library) return problem_found;
  for (const Profile& profile : library->all()) list_one(profile, options.json);
  return fine;
}

int profile_show(const ProfileShowOptions& options) {
  const auto library = library_of(options.profiles);
  if (!library) return problem_found;
  const Profile* profile = library->find(options.name);
  if (profile == nullptr) return complain(usage, no_profile(*library, options.name));
  options.json ? show_json(*profile) : show_people(*profile);
  return fine;
}

int profile_check(const ProfileCheckOptions& options) {
  ground::Problems problems;
  auto folders = options.profiles;
  folders.insert(folders.end(), options.paths.begin(), options.paths.end());
  const auto library = load_profiles(folders, problems);
  print_problems(problems, options.json);
  if (problems.ok() && !options.json) std::cout << library->all().size() << " profiles, all right\n";
  return problems.ok() ? fine : problem_found;
}

int profile_test(const ProfileTestOptions& options) {
  const auto library = library_of(options.profiles);
  if (!library) return problem_found;
  const Profile* named = options.profile.empty() ? nullptr : library->find(options.profile);
  if (named == nullptr && !options.profile.empty()) return complain(usage, no_profile(*library, options.profile));
  ground::Problems problems;
  const auto text = read_text(options.recording, problems, 64 << 20);
  for (const auto& problem : problems.all()) std::cerr << problem.text() << '\n';
  if (!problems.ok()) return usage;
  if (auto registers = modbus::parse_recording(text); !registers.registers.empty())
    return test_registers(options, *library, named, std::move(registers));
  const auto recording = snmp::parse_recording(text);
  if (recording.skipped > 0) std::cerr << options.recording << ": " << recording.skipped << " lines are no values\n";
  if (recording.values == 0) return complain(usage, options.recording + ": no lines of the form OID|TAG|VALUE or [ADDRESS]: 0xHHHH");
  auto told = tell(*library, named, recording);
  doubt(told);
  print_told(told, options.json);
  return told.readings.empty() ? problem_found : fine;
}

}  // namespace holdup::cli
