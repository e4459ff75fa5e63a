#include "hw-sim/agents/usm.hpp"

#include <string>

#include "catch.hpp"
#include "hw-sim/agents/value_text.hpp"

using namespace hwsim::agents;

namespace {

const std::string engine{std::string(11, '\0') + '\x02'};  // of RFC 3414, A.3

V3User user(Auth auth, Priv priv) {
  return {.name = "ops", .auth = auth, .auth_passphrase = "maplesyrup", .priv = priv, .priv_passphrase = "maplesyrup"};
}

}  // namespace

TEST_CASE("keys are those of RFC 3414, A.3") {
  CHECK(to_hex(master_keys(user(Auth::md5, Priv::none)).auth) == "9faf3283884e92834ebc9847d8edd963");
  CHECK(to_hex(localized(master_keys(user(Auth::md5, Priv::none)), engine).auth) == "526f5eed9fcce26f8964c2930787d82b");
  CHECK(to_hex(master_keys(user(Auth::sha1, Priv::none)).auth) == "9fb5cc0381497b3793528939ff788d5d79145211");
  CHECK(to_hex(localized(master_keys(user(Auth::sha1, Priv::none)), engine).auth) == "6695febc9288e36282235fc7151f128497b38f3f");
}

TEST_CASE("every cipher gives back what it took, with keys of every hash") {
  const auto auth = GENERATE(Auth::md5, Auth::sha1, Auth::sha224, Auth::sha256, Auth::sha384, Auth::sha512);
  const auto priv = GENERATE(Priv::des, Priv::aes128, Priv::aes192, Priv::aes256, Priv::aes192c, Priv::aes256c);
  const auto keys = localized(master_keys(user(auth, priv)), engine);
  const Cipher cipher{.keys = keys, .time = {.boots = 3, .seconds = 77}, .salt = "12345678"};
  const std::string plain = "\x30\x13 nineteen octets of it";
  const auto bytes = encrypted(cipher, plain);
  CHECK(bytes.substr(0, plain.size()) != plain);
  const auto back = decrypted(cipher, bytes);
  REQUIRE(back);
  CHECK(back->substr(0, plain.size()) == plain);
  const auto other = decrypted({.keys = keys, .time = {.boots = 4, .seconds = 77}, .salt = "12345679"}, bytes);
  REQUIRE(other);
  CHECK(other->substr(0, plain.size()) != plain);
  CHECK(mac(keys, plain).size() == mac_size(auth));
  CHECK(mac(keys, plain) != mac(keys, plain + "."));
}

TEST_CASE("bytes that no cipher made are refused before they are read") {
  const auto keys = localized(master_keys(user(Auth::sha1, Priv::des)), engine);
  CHECK_FALSE(decrypted({.keys = keys, .time = {}, .salt = "12345678"}, ""));
  CHECK_FALSE(decrypted({.keys = keys, .time = {}, .salt = "12345678"}, "seven.."));
  CHECK_FALSE(decrypted({.keys = keys, .time = {}, .salt = "short"}, "eight..."));
}
