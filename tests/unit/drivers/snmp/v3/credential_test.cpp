#include "drivers/snmp/v3/credential.hpp"

#include <algorithm>

#include "catch.hpp"

using namespace holdup;
using v3::Auth;
using v3::Level;
using v3::Priv;

namespace {

v3::Credential read(const std::string& text, ground::Problems& problems) { return v3::read_credential(text, "v3.yaml", problems); }

/// Everything that is said of it, a line each.
std::string said(const std::string& text) {
  ground::Problems problems;
  (void)read(text, problems);
  std::string out;
  for (const auto& problem : problems.all()) out += (out.empty() ? "" : "\n") + problem.text();
  return out;
}

std::string judged(const std::string& text, bool device_allows) {
  ground::Problems problems;
  const auto credential = read(text, problems);
  REQUIRE(problems.ok());
  v3::judge_strength(credential, device_allows, {.file = "rack.yaml", .key = "devices.a.v3_file"}, problems);
  return problems.all().empty() ? "" : std::string{problems.ok() ? "warning " : "error "} + problems.all().front().text();
}

const std::string good = "user: op\nauth: {protocol: SHA-256, passphrase: authpass1}\npriv: {protocol: AES-128, passphrase: privpass1}\n";

}  // namespace

TEST_CASE("a credential file's level follows from what it gives") {
  ground::Problems problems;
  CHECK(read("user: op", problems).level() == Level::no_auth);
  CHECK(read("user: op\nauth: {protocol: SHA-1, passphrase: authpass1}", problems).level() == Level::auth);
  const auto whole = read(good + "context: rack\nallow_weak: true\n", problems);
  CHECK(problems.all().empty());
  CHECK(whole.level() == Level::auth_priv);
  CHECK(whole.user == "op");
  CHECK(whole.context == "rack");
  CHECK(whole.allow_weak);
  CHECK(whole.text() == "op, authPriv (SHA-256, AES-128)");
  const auto bytes = whole.auth_key.passphrase.bytes();
  CHECK(std::string{bytes.begin(), bytes.end()} == "authpass1");
  CHECK(whole.auth_key.master.empty());
}

TEST_CASE("a credential file names every protocol") {
  for (std::size_t auth = 1; auth < v3::auth_names.size(); ++auth)
    for (std::size_t priv = 1; priv < v3::priv_names.size(); ++priv) {
      ground::Problems problems;
      const auto read_back =
          read("user: op\nauth: {protocol: " + std::string{v3::auth_names[auth]} +
                   ", passphrase: authpass1}\npriv: {protocol: " + std::string{v3::priv_names[priv]} + ", passphrase: privpass1}",
               problems);
      CHECK(problems.all().empty());
      CHECK(read_back.auth == static_cast<Auth>(auth));
      CHECK(read_back.priv == static_cast<Priv>(priv));
    }
}

TEST_CASE("a master key stands for a passphrase, for privacy as long as the authentication's hash") {
  ground::Problems problems;
  const auto credential = read(
      "user: op\nauth: {protocol: SHA-1, key: 0x9fb5cc0381497b3793528939ff788d5d79145211}\n"
      "priv: {protocol: AES-256, key: 9FB5CC0381497B3793528939FF788D5D79145211}",
      problems);
  CHECK(problems.all().empty());
  CHECK(credential.auth_key.passphrase.empty());
  REQUIRE(credential.auth_key.master.bytes().size() == 20);
  CHECK(credential.auth_key.master.bytes()[0] == 0x9f);
  CHECK(std::ranges::equal(credential.auth_key.master.bytes(), credential.priv_key.master.bytes()));
}

