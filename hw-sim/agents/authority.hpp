#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hw-sim/agents/v3_message.hpp"

// An agent's own SNMPv3 engine: who may ask it, proven how, and what a stranger is told (RFC 3414, 3.2). One for each agent, without
// anything shared between them.
namespace hwsim::agents {

class Authority {
 public:
  /// `engine`: 5 to 32 octets.
  Authority(std::string engine, const std::vector<MasterKeys>& users);

  /// A request that may be answered.
  struct Request {
    V3Envelope envelope;
    ScopedPdu scoped;
    const LocalKeys* keys = nullptr;
    [[nodiscard]] std::size_t overhead() const { return v3_overhead(envelope, scoped); }
  };
  struct Judgement {
    std::optional<Request> request;
    std::optional<std::string> report;  // or what to say instead; neither: keep silent
  };
  [[nodiscard]] Judgement judge(std::string_view datagram, EngineTime now);

  /// The answer in its request's envelope. `id_step` spoils the ids that it answers to.
  [[nodiscard]] std::string seal(const Request& request, SnmpMessage answer, EngineTime now, std::int32_t id_step = 0);
  /// A trap from this engine (RFC 3412, 7.1: the sender of what needs no answer is authoritative).
  [[nodiscard]] std::string seal_trap(const LocalKeys& user, const SnmpMessage& trap, EngineTime now);

  [[nodiscard]] const std::string& engine() const { return engine_; }
  /// Nothing when nobody is called so; the first user for an empty name.
  [[nodiscard]] const LocalKeys* find(std::string_view user) const;

 private:
  enum class Fault : std::uint8_t {  // usmStats, in the order of their OIDs
    unsupported_level = 1,
    not_in_time_window,
    unknown_user,
    unknown_engine,
    wrong_digest,
    decryption_error
  };
  [[nodiscard]] Judgement report(const V3Envelope& about, Fault fault, EngineTime now);
  [[nodiscard]] std::string next_salt(EngineTime now);

  std::string engine_;
  std::vector<LocalKeys> users_;
  std::array<std::uint32_t, 7> counts_{};  // by Fault
  std::uint32_t salt_ = 0;
};

/// A lasting engine id for a device of this name: octets of format 5 under net-snmp's enterprise (RFC 3411, SnmpEngineID).
[[nodiscard]] std::string engine_of(std::string_view device);

}  // namespace hwsim::agents
