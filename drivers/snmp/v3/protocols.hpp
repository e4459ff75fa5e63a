#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

// The authentication and privacy protocols of SNMPv3's user security model (RFC 3414, 3826, 7860, draft-blumenthal-aes-usm-04; "-C": keys
// lengthened as draft-reeder-snmpv3-usm-3desede does, which Cisco and many cards do). Credential and Usm speak of them. Pure.
namespace holdup::v3 {

enum class Auth : std::uint8_t { none, md5, sha1, sha224, sha256, sha384, sha512 };
enum class Priv : std::uint8_t { none, des, aes128, aes192, aes256, aes192_c, aes256_c };

inline constexpr std::array<std::string_view, 7> auth_names{"none", "MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"};
inline constexpr std::array<std::string_view, 7> priv_names{"none", "DES", "AES-128", "AES-192", "AES-256", "AES-192-C", "AES-256-C"};

[[nodiscard]] constexpr std::string_view name(Auth auth) { return auth_names[static_cast<std::size_t>(auth)]; }
[[nodiscard]] constexpr std::string_view name(Priv priv) { return priv_names[static_cast<std::size_t>(priv)]; }

/// Broken, or short enough to be searched: only where a device can do no better.
[[nodiscard]] constexpr bool is_weak(Auth auth) { return auth == Auth::md5; }
[[nodiscard]] constexpr bool is_weak(Priv priv) { return priv == Priv::des; }

/// Bytes of the hash, and so of every key made with it.
[[nodiscard]] constexpr std::size_t key_bytes(Auth auth) {
  constexpr std::array<std::size_t, 7> bytes{0, 16, 20, 28, 32, 48, 64};
  return bytes[static_cast<std::size_t>(auth)];
}
/// Bytes of a message's authentication code: RFC 3414 sections 6 and 7, RFC 7860 section 4.
[[nodiscard]] constexpr std::size_t code_bytes(Auth auth) {
  constexpr std::array<std::size_t, 7> bytes{0, 12, 12, 16, 24, 32, 48};
  return bytes[static_cast<std::size_t>(auth)];
}

/// As msgFlags carry it.
enum class Level : std::uint8_t { no_auth = 0, auth = 1, auth_priv = 3 };

[[nodiscard]] constexpr std::string_view name(Level level) {
  return level == Level::no_auth ? "noAuthNoPriv" : level == Level::auth ? "authNoPriv" : "authPriv";
}

}  // namespace holdup::v3
