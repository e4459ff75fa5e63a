#include "collector/control/tokens.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <sstream>

#include "drivers/open/secret.hpp"
#include "ground/element.hpp"

namespace holdup::control {
namespace {

constexpr std::size_t fewest = 2;  // whoever begins it cannot end it

ground::Failure refused(const std::string& what) { return {ground::FailureKind::malformed, what}; }

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return text;
}

bool is_digest(const std::string& text) {
  return text.size() == std::size_t{2} * SHA256_DIGEST_LENGTH && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

std::string sha256_hex(std::string_view text) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  std::string out;
  for (const unsigned char byte : digest) out.append({"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]});
  return out;
}

ground::Result<Tokens> Tokens::read(const std::string& path) {
  const auto text = drivers::read_secret_text(path);
  if (!text) return text.error();
  auto tokens = parse(*text);
  if (!tokens) return refused(path + ": " + tokens.error().what);
  return tokens;
}

ground::Result<Tokens> Tokens::parse(std::string_view text) {
  Tokens tokens;
  std::istringstream lines{std::string{text}};
  int number = 0;
  for (std::string one; std::getline(lines, one);) {
    ++number;
    std::istringstream words{one.substr(0, one.find('#'))};
    Entry entry;
    std::string more;
    if (!(words >> entry.name)) continue;
    words >> entry.digest;
    entry.digest = lower(entry.digest);
    if (!ground::is_element_part(entry.name) || !is_digest(entry.digest) || words >> more)
      return refused("line " + std::to_string(number) + " is not NAME and the SHA-256 of a token in 64 hex digits");
    for (const Entry& other : tokens.entries_)
      if (other.name == entry.name || other.digest == entry.digest)
        return refused("line " + std::to_string(number) + " has the name or the token of another line");
    tokens.entries_.push_back(std::move(entry));
  }
  if (tokens.entries_.size() < fewest) return refused("fewer than two tokens: whoever begins hands-off cannot end it");
  return tokens;
}

std::string Tokens::name_of(std::string_view token) const {
  const auto digest = sha256_hex(token);
  std::string found;
  for (const Entry& entry : entries_)
    if (CRYPTO_memcmp(entry.digest.data(), digest.data(), digest.size()) == 0) found = entry.name;
  return found;
}

}  // namespace holdup::control
