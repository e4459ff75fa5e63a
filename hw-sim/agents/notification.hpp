#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ground/result.hpp"
#include "hw-sim/agents/address.hpp"
#include "hw-sim/agents/snmp_message.hpp"
#include "hw-sim/agents/usm.hpp"
#include "hw-sim/scenario/command.hpp"

// A trap or inform before it has a sender: what commands, recordings and models ask a device to say. notifier.hpp sends it.
namespace hwsim::agents {

namespace ground = holdup::ground;

struct Notification {
  Oid oid;  // snmpTrapOID
  std::vector<Varbind> varbinds = {};
  scenario::TrapVersion version = scenario::TrapVersion::v2c;
  bool inform = false;
  std::optional<HostPort> to = {};                  // else where the simulator sends traps
  std::optional<std::string> community = {};        // else the agent's
  std::optional<V3User> user = {};                  // else the strongest of the agent's
  std::optional<std::uint32_t> uptime_ticks = {};   // else the agent's
  std::optional<Oid> enterprise = {};               // v1; else by RFC 3584, 3.2
  std::optional<std::uint32_t> agent_address = {};  // v1, host order; else the agent's
};

/// malformed when an OID, a value or the address is none.
[[nodiscard]] ground::Result<Notification> notification_of(const scenario::Trap& trap);

/// Who says it.
struct Sender {
  std::string community;
  std::uint32_t agent_address = 0;  // IPv4, host order: what a v1 trap names
  std::uint32_t uptime_ticks = 0;
};

/// The v1 or v2c message; for v3 the PDU alone.
[[nodiscard]] std::string encode_trap_v1(const Notification& notification, const Sender& sender);
[[nodiscard]] SnmpMessage message_of(const Notification& notification, const Sender& sender, std::int32_t request_id);

}  // namespace hwsim::agents
