#pragma once

#include <array>
#include <cstdint>

#include "store/record/audit.hpp"

// The chain of the audit records: each hash covers the one before it, so that no record can be changed or taken out unseen.
namespace holdup::store {

using Hash = std::array<std::uint8_t, 32>;

/// SHA-256 over the hash before it (32 zero bytes for the first), then seq, utc_ns, boot, mono_ns, actor, action, json, each with its
/// length before it; lengths and numbers have 8 bytes, the least first (FORMAT.md).
[[nodiscard]] Hash chained(const Hash& before, std::int64_t seq, const record::Audit& record);

}  // namespace holdup::store
