#include "drivers/snmp/v3/usm.hpp"

#include <algorithm>
#include <string>

#include "catch.hpp"
#include "ground/clock/clock.hpp"
#include "unit/drivers/snmp/v3/letter.hpp"

using namespace holdup;
using snmp::Oid;
using v3::Auth;
using v3::Bytes;
using v3::Credential;
using v3::Engine;
using v3::Level;
using v3::Priv;
using v3::Refusal;
using v3::Secret;

namespace {

using Octets = std::vector<std::uint8_t>;

Credential credential(Auth auth, Priv priv, const std::string& passphrase = "maplesyrup") {
  Credential out;
  out.user = "op";
  out.auth = auth;
  out.priv = priv;
  if (auth != Auth::none) out.auth_key.passphrase = Secret{std::string{passphrase}};
  if (priv != Priv::none) out.priv_key.passphrase = Secret{std::string{passphrase}};
  for (auto derived = v3::derive_one(out); derived && *derived; derived = v3::derive_one(out)) continue;
  return out;
}

Engine engine(std::uint32_t boots = 3, std::uint32_t time = 1000, const std::string& name = "pdu") {
  Engine out{.id = {0x80, 0x00, 0x1F, 0x88, 0x04}, .boots = boots, .time = time, .told = ground::clock::now(), .proven = true};
  out.id.insert(out.id.end(), name.begin(), name.end());
  return out;
}

v3::Sealed seal(const Credential& who, const Engine& at) {
  const auto user = v3::User::localise(who, at.id);
  REQUIRE(user);
  static const std::vector<Oid> names{Oid{{1, 3, 6, 1, 2, 1, 1, 1, 0}}};
  const v3::Sealing sealing{.id = 5,
                            .level = who.level(),
                            .user = &*user,
                            .engine = at,
                            .question = {.engine_id = at.id, .context = "", .question = {.id = 5, .names = names}}};
  auto sealed = sealing.seal();
  REQUIRE(sealed);
  return *std::move(sealed);
}

v3::Opened open(Bytes datagram, const Credential& who, Engine& at) {
  const auto message = v3::open_message(datagram);
  REQUIRE(message);
  const auto user = v3::User::localise(who, at.id);
  REQUIRE(user);
  return v3::open_sealed(datagram, *message, *user, at);
}

constexpr Auth all_auths[] = {Auth::md5, Auth::sha1, Auth::sha224, Auth::sha256, Auth::sha384, Auth::sha512};
constexpr Priv all_privs[] = {Priv::none, Priv::des, Priv::aes128, Priv::aes192, Priv::aes256, Priv::aes192_c, Priv::aes256_c};

}  // namespace

TEST_CASE("passphrases become the keys of RFC 3414, and are gone") {
  const auto md5 = credential(Auth::md5, Priv::none), sha = credential(Auth::sha1, Priv::none);
  CHECK(v3::hex({md5.auth_key.master.bytes().begin(), md5.auth_key.master.bytes().end()}) == "9faf3283884e92834ebc9847d8edd963");
  CHECK(v3::hex({sha.auth_key.master.bytes().begin(), sha.auth_key.master.bytes().end()}) == "9fb5cc0381497b3793528939ff788d5d79145211");
  CHECK(sha.auth_key.passphrase.empty());
}

TEST_CASE("what is sealed with any two protocols is opened with the same") {
  for (const Auth auth : all_auths)
    for (const Priv priv : all_privs) {
      INFO(v3::name(auth) << " " << v3::name(priv));
      const auto who = credential(auth, priv);
      Engine at = engine();
      const auto sealed = seal(who, at);
      const auto message = v3::open_message(sealed.datagram());
      REQUIRE(message);
      CHECK(message->level() == who.level());
      CHECK(message->code.size() == v3::code_bytes(auth));
      CHECK(message->boots == 3);
      CHECK(message->time >= 1000);
      const bool hidden = std::search(sealed.datagram().begin(), sealed.datagram().end(), sealed.scoped().begin(), sealed.scoped().end()) ==
                          sealed.datagram().end();
      CHECK(hidden == (priv != Priv::none));
      const auto opened = open(sealed.datagram(), who, at);
      REQUIRE(!opened.refusal);
      REQUIRE(opened.scoped.size() >= sealed.scoped().size());  // DES pads
      CHECK(std::equal(sealed.scoped().begin(), sealed.scoped().end(), opened.scoped.begin()));
    }
}

