#include "drivers/snmp/chooser.hpp"

#include "drivers/snmp/expand.hpp"

namespace holdup::snmp {
namespace asio = boost::asio;
using ground::Failure;
using ground::FailureKind;
using ground::Result;
using profile::Candidate;
using profile::Profile;
using profile::Seen;

asio::awaitable<Result<Chosen>> Chooser::choose(const std::string& name, const Seen& seen) {
  auto chosen = name.empty() ? all_fitting(seen) : take(name, seen);
  auto out = co_await std::move(chosen);
  co_return out;
}

asio::awaitable<Result<Chosen>> Chooser::all_fitting(const Seen& seen) {
  Chosen out;
  const auto all = library_.candidates(seen);
  const auto stars = co_await ask(stars_of(all, seen));
  if (!stars) co_return stars.error();
  const auto candidates = make_concrete(all, seen, *stars, out.concrete);
  const auto answered = co_await ask(trees_of(candidates));
  if (!answered) co_return answered.error();
  for (const auto& candidate : candidates) {
    if (!may_join(candidate, *answered, out)) continue;
    const auto right = co_await fits(candidate, seen);
    if (!right) co_return right.error();
    if (*right) out.profiles.push_back(candidate.profile);
  }
  leave_out_replaced(out);
  co_return out;
}

asio::awaitable<Result<Chosen>> Chooser::take(const std::string& name, const Seen& seen) {
  const Profile* profile = library_.find(name);
  if (profile == nullptr || profile->protocol != profile::Protocol::snmp)
    co_return Failure{FailureKind::unsupported, "no SNMP profile '" + name + "'"};
  const Candidates only{forced(*profile)};
  const auto stars = co_await ask(stars_of(only, seen));
  if (!stars) co_return stars.error();
  Chosen out;
  for (const auto& candidate : make_concrete(only, seen, *stars, out.concrete)) out.profiles.push_back(candidate.profile);
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
  if (!asks_identity(*candidate.identify)) co_return true;
  const auto wanted = identity_needs(*candidate.profile);
  const auto got = co_await agent_.get(wanted.objects, patience_);
  if (!got) co_return got.error();
  Answers answers;
  for (std::size_t i = 0; i < got->size(); ++i) answers.put(wanted.objects[i], (*got)[i].value);
  const auto walked = co_await agent_.walk(wanted.columns, patience_, answers);
  if (!walked) co_return walked.error();
  const auto told = identity({&candidate.profile, 1}, answers, seen);
  co_return profile::fits(*candidate.identify, told.model, told.firmware);
}

}  // namespace holdup::snmp
