#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/problem.hpp"
#include "hw-sim/agents/usm.hpp"

// The file behind `--v3-file`: who may ask over SNMPv3, and with what. The shape is that of holdup's own credential files; a list under
// `users:` names several.
//
//   user: ops
//   auth: {protocol: SHA-256, passphrase: at least eight}
//   priv: {protocol: AES-128, passphrase: at least eight}
namespace hwsim::agents {

namespace ground = holdup::ground;

/// Usable only when problems.ok(); then at least one.
[[nodiscard]] std::vector<V3User> parse_credentials(std::string_view text, const std::string& file, ground::Problems& problems);

/// "sha-256", "SHA256"; "aes", "AES-128", "AES-256-C": nothing for anything else, or "none".
[[nodiscard]] Auth auth_named(std::string_view word);
[[nodiscard]] Priv priv_named(std::string_view word);

}  // namespace hwsim::agents
