#include "drivers/open/opener.hpp"

#include <vector>

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

Opener::Opener(asio::io_context& loop, const profile::Library& library, std::uint32_t seed, std::shared_ptr<V3Commons> commons)
    : loop_{loop},
      library_{library},
      plans_{std::make_shared<snmp::ReadPlans>()},
      modbus_plans_{std::make_shared<modbus::ReadPlans>()},
      snmp_{loop, seed},
      v3_{loop, seed, [this](const std::string& what) { say_(what); }, std::move(commons)},
      lines_{loop.get_executor()} {}

void Opener::add_dropped(std::map<std::string, std::uint64_t>& dropped) const {
  const auto& v2c = snmp_.counters();
  dropped["snmp_garbage"] += v2c.garbage;
  dropped["snmp_wrong_source"] += v2c.wrong_source;
  dropped["snmp_wrong_community"] += v2c.wrong_community;
  dropped["snmp_late"] += v2c.late;
  dropped["snmp_duplicate"] += v2c.duplicate;
  dropped["snmp_unknown_request"] += v2c.unknown_request;
  const auto& v3 = v3_.counters();
  dropped["snmp_v3_garbage"] += v3.garbage;
  dropped["snmp_v3_stray"] += v3.stray;
  dropped["snmp_v3_wrong_source"] += v3.wrong_source;
  dropped["snmp_v3_foreign"] += v3.foreign;
  dropped["snmp_v3_wrong_digest"] += v3.wrong_digest;
  dropped["snmp_v3_cannot_decrypt"] += v3.cannot_decrypt;
  dropped["snmp_v3_not_in_window"] += v3.not_in_window;
  lines_.add_dropped(dropped);
}

void Opener::flush() {
  snmp_.flush();
  v3_.flush();
  lines_.flush();
}

Result<std::unique_ptr<Device>> Opener::open(const Opening& opening) {
  if (!opening.profile.empty()) {
    const auto* profile = library_.find(opening.profile);
    if (profile == nullptr) return no_such_profile(library_, opening.profile);
    if (profile->protocol != protocol_of(opening.address))
      return Failure{FailureKind::unsupported, "profile '" + opening.profile + "' is of another protocol than the url"};
  }
  if (opening.tap && opening.address.serial.path.empty()) return Failure{FailureKind::unsupported, "a tap listens on a serial line"};
  if (!opening.address.serial.path.empty()) return open_modbus(opening);
  boost::system::error_code error;
  (void)asio::ip::make_address(opening.address.host, error);
  if (error) return Failure{FailureKind::unsupported, "'" + ground::printable(opening.address.host) + "' is no numeric address"};
  if (opening.address.speaks_modbus()) return open_modbus(opening);
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
                                  .between_requests = opening.between_requests,
                                  .plans = plans_};
  std::unique_ptr<snmp::Asker> asker;
  if (opening.access.credential)
    asker = std::make_unique<v3::Session>(v3_, v3::Session::Settings{.address = peer, .credential = opening.access.credential});
  else
    asker = std::make_unique<snmp::CommunityAsker>(snmp_, snmp::Peer{.address = peer, .community = opening.access.community});
  if (opening.trace) asker = std::make_unique<snmp::TracedAsker>(std::move(asker), opening.trace);
  return std::make_unique<snmp::Device>(std::move(asker), library_, std::move(settings));
}

std::shared_ptr<modbus::Asker> Opener::asker_of(const Opening& opening) {
  return opening.tap ? lines_.tap(opening.address) : lines_.line(opening.address);
}

std::unique_ptr<Device> Opener::open_modbus(const Opening& opening) {
  std::vector<const profile::Profile*> candidates;
  for (const auto& profile : library_.all())
    if (profile.protocol == profile::Protocol::modbus && (opening.profile.empty() || profile.name == opening.profile))
      candidates.push_back(&profile);
  const modbus::Device::Settings settings{.spares = opening.spares ? modbus::Spares::kept : modbus::Spares::dropped,
                                          .clearing = clearing_of(opening),
                                          .between_requests = opening.between_requests,
                                          .after_connect = opening.after_connect,
                                          .plans = modbus_plans_};
  return std::make_unique<modbus::Device>(asker_of(opening), opening.address.unit, std::move(candidates), settings);
}

}  // namespace holdup::drivers
