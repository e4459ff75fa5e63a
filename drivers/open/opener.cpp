#include "drivers/open/opener.hpp"

#include <boost/asio/ip/address.hpp>
#include <vector>

#include "drivers/modbus/connection.hpp"
#include "drivers/modbus/device.hpp"
#include "drivers/snmp/community_asker.hpp"
#include "drivers/snmp/device.hpp"
#include "drivers/snmp/read_plan.hpp"
#include "drivers/snmp/v3/session.hpp"
#include "ground/nearest.hpp"
#include "ground/utf8.hpp"

namespace holdup::drivers {
namespace asio = boost::asio;
using ground::Failure;
using ground::FailureKind;
using ground::Result;

namespace {

profile::Clearing clearing_of(const Opening& opening) {
  return opening.read_clearing ? profile::Clearing::allowed : profile::Clearing::refused;
}

profile::Protocol protocol_of(const Address& address) {
  return address.protocol == Address::Protocol::snmp ? profile::Protocol::snmp : profile::Protocol::modbus;
}

Failure no_such_profile(const profile::Library& library, const std::string& name) {
  const auto names = library.names();
  const std::vector<std::string_view> known{names.begin(), names.end()};
  const auto guess = ground::nearest(name, known);
  auto what = "no profile '" + ground::printable(name) + "'";
  if (!guess.empty()) what += "; did you mean '" + guess + "'?";
  return {FailureKind::unsupported, std::move(what)};
}

}  // namespace

Opener::Opener(asio::io_context& loop, const profile::Library& library, std::uint32_t seed)
    : loop_{loop}, library_{library}, plans_{std::make_shared<snmp::ReadPlans>()}, snmp_{loop, seed}, v3_{loop, seed, [this](const std::string& what) { say_(what); }} {}

Result<std::unique_ptr<Device>> Opener::open(const Opening& opening) {
  if (!opening.profile.empty()) {
    const auto* profile = library_.find(opening.profile);
    if (profile == nullptr) return no_such_profile(library_, opening.profile);
    if (profile->protocol != protocol_of(opening.address))
      return Failure{FailureKind::unsupported, "profile '" + opening.profile + "' is of another protocol than the url"};
  }
  boost::system::error_code error;
  (void)asio::ip::make_address(opening.address.host, error);
  if (error) return Failure{FailureKind::unsupported, "'" + ground::printable(opening.address.host) + "' is no numeric address"};
  if (opening.address.protocol == Address::Protocol::modbus) return open_modbus(opening);
  return open_snmp(opening);
}

std::unique_ptr<Device> Opener::open_snmp(const Opening& opening) {
  const asio::ip::udp::endpoint peer{asio::ip::make_address(opening.address.host), opening.address.port};
  snmp::Device::Settings settings{.address = peer,
                                  .community = opening.access.community,
                                  .profile = opening.profile,
                                  .spares = opening.spares ? snmp::Spares::kept : snmp::Spares::dropped,
                                  .clearing = clearing_of(opening),
                                  .resend_after = opening.resend_after,
                                  .plans = plans_};
  std::unique_ptr<snmp::Asker> asker;
  if (opening.access.credential)
    asker = std::make_unique<v3::Session>(v3_, v3::Session::Settings{.address = peer, .credential = opening.access.credential});
  else
    asker = std::make_unique<snmp::CommunityAsker>(snmp_, snmp::Peer{.address = peer, .community = opening.access.community});
  if (opening.trace) asker = std::make_unique<snmp::TracedAsker>(std::move(asker), opening.trace);
  return std::make_unique<snmp::Device>(std::move(asker), library_, std::move(settings));
}

std::unique_ptr<Device> Opener::open_modbus(const Opening& opening) {
  const asio::ip::tcp::endpoint peer{asio::ip::make_address(opening.address.host), opening.address.port};
  auto& known = connections_[peer];
  auto connection = known.lock();
  if (!connection) known = connection = std::make_shared<modbus::Connection>(loop_.get_executor(), peer);
  std::vector<const profile::Profile*> candidates;
  for (const auto& profile : library_.all())
    if (profile.protocol == profile::Protocol::modbus && (opening.profile.empty() || profile.name == opening.profile))
      candidates.push_back(&profile);
  return std::make_unique<modbus::Device>(std::move(connection), opening.address.unit, std::move(candidates), clearing_of(opening));
}

}  // namespace holdup::drivers
