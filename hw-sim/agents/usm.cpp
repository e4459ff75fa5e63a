#include "hw-sim/agents/usm.hpp"

#include <net-snmp/net-snmp-config.h>
// After net-snmp-config.h, which they need.
#include <net-snmp/net-snmp-includes.h>
// After net-snmp-includes.h.
#include <net-snmp/library/keytools.h>
#include <net-snmp/library/scapi.h>
#include <net-snmp/library/transform_oids.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

#include "ground/expect.hpp"

namespace hwsim::agents {
namespace {

constexpr std::size_t salt_size = 8;
constexpr std::size_t hash_arcs = 10;     // of every hash's OID
constexpr std::size_t longest_key = 128;  // SHA-512 makes 64

struct Hash {
  const ::oid* protocol;
  std::size_t mac;  // octets
};
Hash hash_of(Auth protocol) {
  switch (protocol) {
    case Auth::md5:
      return {usmHMACMD5AuthProtocol, 12};
    case Auth::sha1:
      return {usmHMACSHA1AuthProtocol, 12};
    case Auth::sha224:
      return {usmHMAC128SHA224AuthProtocol, 16};
    case Auth::sha256:
      return {usmHMAC192SHA256AuthProtocol, 24};
    case Auth::sha384:
      return {usmHMAC256SHA384AuthProtocol, 32};
    case Auth::sha512:
      return {usmHMAC384SHA512AuthProtocol, 48};
    case Auth::none:
      break;
  }
  HOLDUP_EXPECT(protocol != Auth::none);
  return {};
}

struct Block {
  const ::oid* protocol;
  std::size_t arcs;  // of that OID
  std::size_t key;   // octets
};
Block block_of(Priv protocol) {
  switch (protocol) {
    case Priv::des:
      return {usmDESPrivProtocol, 10, 16};  // 8 of the key, 8 of the first vector
    case Priv::aes128:
      return {usmAESPrivProtocol, 10, 16};
    case Priv::aes192:
      return {usmAES192PrivProtocol, 9, 24};
    case Priv::aes256:
      return {usmAES256PrivProtocol, 9, 32};
    case Priv::aes192c:
      return {usmAES192CiscoPrivProtocol, 11, 24};
    case Priv::aes256c:
      return {usmAES256CiscoPrivProtocol, 11, 32};
    case Priv::none:
      break;
  }
  HOLDUP_EXPECT(protocol != Priv::none);
  return {};
}

const u_char* bytes(std::string_view text) { return reinterpret_cast<const u_char*>(text.data()); }
u_char* bytes(std::string& text) { return reinterpret_cast<u_char*>(text.data()); }

std::string master_key(Auth auth, std::string_view passphrase) {
  std::string key(longest_key, '\0');
  std::size_t length = key.size();
  const auto hash = hash_of(auth);
  HOLDUP_EXPECT(passphrase.size() >= shortest_passphrase);
  const int made = generate_Ku(hash.protocol, hash_arcs, bytes(passphrase), passphrase.size(), bytes(key), &length);
  HOLDUP_EXPECT(made == SNMPERR_SUCCESS);
  key.resize(length);
  return key;
}

std::string local_key(Auth auth, const std::string& master, std::string_view engine) {
  std::string key(longest_key, '\0');
  std::size_t length = key.size();
  const auto hash = hash_of(auth);
  const int made = generate_kul(hash.protocol, hash_arcs, bytes(engine), engine.size(), bytes(master), master.size(), bytes(key), &length);
  HOLDUP_EXPECT(made == SNMPERR_SUCCESS);
  key.resize(length);
  return key;
}

// Lengthened where the cipher needs more than the hash gave.
std::string stretched(const V3User& user, const std::string& key, std::string_view engine) {
  const auto block = block_of(user.priv);
  if (key.size() >= block.key) return key.substr(0, block.key);
  const auto hash = hash_of(user.auth);
  std::vector<::oid> protocol{hash.protocol, hash.protocol + hash_arcs};
  std::string engine_copy{engine};
  constexpr std::size_t room = 256;
  auto* buffer = static_cast<u_char*>(std::calloc(room, 1));  // net-snmp may realloc it
  HOLDUP_EXPECT(buffer != nullptr);
  std::copy(key.begin(), key.end(), buffer);
  std::size_t length = key.size();
  const int type = sc_get_privtype(block.protocol, static_cast<u_int>(block.arcs));
  const int made = netsnmp_extend_kul(static_cast<u_int>(block.key), protocol.data(), hash_arcs, type, bytes(engine_copy),
                                      static_cast<u_int>(engine_copy.size()), &buffer, &length, room);
  const std::unique_ptr<u_char, decltype(&std::free)> owned{buffer, std::free};
  HOLDUP_EXPECT(made == SNMPERR_SUCCESS && length >= block.key);
  return {buffer, buffer + block.key};
}

std::string octets_of(std::int32_t number) {
  const auto n = static_cast<std::uint32_t>(number);
  return {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8), static_cast<char>(n)};
}

// RFC 3414 8.1.1.1 (DES), RFC 3826 3.1.2.1 (AES).
std::string first_vector(const Cipher& cipher) {
  if (cipher.keys.priv_protocol != Priv::des)
    return octets_of(cipher.time.boots) + octets_of(cipher.time.seconds) + std::string{cipher.salt};
  std::string vector = cipher.keys.priv.substr(8, salt_size);
  for (std::size_t i = 0; i < salt_size; ++i) vector[i] = static_cast<char>(vector[i] ^ cipher.salt[i]);
  return vector;
}

}  // namespace

