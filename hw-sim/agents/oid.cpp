#include "hw-sim/agents/oid.hpp"

#include <charconv>

namespace hwsim::agents {
namespace {

constexpr std::size_t longest_oid = 128;

// The first two arcs share one octet: below arc 2 the second is at most 39.
bool has_encodable_root(const Oid& oid) { return oid.size() >= 2 && oid[0] <= 2 && (oid[0] == 2 || oid[1] < 40); }

}  // namespace

std::optional<Oid> parse_oid(std::string_view text) {
  if (text.starts_with('.')) text.remove_prefix(1);
  Oid oid;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (oid.size() < longest_oid) {
    std::uint32_t arc = 0;
    const auto [stop, error] = std::from_chars(at, end, arc);
    if (error != std::errc{}) return std::nullopt;
    oid.push_back(arc);
    if (stop == end) return has_encodable_root(oid) ? std::optional{std::move(oid)} : std::nullopt;
    if (*stop != '.') return std::nullopt;
    at = stop + 1;
  }
  return std::nullopt;
}

std::string oid_text(const Oid& oid) {
  std::string out;
  for (const auto arc : oid) {
    if (!out.empty()) out += '.';
    out += std::to_string(arc);
  }
  return out;
}

}  // namespace hwsim::agents
