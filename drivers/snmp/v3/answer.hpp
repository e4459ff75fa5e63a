#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "drivers/snmp/notification.hpp"
#include "drivers/snmp/v3/engine.hpp"
#include "drivers/snmp/v3/message.hpp"

// What our own SNMPv3 engine may say, and it says nothing else: a report to a sender of informs that does not know it yet or is refused,
// the response that acknowledges an inform. Usm seals it, the reader of traps makes it. Pure.
namespace holdup::v3 {

struct Report {
  Bytes engine_id;  // ours
  std::int64_t request_id = 0;
  Complaint complaint = Complaint::unknown_engine;  // one of usmStats
  std::uint32_t count = 0;                          // how often so far
};
[[nodiscard]] std::vector<std::uint8_t> encode_report(const Report& report);

/// Requires that the PDU was taken as an inform. Its own context comes back.
[[nodiscard]] std::vector<std::uint8_t> encode_acknowledgement(const Scoped& inform, snmp::Told told);

/// A whole message without authentication; it tells the engine's clock, RFC 3414 section 3.1 (6b).
struct Plain {
  std::int32_t id = 0;
  const Engine& engine;
  std::int64_t time = 0;  // its own, by now
  std::string_view user;
  Bytes scoped;
};
[[nodiscard]] std::vector<std::uint8_t> encode_plain(const Plain& plain);

/// True for a ScopedPDU whose PDU is a GetResponse or a report: all that our engine may ever seal.
[[nodiscard]] bool answer_may_be_sealed(Bytes scoped);
/// True for a message whose payload is one of these, or `hidden` by privacy.
[[nodiscard]] bool may_answer(const snmp::Outgoing& answer);

}  // namespace holdup::v3
