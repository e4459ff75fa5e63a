#include "drivers/profile/library.hpp"

#include <algorithm>

#include "drivers/profile/loader.hpp"
#include "ground/nearest.hpp"
#include "ground/number.hpp"
#include "ground/yaml/mapping.hpp"

namespace holdup::profile {
namespace {

using ground::Problems;

void append(Profile& child, const Profile& parent) {
  child.scalars.insert(child.scalars.end(), parent.scalars.begin(), parent.scalars.end());
  child.tables.insert(child.tables.end(), parent.tables.begin(), parent.tables.end());
  child.registers.insert(child.registers.end(), parent.registers.begin(), parent.registers.end());
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

std::size_t fit(const Identify& identify, const Seen& seen) {
  std::size_t longest = 0;
  for (const Oid& oid : identify.object_ids)
    if (seen.object_id.under(oid)) longest = std::max(longest, oid.size());
  if (!identify.object_ids.empty() && longest == 0) return 0;
  const auto& texts = identify.descriptions;
  const bool described = texts.empty() || std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
                           return seen.description.find(text) != std::string::npos;
                         });
  return described ? longest + 1 : 0;
}

}  // namespace

Library Library::load(const std::vector<File>& files, Problems& problems) {
  Library library;
  for (const File& file : files) {
    const auto before = problems.errors();
    const auto root = ground::yaml::parse(file.text, file.name, problems);
    if (problems.errors() != before) continue;
    if (const auto* vendors = root.find("enterprises")) {
      for (const auto& entry : vendors->entries)
        if (const auto number = ground::parse_integer(entry.key); number && *number > 0 && *number < 0xFFFFFFFF)
          library.enterprises_.push_back({static_cast<std::uint32_t>(*number), entry.value.text});
        else
          problems.add(
              {.file = file.name, .line = entry.line, .key = "enterprises", .what = "no enterprise number", .mend = "NUMBER: name"});
      continue;
    }
    auto profile = load_profile(file.name, root, problems);
    if (!profile) continue;
    if (by_name(library.profiles_, profile->name) != nullptr)
      problems.add({.file = file.name,
                    .line = profile->line,
                    .key = "profile",
                    .what = "'" + profile->name + "' is another file's name too",
                    .mend = "rename one"});
    else
      library.profiles_.push_back(*std::move(profile));
  }
  extend(library.profiles_, problems);
  return library;
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
  std::vector<std::pair<std::size_t, Candidate>> fits;
  for (const Profile& profile : profiles_) {
    if (profile.protocol != Protocol::snmp) continue;
    for (const Identify& identify : profile.identify)
      if (const auto size = fit(identify, seen); size > 0) fits.emplace_back(size, Candidate{&profile, identify.answers});
  }
  std::stable_sort(fits.begin(), fits.end(), [](const auto& a, const auto& b) {
    const bool standard = a.second.profile->standard, other = b.second.profile->standard;
    return standard != other ? other : a.first > b.first;
  });
  std::vector<Candidate> out;
  for (auto& [size, candidate] : fits) out.push_back(std::move(candidate));
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
