#pragma once

#include <map>
#include <memory>
#include <vector>

#include "drivers/profile/library.hpp"
#include "drivers/snmp/answers.hpp"

// The decisions of which profiles an agent is read through; Chooser asks the agent in between, a recording answers at once. Pure.
namespace holdup::snmp {

using Candidates = std::vector<profile::Candidate>;
using Concrete = std::vector<std::shared_ptr<const profile::Profile>>;

/// First object below each tree asked for, where there is one.
using Answered = std::map<Oid, Oid>;

/// Best first. Library's profiles, and those made concrete for this agent.
struct Chosen {
  std::vector<const profile::Profile*> profiles;
  Concrete concrete;
};

/// What stands before the stars whose arc sysObjectID does not tell.
[[nodiscard]] std::vector<Oid> stars_of(const Candidates& candidates, const profile::Seen& seen);
/// Where a profile's base ends in a star, the agent decides what it stands for; without an arc the profile is left out.
[[nodiscard]] Candidates make_concrete(const Candidates& candidates, const profile::Seen& seen, const Answered& stars, Concrete& concrete);
/// The trees that any of the candidates wants answered.
[[nodiscard]] std::vector<Oid> trees_of(const Candidates& candidates);
/// True when its trees are answered and no profile of its name was chosen yet.
[[nodiscard]] bool may_join(const profile::Candidate& candidate, const Answered& answered, const Chosen& chosen);
/// True when model or firmware decide.
[[nodiscard]] bool asks_identity(const profile::Identify& identify);
/// Takes out what another chosen profile stands instead of.
void leave_out_replaced(Chosen& chosen);

/// All in one, where every answer is known already.
[[nodiscard]] Chosen choose(const profile::Library& library, const profile::Seen& seen, const Answers& answers);
/// The candidate that stands for a profile which is taken whether it fits or not.
[[nodiscard]] profile::Candidate forced(const profile::Profile& profile);

}  // namespace holdup::snmp
