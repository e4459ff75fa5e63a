#include "drivers/profile/oid.hpp"

#include <algorithm>
#include <charconv>

#include "ground/expect.hpp"

namespace holdup::profile {

std::optional<Oid> Oid::parse(std::string_view text) {
  constexpr std::size_t most_parts = 128;  // RFC 3416 section 4.1
  if (text.starts_with('.')) text.remove_prefix(1);
  std::vector<std::uint32_t> parts;
  while (true) {
    std::uint32_t part{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), part);
    if (error != std::errc{} || parts.size() == most_parts) return std::nullopt;
    parts.push_back(part);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty()) return Oid{std::move(parts)};
    if (text.front() != '.') return std::nullopt;
    text.remove_prefix(1);
  }
}

std::string Oid::text() const {
  constexpr std::size_t widest = 11;  // a part and its dot
  std::string out(parts_.size() * widest, '\0');
  char* at = out.data();
  for (const std::uint32_t part : parts_) {
    if (at != out.data()) *at++ = '.';
    at = std::to_chars(at, out.data() + out.size(), part).ptr;
  }
  out.resize(static_cast<std::size_t>(at - out.data()));
  return out;
}

bool Oid::under(const Oid& tree) const {
  return parts_.size() >= tree.parts_.size() && std::equal(tree.parts_.begin(), tree.parts_.end(), parts_.begin());
}

Oid Oid::with(std::span<const std::uint32_t> index) const {
  std::vector<std::uint32_t> parts;
  parts.reserve(parts_.size() + index.size());
  parts.insert(parts.end(), parts_.begin(), parts_.end());
  parts.insert(parts.end(), index.begin(), index.end());
  return Oid{std::move(parts)};
}

std::span<const std::uint32_t> Oid::index_under(const Oid& tree) const {
  HOLDUP_EXPECT(under(tree));
  return std::span{parts_}.subspan(tree.size());
}

}  // namespace holdup::profile
