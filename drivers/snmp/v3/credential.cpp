#include "drivers/snmp/v3/credential.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "ground/utf8.hpp"
#include "ground/yaml/mapping.hpp"

namespace holdup::v3 {
namespace {

using ground::yaml::Mapping;
using ground::yaml::Node;

constexpr std::size_t fewest_characters = 8;  // RFC 3414 section 11.2
constexpr std::size_t longest_name = 32;      // a user's, RFC 3414 section 2.4; a context's, RFC 3415 vacmContextName

std::optional<Secret> from_hex(std::string_view text) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  std::vector<std::uint8_t> bytes;
  if (text.empty() || text.size() % 2 != 0) return std::nullopt;
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  for (std::size_t i = 0; i < text.size(); i += 2) {
    if (digit(text[i]) < 0 || digit(text[i + 1]) < 0) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(digit(text[i]) * 16 + digit(text[i + 1])));
  }
  Secret out{bytes};
  ::explicit_bzero(bytes.data(), bytes.size());
  return out;
}

void read_passphrase(Mapping& map, Key& key) {
  auto text = map.text("passphrase").value_or("");
  if (text.size() < fewest_characters) map.problem("passphrase", "shorter than 8 characters", "SNMPv3 needs 8 or more (RFC 3414)");
  key.passphrase = Secret{std::move(text)};
}

void read_master(Mapping& map, Auth auth, Key& key) {
  auto text = map.text("key").value_or("");
  auto master = from_hex(text);
  wipe(text);
  if (!master) return map.problem("key", "no hexadecimal number", "write 0x and an even count of digits, or a passphrase");
  if (auth != Auth::none && master->bytes().size() != key_bytes(auth))
    return map.problem("key", std::to_string(master->bytes().size()) + " bytes long",
                       "a master key of " + std::string{name(auth)} + " has " + std::to_string(key_bytes(auth)));
  key.master = std::move(*master);
}

/// `auth` makes the key, of privacy too.
void read_key(Mapping& map, Auth auth, Key& key) {
  const bool passphrase = map.has("passphrase"), master = map.has("key");
  if (passphrase && master) map.problem({}, "passphrase and key", "give one of them");
  if (!passphrase && !master && map.node().is_map()) map.problem({}, "no secret", "add passphrase: or key:");
  if (passphrase && !master) read_passphrase(map, key);
  if (master && !passphrase) read_master(map, auth, key);
}

/// The word's place among the protocols; 0 is none, and no word.
template <std::size_t N>
std::size_t read_protocol(Mapping& map, const std::array<std::string_view, N>& names, const std::string& example) {
  if (map.node().is_map() && !map.has("protocol")) map.problem({}, "'protocol' is missing", "add one, such as protocol: " + example);
  const auto word = map.word("protocol", std::span{names}.subspan(1));
  return word ? *word + 1 : 0;
}

/// What the reader's own copy of the file holds.
void wipe(Node& node) {
  v3::wipe(node.text);
  for (Node& item : node.items) wipe(item);
  for (Node::Entry& entry : node.entries) wipe(entry.value);
}

std::string short_name(Mapping& map, std::string_view key, std::string name) {
  if (name.size() > longest_name) map.problem(key, "over 32 bytes long", "SNMPv3 allows no longer one");
  if (ground::printable(name) != name) map.problem(key, "holds what cannot be printed", "write the name as the agent knows it");
  return name;
}

void read_priv(Mapping& top, const ground::yaml::Report& report, Credential& out) {
  const Node* node = top.find("priv");
  if (node == nullptr) return;
  if (out.auth == Auth::none && !top.has("auth"))
    top.problem("priv", "privacy without authentication", "add auth:, SNMPv3 has no such level");
  Mapping map{*node, "priv", report};
  out.priv = static_cast<Priv>(read_protocol(map, priv_names, "AES-128"));
  read_key(map, out.auth, out.priv_key);
  map.finish();
}

void read_auth(Mapping& top, const ground::yaml::Report& report, Credential& out) {
  const Node* node = top.find("auth");
  if (node == nullptr) return;
  Mapping map{*node, "auth", report};
  out.auth = static_cast<Auth>(read_protocol(map, auth_names, "SHA-256"));
  read_key(map, out.auth, out.auth_key);
  map.finish();
}

}  // namespace

std::string Credential::text() const {
  std::string out = user + ", " + std::string{name(level())};
  if (auth != Auth::none) out += " (" + std::string{name(auth)} + (priv == Priv::none ? "" : ", " + std::string{name(priv)}) + ")";
  return out;
}

Credential read_credential(std::string text, const std::string& file, ground::Problems& problems) {
  Credential out;
  ground::Problems here;
  Node root = ground::yaml::parse(text, file, here);
  v3::wipe(text);
  if (here.ok()) {
    const ground::yaml::Report report{file, here};
    Mapping top{root, "", report};
    out.user = short_name(top, "user", top.required_text("user"));
    out.context = short_name(top, "context", top.text("context").value_or(""));
    out.allow_weak = top.flag("allow_weak").value_or(false);
    read_auth(top, report, out);
    read_priv(top, report, out);
    top.finish();
  }
  wipe(root);
  for (const auto& problem : here.all()) problems.add(problem);
  return out;
}

void judge_strength(const Credential& credential, bool device_allows, const ground::Problem& place, ground::Problems& problems) {
  const auto say = [&](ground::Problem::Weight weight, std::string what, std::string mend) {
    ground::Problem problem = place;
    problem.what = std::move(what);
    problem.mend = std::move(mend);
    problem.weight = weight;
    problems.add(std::move(problem));
  };
  using Weight = ground::Problem::Weight;
  const bool allowed = device_allows || credential.allow_weak;
  if (credential.is_weak()) {
    const auto weak = std::string{is_weak(credential.auth) ? name(credential.auth) : name(credential.priv)};
    if (allowed)
      say(Weight::warning, weak + " is weak, and allowed here", "take SHA-256 and AES-128 once the device can");
    else
      say(Weight::error, weak + " is weak", "take SHA-256 and AES-128; where the device can do no better, add allow_weak: true");
  } else if (credential.level() == Level::no_auth) {
    say(Weight::warning, "SNMPv3 without authentication: anybody can answer in the device's name", "add auth: and priv:");
  } else if (credential.level() == Level::auth) {
    say(Weight::warning, "SNMPv3 without privacy: every answer travels in clear", "add priv:");
  }
}

}  // namespace holdup::v3
