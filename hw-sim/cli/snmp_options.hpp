#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hw-sim/agents/address.hpp"
#include "hw-sim/agents/usm.hpp"

// What `run`, `replay` and `record` make of their SNMP options. All throw std::runtime_error with a line for a person.
namespace hwsim::cli {

/// The users of all these files, their passphrases hashed.
[[nodiscard]] std::vector<agents::MasterKeys> read_users(const std::vector<std::string>& files);
/// HOST:PORT; nothing for an empty text.
[[nodiscard]] std::optional<agents::HostPort> destination(const std::string& option, const std::string& text);
/// SNMPv3's boots of an engine that starts now: grows with each start, so that whoever knew the last one follows (RFC 3414, 2.2.2).
[[nodiscard]] std::int32_t boots_now();
/// Refuses what others than its owner may read.
void expect_private(const std::string& file);
[[nodiscard]] std::string read_text(const std::string& file);

}  // namespace hwsim::cli
