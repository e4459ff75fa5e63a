#include "hw-sim/agents/credentials.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "ground/yaml/mapping.hpp"
#include "ground/yaml/node.hpp"

namespace hwsim::agents {
namespace {

using ground::yaml::Mapping;
using ground::yaml::Node;
using ground::yaml::Report;

constexpr std::size_t longest_name = 32;  // RFC 3414, 5: usmUserName

// Without dashes and case, as people and tools write them differently.
constexpr std::array<std::pair<std::string_view, Auth>, 7> auths{{{"md5", Auth::md5},
                                                                  {"sha", Auth::sha1},
                                                                  {"sha1", Auth::sha1},
                                                                  {"sha224", Auth::sha224},
                                                                  {"sha256", Auth::sha256},
                                                                  {"sha384", Auth::sha384},
                                                                  {"sha512", Auth::sha512}}};
constexpr std::array<std::pair<std::string_view, Priv>, 7> privs{{{"des", Priv::des},
                                                                  {"aes", Priv::aes128},
                                                                  {"aes128", Priv::aes128},
                                                                  {"aes192", Priv::aes192},
                                                                  {"aes256", Priv::aes256},
                                                                  {"aes192c", Priv::aes192c},
                                                                  {"aes256c", Priv::aes256c}}};

template <class Names>
auto named(const Names& names, std::string_view word) {
  std::string plain;
  for (const char c : word)
    if (c != '-') plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto at = std::find_if(names.begin(), names.end(), [&](const auto& entry) { return entry.first == plain; });
  return at == names.end() ? decltype(at->second){} : at->second;
}

struct Half {
  std::string protocol;
  std::string passphrase;
};

std::optional<Half> read_half(Mapping& map, std::string_view key) {
  const Node* node = map.find(key);
  if (node == nullptr) return std::nullopt;
  Mapping half{*node, map.path(key), map.report()};
  Half out{.protocol = half.required_text("protocol"), .passphrase = half.required_text("passphrase")};
  if (!out.passphrase.empty() && out.passphrase.size() < shortest_passphrase)
    half.problem("passphrase", "shorter than 8 characters", "SNMPv3 takes none so short (RFC 3414, 11.2)");
  half.finish();
  return out;
}

V3User read_user(Mapping& map) {
  V3User user{.name = map.required_text("user")};
  if (user.name.size() > longest_name) map.problem("user", "longer than 32 octets", "write a shorter name");
  if (const auto auth = read_half(map, "auth")) {
    user.auth = auth_named(auth->protocol);
    user.auth_passphrase = auth->passphrase;
    if (user.auth == Auth::none && !auth->protocol.empty())
      map.problem("auth", "no such protocol", "write MD5, SHA-1, SHA-224, SHA-256, SHA-384 or SHA-512");
  }
  if (const auto priv = read_half(map, "priv")) {
    user.priv = priv_named(priv->protocol);
    user.priv_passphrase = priv->passphrase;
    if (user.priv == Priv::none && !priv->protocol.empty())
      map.problem("priv", "no such protocol", "write DES, AES-128, AES-192, AES-256, AES-192-C or AES-256-C");
    if (user.auth == Auth::none) map.problem("priv", "'priv' without 'auth'", "SNMPv3 encrypts only what it authenticates: add auth");
  }
  (void)map.flag("allow_weak");  // holdup's: whether it may use MD5 and DES
  map.finish();
  return user;
}

}  // namespace

std::vector<V3User> parse_credentials(std::string_view text, const std::string& file, ground::Problems& problems) {
  const auto before = problems.errors();
  const Node root = ground::yaml::parse(text, file, problems);
  if (problems.errors() > before) return {};
  Mapping map{root, {}, Report{file, problems}};
  const Node* list = map.find("users");
  if (list == nullptr) return {read_user(map)};
  std::vector<V3User> users;
  for (const Node& item : list->items) {
    Mapping user{item, "users", map.report()};
    users.push_back(read_user(user));
  }
  if (users.empty()) map.problem("users", "names nobody", "list at least one user");
  map.finish();
  return users;
}

Auth auth_named(std::string_view word) { return named(auths, word); }
Priv priv_named(std::string_view word) { return named(privs, word); }

}  // namespace hwsim::agents
