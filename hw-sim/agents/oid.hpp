#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Object identifiers as the SNMP agents sort and look them up: plain numbers, compared lexicographically, which is SNMP's order.
namespace hwsim::agents {

using Oid = std::vector<std::uint32_t>;

/// "1.3.6.1" or ".1.3.6.1"; at most 128 sub-identifiers (RFC 2578, 3.5), first arc 0 to 2. Nothing when malformed.
[[nodiscard]] std::optional<Oid> parse_oid(std::string_view text);
[[nodiscard]] std::string oid_text(const Oid& oid);

}  // namespace hwsim::agents
