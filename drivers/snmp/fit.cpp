#include "drivers/snmp/fit.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "drivers/snmp/expand.hpp"

namespace holdup::snmp {

using profile::Candidate;
using profile::Profile;
using profile::Seen;

namespace {

bool has_arc(const Oid& oid, const Oid& any) { return oid.under(any) && oid.size() > any.size(); }

bool fits(const Candidate& candidate, const Seen& seen, const Answers& answers) {
  if (!asks_identity(*candidate.identify)) return true;
  const auto told = identity({&candidate.profile, 1}, answers, seen);
  return profile::fits(*candidate.identify, told.model, told.firmware);
}

Answered first_below(const std::vector<Oid>& trees, const Answers& answers) {
  Answered out;
  for (const Oid& tree : trees)
    if (const auto rows = answers.rows(tree); !rows.empty()) out.emplace(tree, tree.with(rows.front()));
  return out;
}

}  // namespace

std::vector<Oid> stars_of(const Candidates& candidates, const Seen& seen) {
  std::set<Oid> out;
  for (const auto& candidate : candidates)
    if (const Oid& any = candidate.profile->any; !any.empty() && !has_arc(seen.object_id, any)) out.insert(any);
  return {out.begin(), out.end()};
}

Candidates make_concrete(const Candidates& candidates, const Seen& seen, const Answered& stars, Concrete& concrete) {
  Candidates out;
  for (const auto& candidate : candidates) {
    const Profile& profile = *candidate.profile;
    if (profile.any.empty()) {
      out.push_back(candidate);
      continue;
    }
    const auto told = stars.find(profile.any);
    const Oid& example = told != stars.end() ? told->second : seen.object_id;
    if (!has_arc(example, profile.any)) continue;
    const auto arc = example.parts()[profile.any.size()];
    const auto made = concrete.emplace_back(std::make_shared<const Profile>(profile::concrete(profile, arc)));
    const auto place = candidate.identify - profile.identify.data();
    out.push_back({made.get(), profile.identify.empty() ? candidate.identify : made->identify.data() + place});
  }
  return out;
}

std::vector<Oid> trees_of(const Candidates& candidates) {
  std::set<Oid> out;
  for (const auto& candidate : candidates) out.insert(candidate.identify->answers.begin(), candidate.identify->answers.end());
  return {out.begin(), out.end()};
}

bool may_join(const Candidate& candidate, const Answered& answered, const Chosen& chosen) {
  const auto& wanted = candidate.identify->answers;
  const auto& known = chosen.profiles;
  return std::all_of(wanted.begin(), wanted.end(), [&](const Oid& tree) { return answered.contains(tree); }) &&
         std::none_of(known.begin(), known.end(), [&](const Profile* p) { return p->name == candidate.profile->name; });
}

bool asks_identity(const profile::Identify& identify) {
  return identify.model || !identify.firmware_from.empty() || !identify.firmware_before.empty();
}

void leave_out_replaced(Chosen& chosen) {
  std::set<std::string_view> out;
  for (const Profile* profile : chosen.profiles) out.insert(profile->instead_of.begin(), profile->instead_of.end());
  std::erase_if(chosen.profiles, [&](const Profile* profile) { return out.contains(profile->name); });
}

Chosen choose(const profile::Library& library, const Seen& seen, const Answers& answers) {
  Chosen out;
  const auto all = library.candidates(seen);
  const auto candidates = make_concrete(all, seen, first_below(stars_of(all, seen), answers), out.concrete);
  const auto answered = first_below(trees_of(candidates), answers);
  for (const auto& candidate : candidates)
    if (may_join(candidate, answered, out) && fits(candidate, seen, answers)) out.profiles.push_back(candidate.profile);
  leave_out_replaced(out);
  return out;
}

Candidate forced(const Profile& profile) {
  static const profile::Identify none;
  return {&profile, profile.identify.empty() ? &none : profile.identify.data()};
}

}  // namespace holdup::snmp