TEST_CASE("a bad credential file is refused with its line, its key and the mend, and never with its secret") {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"", "v3.yaml: 'user' is missing; add it"},
      {"[op]", "v3.yaml:1: not a mapping; write 'key: value' lines under it\nv3.yaml:1: 'user' is missing; add it"},
      {"user: op\nlevel: authPriv", "v3.yaml:2: level: unknown key; known here: allow_weak, auth, context, priv, user"},
      {"user: op\ncontexts: x", "v3.yaml:2: contexts: unknown key; did you mean 'context'?"},
      {"user: op\nuser: op2", "v3.yaml:2: the key 'user' stands twice; keep one"},
      {"user: " + std::string(33, 'u'), "v3.yaml:1: user: over 32 bytes long; SNMPv3 allows no longer one"},
      {"user: \"a\\nb\"", "v3.yaml:1: user: holds what cannot be printed; write the name as the agent knows it"},
      {"user: op\ncontext: " + std::string(33, 'c'), "v3.yaml:2: context: over 32 bytes long; SNMPv3 allows no longer one"},
      {"user: op\nallow_weak: yes", "v3.yaml:2: allow_weak: 'yes' is neither true nor false; write true or false"},
      {"user: op\nauth: hunter22secret", "v3.yaml:2: auth: not a mapping; write 'key: value' lines under it"},
      {"user: op\nauth: {protocol: SHA-265, passphrase: authpass1}",
       "v3.yaml:2: auth.protocol: 'SHA-265' is not one of MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512; did you mean 'SHA-256'?"},
      {"user: op\nauth: {passphrase: authpass1}", "v3.yaml:2: auth: 'protocol' is missing; add one, such as protocol: SHA-256"},
      {"user: op\nauth: {protocol: SHA-256, passphrase: hunter2}",
       "v3.yaml:2: auth.passphrase: shorter than 8 characters; SNMPv3 needs 8 or more (RFC 3414)"},
      {"user: op\nauth: {protocol: SHA-256}", "v3.yaml:2: auth: no secret; add passphrase: or key:"},
      {"user: op\nauth: {protocol: SHA-256, passphrase: authpass1, key: 0x00}", "v3.yaml:2: auth: passphrase and key; give one of them"},
      {"user: op\nauth: {protocol: SHA-256, key: 0xhunter22}",
       "v3.yaml:2: auth.key: no hexadecimal number; write 0x and an even count of digits, or a passphrase"},
      {"user: op\nauth: {protocol: SHA-256, key: 0x0102}", "v3.yaml:2: auth.key: 2 bytes long; a master key of SHA-256 has 32"},
      {"user: op\npriv: {protocol: AES-128, passphrase: privpass1}",
       "v3.yaml:2: priv: privacy without authentication; add auth:, SNMPv3 has no such level"},
      {"user: op\nauth: {protocol: SHA-256, passphrase: authpass1}\npriv: {protocol: AES, passphrase: privpass1}",
       "v3.yaml:3: priv.protocol: 'AES' is not one of DES, AES-128, AES-192, AES-256, AES-192-C, AES-256-C; did you mean 'DES'?"},
      {"user: op\nauth: {protocol: SHA-256, passphrase: authpass1}\npriv: {passphrase: privpass1}",
       "v3.yaml:3: priv: 'protocol' is missing; add one, such as protocol: AES-128"},
      {"user: &a op", "v3.yaml:1: an anchor; write the value out where it is used"},
  };
  for (const auto& [text, expected] : rows) {
    CHECK(said(text) == expected);
    CHECK(said(text).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("weak protocols are refused unless the device or the file allows them, and said either way") {
  const std::string md5 = "user: op\nauth: {protocol: MD5, passphrase: authpass1}\n";
  const std::string des = good.substr(0, good.find("priv")) + "priv: {protocol: DES, passphrase: privpass1}\n";
  CHECK(
      judged(md5, false) ==
      "error rack.yaml: devices.a.v3_file: MD5 is weak; take SHA-256 and AES-128; where the device can do no better, add allow_weak: true");
  CHECK(judged(des, false).starts_with("error rack.yaml: devices.a.v3_file: DES is weak; "));
  CHECK(judged(md5, true) ==
        "warning rack.yaml: devices.a.v3_file: MD5 is weak, and allowed here; take SHA-256 and AES-128 once the device can");
  CHECK(judged(des + "allow_weak: true", false).starts_with("warning rack.yaml: devices.a.v3_file: DES is weak, and allowed here"));
  CHECK(judged("user: op", false).starts_with("warning rack.yaml: devices.a.v3_file: SNMPv3 without authentication"));
  CHECK(judged("user: op\nauth: {protocol: SHA-1, passphrase: authpass1}", false) ==
        "warning rack.yaml: devices.a.v3_file: SNMPv3 without privacy: every answer travels in clear; add priv:");
  CHECK(judged(good, false).empty());
}
