#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hw-sim/agents/v3_message.hpp"

// The asking side of SNMPv3: finds the other's engine, keeps its time, and proves one user to it (RFC 3414, 3.1 and 4). `hw-sim record`
// walks with it, and informs go out through it. No sockets here.
namespace hwsim::agents {

class V3Client {
 public:
  /// `first_id`: of its messages; clients that hear the same datagrams begin apart.
  explicit V3Client(MasterKeys user, std::int32_t first_id = 0) : user_{std::move(user)}, last_id_{first_id} {}

  /// The message to send for this PDU: a discovery as long as the engine is not known.
  [[nodiscard]] std::string ask(const SnmpMessage& pdu);

  enum class Heard : std::uint8_t {
    nothing,  // not for us, or not authentic
    ask_again,
    answered,
    refused,  // for good; `why` tells
  };
  struct Word {
    Heard heard = Heard::nothing;
    SnmpMessage answer = {};
    std::string why = {};
  };
  /// What came back to the last message.
  [[nodiscard]] Word hear(std::string_view datagram);

 private:
  using Clock = std::chrono::steady_clock;
  [[nodiscard]] Word hear_report(const V3Envelope& envelope, const SnmpMessage& report);
  void learn_time(EngineTime time);
  [[nodiscard]] EngineTime time() const;

  MasterKeys user_;
  std::int32_t last_id_;
  std::optional<LocalKeys> keys_;  // once the engine is known
  std::string engine_;
  EngineTime learnt_;
  Clock::time_point learnt_at_{};
  std::uint64_t salt_ = 0;
  int corrections_ = 0;  // in a row: an engine that never agrees is given up
};

}  // namespace hwsim::agents