TEST_CASE("a question without a user discovers: no name, no security") {
  const Engine nobody;
  const v3::Sealing sealing{.id = 9, .engine = nobody, .question = {}};
  const auto sealed = sealing.seal();
  REQUIRE(sealed);
  const auto message = v3::open_message(sealed->datagram());
  REQUIRE(message);
  CHECK(message->level() == Level::no_auth);
  CHECK(message->flags == v3::reportable);
  CHECK(message->engine_id.empty());
  CHECK(message->user.empty());
  CHECK(v3::may_leave(sealed->datagram()));
}

TEST_CASE("no changed bit passes, and no authentication code of another length") {
  const auto who = credential(Auth::sha256, Priv::aes128);
  const Engine at = engine();
  const auto sealed = seal(who, at);
  const Octets whole{sealed.datagram().begin(), sealed.datagram().end()};
  const auto user = v3::User::localise(who, at.id);
  REQUIRE(user);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Octets changed = whole;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    const auto message = v3::open_message(changed);
    if (!message || message->level() == Level::no_auth || message->user != "op") continue;
    Engine clock = at;
    CHECK(v3::open_sealed(changed, *message, *user, clock).refusal.has_value());
  }
}

// CVE-2008-0960: who let the sender choose the length took one forgery of one byte in 256.
TEST_CASE("an authentication code of any length from 0 to 64 proves nothing unless it is the protocol's own") {
  Engine at = engine();
  at.id.assign(tests::letter_engine.begin(), tests::letter_engine.end());
  for (const Auth auth : all_auths) {
    const auto who = credential(auth, Priv::none);
    const auto user = v3::User::localise(who, at.id);
    REQUIRE(user);
    for (std::size_t size = 0; size <= 64; ++size)
      for (int byte = 0; byte < (size == 1 ? 256 : 1); ++byte) {
        const auto forged = tests::Letter{.flags = "\x01", .code = std::string(size, static_cast<char>(byte))}.bytes();
        const auto message = v3::open_message(forged);
        if (message) CHECK(v3::open_sealed(forged, *message, *user, at).refusal == Refusal::wrong_digest);
        CHECK(message.has_value() == (size >= 1 && size <= 48));
      }
  }
}

TEST_CASE("the key of another engine, user or passphrase proves nothing") {
  const auto who = credential(Auth::sha256, Priv::aes128);
  Engine at = engine();
  const auto sealed = seal(who, at);
  CHECK(open(sealed.datagram(), credential(Auth::sha256, Priv::aes128, "otherwords"), at).refusal == Refusal::wrong_digest);
  CHECK(open(sealed.datagram(), credential(Auth::sha512, Priv::aes128), at).refusal == Refusal::wrong_digest);
  Engine other = engine(3, 1000, "ups");
  CHECK(open(sealed.datagram(), who, other).refusal == Refusal::wrong_digest);
  CHECK(!open(sealed.datagram(), who, at).refusal);
}

TEST_CASE("an engine's clock is taken from what is proven and never goes back") {
  const auto who = credential(Auth::sha1, Priv::none);
  Engine mine = engine(3, 1000);
  const auto opens = [&](std::uint32_t boots, std::uint32_t time) {
    return open(seal(who, engine(boots, time)).datagram(), who, mine).refusal;
  };
  CHECK(!opens(3, 1100));
  CHECK(mine.time == 1100);
  CHECK(!opens(3, 1000));  // late, within the window of 150 s
  CHECK(mine.time == 1100);
  CHECK(opens(3, 900) == Refusal::not_in_window);
  CHECK(opens(2, 5000) == Refusal::not_in_window);
  CHECK(mine.boots == 3);
  CHECK(!opens(4, 1));
  CHECK(mine.boots == 4);
  CHECK(opens(3, 1100) == Refusal::not_in_window);
  Engine fresh = engine(0, 0);
  fresh.proven = false;
  CHECK(!open(seal(who, engine(1, 7)).datagram(), who, fresh).refusal);
  CHECK(fresh.boots == 1);
  CHECK(fresh.proven);
}

TEST_CASE("an engine whose time stands at its end is asked well-formed questions on") {
  const auto who = credential(Auth::sha1, Priv::none);
  Engine late = engine(3, 0x7FFFFFFF);
  late.told -= std::chrono::seconds{600};
  const auto sealed = seal(who, late);
  const auto message = v3::open_message(sealed.datagram());
  REQUIRE(message);
  CHECK(message->time <= 0x7FFFFFFF);
}

TEST_CASE("a clock goes on between messages") {
  const auto who = credential(Auth::sha1, Priv::none);
  Engine at = engine(3, 1000);
  at.told -= std::chrono::seconds{600};
  const auto sealed = seal(who, at);
  const auto message = v3::open_message(sealed.datagram());
  REQUIRE(message);
  CHECK(message->time >= 1599);
  CHECK(message->time <= 1605);
}