MasterKeys master_keys(const V3User& user) {
  MasterKeys keys{.user = user, .auth = {}, .priv = {}};
  if (user.auth != Auth::none) keys.auth = master_key(user.auth, user.auth_passphrase);
  if (user.priv != Priv::none)
    keys.priv = user.priv_passphrase == user.auth_passphrase ? keys.auth : master_key(user.auth, user.priv_passphrase);
  return keys;
}

LocalKeys localized(const MasterKeys& keys, std::string_view engine) {
  const auto& user = keys.user;
  LocalKeys local{.name = user.name, .auth_protocol = user.auth, .priv_protocol = user.priv, .auth = {}, .priv = {}};
  if (user.auth != Auth::none) local.auth = local_key(user.auth, keys.auth, engine);
  if (user.priv != Priv::none) local.priv = stretched(user, local_key(user.auth, keys.priv, engine), engine);
  return local;
}

std::size_t mac_size(Auth protocol) { return protocol == Auth::none ? 0 : hash_of(protocol).mac; }

std::string mac(const LocalKeys& keys, std::string_view message) {
  const auto hash = hash_of(keys.auth_protocol);
  std::string out(hash.mac, '\0');
  std::size_t length = out.size();
  const int made = sc_generate_keyed_hash(hash.protocol, hash_arcs, bytes(keys.auth), static_cast<u_int>(keys.auth.size()), bytes(message),
                                          static_cast<u_int>(message.size()), bytes(out), &length);
  HOLDUP_EXPECT(made == SNMPERR_SUCCESS && length == hash.mac);
  return out;
}

std::string encrypted(const Cipher& cipher, std::string_view plain) {
  HOLDUP_EXPECT(cipher.salt.size() == salt_size);
  auto key = cipher.keys.priv;
  auto vector = first_vector(cipher);
  std::string out(plain.size() + 16, '\0');  // DES fills its last block
  std::size_t length = out.size();
  const auto block = block_of(cipher.keys.priv_protocol);
  const int made = sc_encrypt(block.protocol, block.arcs, bytes(key), static_cast<u_int>(key.size()), bytes(vector),
                              static_cast<u_int>(vector.size()), bytes(plain), static_cast<u_int>(plain.size()), bytes(out), &length);
  HOLDUP_EXPECT(made == SNMPERR_SUCCESS);
  out.resize(length);
  return out;
}

std::optional<std::string> decrypted(const Cipher& cipher, std::string_view cipher_bytes) {
  const bool whole_blocks = cipher.keys.priv_protocol != Priv::des || cipher_bytes.size() % 8 == 0;
  if (cipher.salt.size() != salt_size || cipher_bytes.empty() || !whole_blocks) return std::nullopt;
  auto key = cipher.keys.priv;
  auto vector = first_vector(cipher);
  std::string in{cipher_bytes};
  std::string out(in.size() + 16, '\0');
  std::size_t length = out.size();
  const auto block = block_of(cipher.keys.priv_protocol);
  const int made = sc_decrypt(block.protocol, block.arcs, bytes(key), static_cast<u_int>(key.size()), bytes(vector),
                              static_cast<u_int>(vector.size()), bytes(in), static_cast<u_int>(in.size()), bytes(out), &length);
  if (made != SNMPERR_SUCCESS) return std::nullopt;
  out.resize(length);
  return out;
}

}  // namespace hwsim::agents
