#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hw-sim/agents/snmp_message.hpp"
#include "hw-sim/agents/usm.hpp"

// SNMPv3 messages (RFC 3412, 6 and RFC 3414, 2.4) between bytes and fields. What the agents' authority and the simulator's own client
// speak with.
namespace hwsim::agents {

struct V3Envelope {
  std::int32_t id = 0;
  std::int32_t most_octets = 65507;  // msgMaxSize
  Level level = Level::no_auth;
  bool reportable = false;
  std::string engine;  // authoritative
  EngineTime time;
  std::string user;
  std::string salt;  // msgPrivacyParameters
  std::string mac;   // msgAuthenticationParameters, as read
  std::size_t mac_at = 0;
  std::string scoped;  // as read: what is inside the encrypted octets, or the scoped PDU
};

struct ScopedPdu {
  std::string engine;  // contextEngineID
  std::string context;
  SnmpMessage pdu;
};

/// Nothing when the bytes are no v3 message of the user-based security model.
[[nodiscard]] std::optional<V3Envelope> decode_v3(std::string_view datagram);
[[nodiscard]] std::optional<ScopedPdu> decode_scoped(std::string_view bytes);
/// Whether the message bears the mac that these keys make; its length must be exact.
[[nodiscard]] bool authentic(std::string_view datagram, const V3Envelope& envelope, const LocalKeys& keys);

/// Encrypts and authenticates as the envelope's level says; `keys` may be null at no_auth. `envelope.salt` holds 8 octets at auth_priv.
[[nodiscard]] std::string encode_v3(const V3Envelope& envelope, const ScopedPdu& scoped, const LocalKeys* keys);

/// A response's octets around its PDU, at most.
[[nodiscard]] std::size_t v3_overhead(const V3Envelope& envelope, const ScopedPdu& scoped);

}  // namespace hwsim::agents
