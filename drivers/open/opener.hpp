#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "drivers/address/address.hpp"
#include "drivers/device.hpp"
#include "drivers/open/lines.hpp"
#include "drivers/profile/library.hpp"
#include "drivers/snmp/client.hpp"
#include "drivers/snmp/traced_asker.hpp"
#include "drivers/snmp/v3/client.hpp"
#include "drivers/snmp/v3/commons.hpp"
#include "drivers/snmp/v3/credential.hpp"
#include "ground/result.hpp"

namespace boost::asio {
class io_context;
}
namespace holdup::modbus {
class ReadPlans;
}
namespace holdup::snmp {
class ReadPlans;
}

// Makes the device of an address: the one place that knows every protocol. collector/poll and `holdup probe` hold one for the loop; what
// devices share (the SNMP sockets, a Modbus host's connection) lives in it.
namespace holdup::drivers {

using V3Commons = v3::Commons;

/// Who we are to a device.
struct Access {
  std::string community = "public";   // SNMP v1, v2c
  v3::SharedCredential credential{};  // SNMPv3 instead; devices may share one
};

struct Opening {
  Address address;
  Access access{};
  std::string profile;                                 // by name; empty: those that fit what the device says of itself
  bool spares = false;                                 // also the points that say again what another one says
  bool read_clearing = false;                          // also what the device forgets once it was read
  bool tap = false;                                    // listens on its serial line, which has another master; sends nothing
  snmp::Trace trace = {};                              // told every question and answer, a line each; SNMP
  std::optional<ground::Duration> resend_after{};      // of lost SNMP datagrams while reading; the daemon's core resends by itself
  std::optional<ground::Duration> between_requests{};  // how long it is left alone between two; else as its profile says
  std::optional<ground::Duration> after_connect{};     // Modbus TCP: … and before the first; else as its profile says
};

class Opener {
 public:
  /// `seed` is where SNMP request ids begin to count. Loop and library outlive the opener, and the opener its devices. `commons` is
  /// shared with others of the loop who speak SNMPv3; nullptr: with nobody.
  Opener(boost::asio::io_context& loop, const profile::Library& library, std::uint32_t seed, std::shared_ptr<V3Commons> commons = nullptr);

  /// Asks nothing of the device yet. Fails on an unknown profile, or one of another protocol.
  [[nodiscard]] ground::Result<std::unique_ptr<Device>> open(const Opening& opening);
  /// Questions that devices put in this turn of the loop leave now, not at its end.
  void flush();
  /// Whom to tell what a person should know: an engine id that two devices share, an agent that restarted.
  void announce_to(v3::Client::Say say) { say_ = std::move(say); }
  [[nodiscard]] const snmp::Counters& snmp_counters() const { return snmp_.counters(); }
  [[nodiscard]] const v3::Counters& v3_counters() const { return v3_.counters(); }
  /// What was dropped of what came back, under names of holdup_dropped_total: "snmp_late", "modbus_wrong_unit"…
  void add_dropped(std::map<std::string, std::uint64_t>& dropped) const;

 private:
  [[nodiscard]] std::shared_ptr<modbus::Asker> asker_of(const Opening& opening);
  [[nodiscard]] std::unique_ptr<Device> open_modbus(const Opening& opening);
  [[nodiscard]] std::unique_ptr<Device> open_snmp(const Opening& opening);

  boost::asio::io_context& loop_;
  const profile::Library& library_;
  std::shared_ptr<snmp::ReadPlans> plans_;  // how its SNMP devices are read
  std::shared_ptr<modbus::ReadPlans> modbus_plans_;
  snmp::Client snmp_;
  v3::Client::Say say_ = [](const std::string&) {};
  v3::Client v3_;
  Lines lines_;  // of Modbus
};

}  // namespace holdup::drivers
