#pragma once

#include <string>
#include <vector>

#include "drivers/profile/library.hpp"
#include "drivers/snmp/agent.hpp"
#include "drivers/snmp/fit.hpp"

// Finds the firmware profiles that one agent is read through: what it says of itself, then which trees it answers. Device uses it.
namespace holdup::snmp {

class Chooser {
 public:
  /// All of them outlive the chooser.
  Chooser(const profile::Library& library, Agent& agent, Patience patience) : library_{library}, agent_{agent}, patience_{patience} {}

  /// With a name the one of that name, whether it fits or not; else all that fit.
  [[nodiscard]] boost::asio::awaitable<ground::Result<Chosen>> choose(const std::string& name, const profile::Seen& seen);

 private:
  [[nodiscard]] boost::asio::awaitable<ground::Result<Chosen>> take(const std::string& name, const profile::Seen& seen);
  [[nodiscard]] boost::asio::awaitable<ground::Result<Chosen>> all_fitting(const profile::Seen& seen);
  [[nodiscard]] boost::asio::awaitable<ground::Result<Answered>> ask(std::vector<Oid> trees);
  [[nodiscard]] boost::asio::awaitable<ground::Result<bool>> fits(profile::Candidate candidate, const profile::Seen& seen);

  const profile::Library& library_;
  Agent& agent_;
  Patience patience_;
};

}  // namespace holdup::snmp
