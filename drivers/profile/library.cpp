#include "drivers/profile/library.hpp"

#include <algorithm>

#include "drivers/profile/loader.hpp"
#include "drivers/profile/override.hpp"
#include "ground/nearest.hpp"
#include "ground/number.hpp"
#include "ground/yaml/mapping.hpp"

namespace holdup::profile {
namespace {

using ground::Problems;

void append(Profile& child, const Profile& parent) {
  child.invariants.insert(child.invariants.end(), parent.invariants.begin(), parent.invariants.end());
  child.scalars.insert(child.scalars.end(), parent.scalars.begin(), parent.scalars.end());
  child.tables.insert(child.tables.end(), parent.tables.begin(), parent.tables.end());
  child.parts.insert(child.parts.end(), parent.parts.begin(), parent.parts.end());
  child.registers.insert(child.registers.end(), parent.registers.begin(), parent.registers.end());
  child.models.insert(child.models.end(), parent.models.begin(), parent.models.end());
}

Profile* by_name(std::vector<Profile>& profiles, std::string_view name) {
  const auto at = std::find_if(profiles.begin(), profiles.end(), [&](const Profile& p) { return p.name == name; });
  return at == profiles.end() ? nullptr : &*at;
}

/// True when all parents of the child are themselves complete and were taken in.
bool take_in(std::vector<Profile>& profiles, Profile& child) {
  for (const auto& name : child.extends) {
    const Profile* parent = by_name(profiles, name);
    if (parent == nullptr || !parent->extends.empty()) return false;
  }
  const auto parents = std::exchange(child.extends, {});
  for (const auto& name : parents) append(child, *by_name(profiles, name));
  return true;
}

void override_one(const Override& change, std::vector<Profile>& profiles, Problems& problems) {
  if (Profile* profile = by_name(profiles, change.profile)) return apply(change, *profile, problems);
  std::vector<std::string_view> names;
  for (const Profile& profile : profiles) names.push_back(profile.name);
  const auto guess = ground::nearest(change.profile, names);
  problems.add({.file = change.file,
                .line = change.line,
                .key = "override",
                .what = "no profile '" + change.profile + "'",
                .mend = guess.empty() ? "see `holdup profile list`" : "did you mean '" + guess + "'?"});
}

std::vector<std::string_view> known_but(const std::vector<Profile>& profiles, const Profile& own) {
  std::vector<std::string_view> out;
  for (const Profile& profile : profiles)
    if (&profile != &own) out.push_back(profile.name);
  return out;
}

void extend(std::vector<Profile>& profiles, Problems& problems) {
  bool progress = true;
  while (progress) {
    progress = false;
    for (Profile& child : profiles)
      if (!child.extends.empty()) progress |= take_in(profiles, child);
  }
  for (const Profile& profile : profiles) {
    for (const auto& name : profile.extends) {
      const auto others = known_but(profiles, profile);
      const bool there = by_name(profiles, name) != nullptr;
      const auto guess = ground::nearest(name, others);
      problems.add(
          {.file = profile.file,
           .line = profile.extends_line,
           .key = "extends",
           .what = there ? "'" + name + "' cannot be completed: a circle, or its own parent is missing" : "no profile '" + name + "'",
           .mend = there || guess.empty() ? "" : "did you mean '" + guess + "'?"});
    }
  }
  std::erase_if(profiles, [](const Profile& profile) { return !profile.extends.empty(); });
}

bool fits_text(const Identify& identify, const std::string& description) {
  const auto& texts = identify.descriptions;
  const auto named = [&](const std::string& text) { return description.find(text) != std::string::npos; };
  return (texts.empty() || std::any_of(texts.begin(), texts.end(), named)) &&
         (!identify.matches || identify.matches->found_in(description));
}

/// How closely an entry fits what was seen, to be compared; nothing when it does not.
struct Fit {
  std::size_t object_id = 0, tree = 0;
  auto operator<=>(const Fit&) const = default;
};

std::optional<Fit> fit(const Identify& identify, const Seen& seen) {
  Fit out;
  for (const Oid& oid : identify.object_ids)
    if (seen.object_id.under(oid)) out.object_id = std::max(out.object_id, oid.size());
  if (!identify.object_ids.empty() && out.object_id == 0) return std::nullopt;
  if (!fits_text(identify, seen.description)) return std::nullopt;
  for (const Oid& oid : identify.answers) out.tree = std::max(out.tree, oid.size());
  return out;
}

/// "v6.10.2" against "6.9": number by number, letters and what else stands between are skipped.
std::vector<std::uint64_t> version_numbers(std::string_view text) {
  std::vector<std::uint64_t> out;
  bool inside = false;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (digit && !inside) out.push_back(0);
    if (digit) out.back() = std::min<std::uint64_t>(out.back() * 10 + static_cast<std::uint64_t>(c - '0'), 1'000'000'000);
    inside = digit;
  }
  return out;
}

}  // namespace

bool fits(const Identify& identify, std::string_view model, std::string_view firmware) {
  if (identify.model && !identify.model->found_in(model)) return false;
  const auto version = version_numbers(firmware);
  if (!identify.firmware_from.empty() && version < version_numbers(identify.firmware_from)) return false;
  return identify.firmware_before.empty() || (!version.empty() && version < version_numbers(identify.firmware_before));
}

Library Library::load(const std::vector<File>& files, Problems& problems) {
  Library library;
  std::vector<Override> overrides;
  for (const File& file : files) {
    const auto before = problems.errors();
    const auto root = ground::yaml::parse(file.text, file.name, problems);
    if (problems.errors() != before) continue;
    if (const auto* vendors = root.find("enterprises")) {
      library.take_vendors(file, *vendors, problems);
    } else if (root.find("override") != nullptr) {
      if (auto change = load_override(file.name, root, problems)) overrides.push_back(*std::move(change));
    } else if (auto profile = load_profile(file.name, root, problems)) {
      library.take_profile(file, *std::move(profile), problems);
    }
  }
  extend(library.profiles_, problems);
  for (const Override& change : overrides) override_one(change, library.profiles_, problems);
  return library;
}

void Library::take_vendors(const File& file, const ground::yaml::Node& enterprises, Problems& problems) {
  for (const auto& entry : enterprises.entries)
    if (const auto number = ground::parse_integer(entry.key); number && *number > 0 && *number < 0xFFFFFFFF)
      enterprises_.push_back({static_cast<std::uint32_t>(*number), entry.value.text});
    else
      problems.add({.file = file.name, .line = entry.line, .key = "enterprises", .what = "no enterprise number", .mend = "NUMBER: name"});
}

void Library::take_profile(const File& file, Profile profile, Problems& problems) {
  Profile* known = by_name(profiles_, profile.name);
  if (known == nullptr) {
    profiles_.push_back(std::move(profile));
    layers_.push_back(file.layer);
    return;
  }
  int& layer = layers_[static_cast<std::size_t>(known - profiles_.data())];
  if (layer == file.layer)
    return problems.add({.file = file.name,
                         .line = profile.line,
                         .key = "profile",
                         .what = "'" + profile.name + "' is another file's name too",
                         .mend = "rename one"});
  *known = std::move(profile);
  layer = file.layer;
}

const Profile* Library::find(std::string_view name) const {
  const auto at = std::find_if(profiles_.begin(), profiles_.end(), [&](const Profile& p) { return p.name == name; });
  return at == profiles_.end() ? nullptr : &*at;
}

std::vector<std::string> Library::names() const {
  std::vector<std::string> out;
  for (const Profile& profile : profiles_) out.push_back(profile.name);
  return out;
}

std::vector<Candidate> Library::candidates(const Seen& seen) const {
  std::vector<std::pair<Fit, Candidate>> fitting;
  for (const Profile& profile : profiles_) {
    if (profile.protocol != Protocol::snmp) continue;
    for (const Identify& identify : profile.identify)
      if (const auto how = fit(identify, seen)) fitting.emplace_back(*how, Candidate{&profile, &identify});
  }
  std::stable_sort(fitting.begin(), fitting.end(), [](const auto& a, const auto& b) {
    const auto one = a.second.profile->standard, other = b.second.profile->standard;
    return one != other ? one < other : a.first > b.first;
  });
  std::vector<Candidate> out;
  for (const auto& [how, candidate] : fitting) out.push_back(candidate);
  return out;
}

std::string Library::vendor(const Oid& object_id) const {
  static const Oid enterprises{{1, 3, 6, 1, 4, 1}};
  if (!object_id.under(enterprises) || object_id.size() == enterprises.size()) return {};
  const std::uint32_t number = object_id.parts()[enterprises.size()];
  const auto at = std::find_if(enterprises_.begin(), enterprises_.end(), [&](const Enterprise& e) { return e.number == number; });
  return at == enterprises_.end() ? std::string{} : at->name;
}

}  // namespace holdup::profile
