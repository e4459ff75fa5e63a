#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// SNMPv3's user-based security (RFC 3414, 7860, 3826): users, their keys, and what is done to bytes with them, by net-snmp's primitives
// and none of its tables: every agent has an engine of its own. Nothing here is kept between calls.
namespace hwsim::agents {

enum class Auth : std::uint8_t { none, md5, sha1, sha224, sha256, sha384, sha512 };
enum class Priv : std::uint8_t { none, des, aes128, aes192, aes256, aes192c, aes256c };  // c: keys stretched as Cisco does
enum class Level : std::uint8_t { no_auth = 0, auth = 1, auth_priv = 3 };                // as in msgFlags

struct V3User {
  std::string name;
  Auth auth = Auth::none;
  std::string auth_passphrase;
  Priv priv = Priv::none;
  std::string priv_passphrase;

  bool operator==(const V3User&) const = default;
  [[nodiscard]] Level level() const { return priv != Priv::none ? Level::auth_priv : auth != Auth::none ? Level::auth : Level::no_auth; }
};

/// A user whose passphrases were hashed (a megabyte each): made once, localized for each engine.
struct MasterKeys {
  V3User user;
  std::string auth;
  std::string priv;
};

/// A user at one engine.
struct LocalKeys {
  std::string name;
  Auth auth_protocol = Auth::none;
  Priv priv_protocol = Priv::none;
  std::string auth;
  std::string priv;

  [[nodiscard]] Level level() const {
    return priv_protocol != Priv::none ? Level::auth_priv : auth_protocol != Auth::none ? Level::auth : Level::no_auth;
  }
};

struct EngineTime {
  std::int32_t boots = 0;
  std::int32_t seconds = 0;
};

/// Passphrases shorter than 8 characters have no key (RFC 3414, 11.2).
inline constexpr std::size_t shortest_passphrase = 8;

[[nodiscard]] MasterKeys master_keys(const V3User& user);
[[nodiscard]] LocalKeys localized(const MasterKeys& keys, std::string_view engine);

/// Octets of a message's authentication field: 12, 16, 24, 32 or 48.
[[nodiscard]] std::size_t mac_size(Auth protocol);
[[nodiscard]] std::string mac(const LocalKeys& keys, std::string_view message);

struct Cipher {
  const LocalKeys& keys;
  EngineTime time;
  std::string_view salt;  // 8 octets
};
[[nodiscard]] std::string encrypted(const Cipher& cipher, std::string_view plain);
/// Nothing when the bytes cannot be a cipher's; wrong keys give other bytes.
[[nodiscard]] std::optional<std::string> decrypted(const Cipher& cipher, std::string_view bytes);

}  // namespace hwsim::agents
