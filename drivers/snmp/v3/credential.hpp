#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "drivers/snmp/v3/protocols.hpp"
#include "drivers/snmp/v3/secret.hpp"
#include "ground/problem.hpp"

// Who we are to an SNMPv3 agent, as a credential file says it: user, protocols, secrets. Devices that name the same file share one, so
// that its keys are derived once. The site's devices and `holdup probe` read it; Session speaks with it.
namespace holdup::v3 {

/// One key on its way: the passphrase until it is derived, then the master key (Ku of RFC 3414 A.2). Empty: the level needs none.
struct Key {
  Secret passphrase, master;
};

struct Credential {
  std::string user, context;
  Auth auth = Auth::none;
  Priv priv = Priv::none;
  bool allow_weak = false;  // the file allows it; a device may, too
  Key auth_key, priv_key;

  [[nodiscard]] Level level() const { return auth == Auth::none ? Level::no_auth : priv == Priv::none ? Level::auth : Level::auth_priv; }
  /// Its keys are made: no passphrase is left.
  [[nodiscard]] bool is_ready() const { return auth_key.passphrase.empty() && priv_key.passphrase.empty(); }
  [[nodiscard]] bool is_weak() const { return v3::is_weak(auth) || v3::is_weak(priv); }
  /// "monitor, authPriv (SHA-256, AES-128)": never a secret.
  [[nodiscard]] std::string text() const;
};
using SharedCredential = std::shared_ptr<Credential>;

/// The file's text: strict YAML with the keys user, auth, priv, context and allow_weak. Wipes the text. Complete only when problems.ok().
[[nodiscard]] Credential read_credential(std::string text, const std::string& file, ground::Problems& problems);

/// The problem of a weak protocol that nobody allowed, or the warning of one that is; and the warning of a level that proves nothing.
void judge_strength(const Credential& credential, bool device_allows, const ground::Problem& place, ground::Problems& problems);

}  // namespace holdup::v3
