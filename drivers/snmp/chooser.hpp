#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "drivers/profile/library.hpp"
#include "drivers/snmp/agent.hpp"

// Finds the firmware profiles that one agent is read through: what it says of itself, then which trees it answers. Device uses it.
namespace holdup::snmp {

using Concrete = std::vector<std::shared_ptr<const profile::Profile>>;

/// Best first. Library's profiles, and those made concrete for this agent.
struct Chosen {
  std::vector<const profile::Profile*> profiles;
  Concrete concrete;
};

class Chooser {
 public:
  /// All of them outlive the chooser.
  Chooser(const profile::Library& library, Agent& agent, Patience patience) : library_{library}, agent_{agent}, patience_{patience} {}

  /// With a name the one of that name, whether it fits or not; else all that fit.
  [[nodiscard]] boost::asio::awaitable<ground::Result<Chosen>> choose(const std::string& name, const profile::Seen& seen);

 private:
  [[nodiscard]] boost::asio::awaitable<ground::Result<Chosen>> take(const std::string& name, const profile::Seen& seen);
  [[nodiscard]] boost::asio::awaitable<ground::Result<Chosen>> all_fitting(const profile::Seen& seen);
  using Candidates = std::vector<profile::Candidate>;
  [[nodiscard]] boost::asio::awaitable<ground::Result<Candidates>> make_concrete(Candidates candidates, const profile::Seen& seen,
                                                                                 Concrete& concrete);
  [[nodiscard]] boost::asio::awaitable<ground::Result<std::map<Oid, Oid>>> ask(std::vector<Oid> trees);
  [[nodiscard]] boost::asio::awaitable<ground::Result<bool>> fits(profile::Candidate candidate, const profile::Seen& seen);

  const profile::Library& library_;
  Agent& agent_;
  Patience patience_;
};

}  // namespace holdup::snmp
