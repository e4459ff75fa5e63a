#include "drivers/snmp/chooser.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "drivers/snmp/expand.hpp"

namespace holdup::snmp {
namespace asio = boost::asio;
using ground::Failure;
using ground::FailureKind;
using ground::Result;
using profile::Candidate;
using profile::Profile;
using profile::Seen;

namespace {

/// First object below each tree asked for, where there is one.
using Answered = std::map<Oid, Oid>;

std::vector<Oid> trees_of(const std::vector<Candidate>& candidates) {
  std::set<Oid> out;
  for (const auto& candidate : candidates) out.insert(candidate.identify->answers.begin(), candidate.identify->answers.end());
  return {out.begin(), out.end()};
}

/// The stars whose arc sysObjectID does not tell.
std::vector<Oid> stars_of(const std::vector<Candidate>& candidates, const Seen& seen) {
  std::set<Oid> out;
  for (const auto& candidate : candidates)
    if (const Oid& any = candidate.profile->any; !any.empty() && !seen.object_id.under(any)) out.insert(any);
  return {out.begin(), out.end()};
}

bool has_arc(const Oid& oid, const Oid& any) { return oid.under(any) && oid.size() > any.size(); }

bool all_answered(const std::vector<Oid>& wanted, const Answered& answered) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const Oid& tree) { return answered.contains(tree); });
}

bool listed(const std::vector<const Profile*>& profiles, const Profile& profile) {
  return std::any_of(profiles.begin(), profiles.end(), [&](const Profile* p) { return p->name == profile.name; });
}

void leave_out_replaced(std::vector<const Profile*>& chosen) {
  std::set<std::string_view> out;
  for (const Profile* profile : chosen) out.insert(profile->instead_of.begin(), profile->instead_of.end());
  std::erase_if(chosen, [&](const Profile* profile) { return out.contains(profile->name); });
}

}  // namespace

asio::awaitable<Result<Chosen>> Chooser::choose(const std::string& name, const Seen& seen) {
  auto chosen = name.empty() ? all_fitting(seen) : take(name, seen);
  auto out = co_await std::move(chosen);
  co_return out;
}

asio::awaitable<Result<Chosen>> Chooser::all_fitting(const Seen& seen) {
  Chosen out;
  const auto candidates = co_await make_concrete(library_.candidates(seen), seen, out.concrete);
  if (!candidates) co_return candidates.error();
  const auto answered = co_await ask(trees_of(*candidates));
  if (!answered) co_return answered.error();
  for (const auto& candidate : *candidates) {
    if (listed(out.profiles, *candidate.profile) || !all_answered(candidate.identify->answers, *answered)) continue;
    const auto right = co_await fits(candidate, seen);
    if (!right) co_return right.error();
    if (*right) out.profiles.push_back(candidate.profile);
  }
  leave_out_replaced(out.profiles);
  co_return out;
}

asio::awaitable<Result<Chosen>> Chooser::take(const std::string& name, const Seen& seen) {
  const Profile* forced = library_.find(name);
  if (forced == nullptr || forced->protocol != profile::Protocol::snmp)
    co_return Failure{FailureKind::unsupported, "no SNMP profile '" + name + "'"};
  static const profile::Identify none;
  Chosen out;
  std::vector<Candidate> only{{forced, forced->identify.empty() ? &none : forced->identify.data()}};
  const auto candidates = co_await make_concrete(std::move(only), seen, out.concrete);
  if (!candidates) co_return candidates.error();
  for (const auto& candidate : *candidates) out.profiles.push_back(candidate.profile);
  co_return out;
}

/// Where a profile's base ends in a star, the agent decides what it stands for; without an arc the profile is left out.
asio::awaitable<Result<Chooser::Candidates>> Chooser::make_concrete(Candidates candidates, const Seen& seen, Concrete& concrete) {
  const auto answered = co_await ask(stars_of(candidates, seen));
  if (!answered) co_return answered.error();
  Candidates out;
  for (const auto& candidate : candidates) {
    const Profile& profile = *candidate.profile;
    if (profile.any.empty()) {
      out.push_back(candidate);
      continue;
    }
    const auto told = answered->find(profile.any);
    const Oid& example = told != answered->end() ? told->second : seen.object_id;
    if (!has_arc(example, profile.any)) continue;
    const auto place = candidate.identify - profile.identify.data();
    const auto arc = example.parts()[profile.any.size()];
    const auto made = concrete.emplace_back(std::make_shared<const Profile>(profile::concrete(profile, arc)));
    out.push_back({made.get(), profile.identify.empty() ? candidate.identify : made->identify.data() + place});
  }
  co_return out;
}

asio::awaitable<Result<Answered>> Chooser::ask(std::vector<Oid> trees) {
  Answered out;
  if (trees.empty()) co_return out;
  const auto firsts = co_await agent_.first_below(trees, patience_);
  if (!firsts) co_return firsts.error();
  for (std::size_t i = 0; i < trees.size(); ++i)
    if (!(*firsts)[i].empty()) out.emplace(trees[i], (*firsts)[i]);
  co_return out;
}

/// The model and the firmware, where the profile's entry asks for them.
asio::awaitable<Result<bool>> Chooser::fits(Candidate candidate, const Seen& seen) {
  const auto& identify = *candidate.identify;
  if (!identify.model && identify.firmware_from.empty() && identify.firmware_before.empty()) co_return true;
  const auto [objects, columns] = identity_needs(*candidate.profile);
  const auto got = co_await agent_.get(objects, patience_);
  if (!got) co_return got.error();
  Answers answers;
  const auto walked = co_await agent_.walk(columns, patience_, answers);
  if (!walked) co_return walked.error();
  for (std::size_t i = 0; i < objects.size(); ++i) answers.put(objects[i], (*got)[i].value);
  const auto told = identity({&candidate.profile, 1}, answers, seen);
  co_return profile::fits(identify, told.model, told.firmware);
}

}  // namespace holdup::snmp
