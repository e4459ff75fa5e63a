#include "collector/rules/numbered.hpp"

#include <algorithm>
#include <bit>
#include <functional>

#include "collector/rules/turns.hpp"

namespace holdup::rules {
namespace {

constexpr std::size_t least_room = 256, most_room = std::size_t{64} << 10U;

std::uint32_t hash_of(std::string_view text) {
  const auto hash = static_cast<std::uint64_t>(std::hash<std::string_view>{}(text));
  return static_cast<std::uint32_t>(hash ^ hash >> 32U);
}

}  // namespace

std::pair<std::uint32_t, bool> Numbered::add(std::string_view text) {
  const auto hash = hash_of(text);
  if (const auto found = find(text, hash); found != none) return {found, false};
  add_bucket();
  const auto number = static_cast<std::uint32_t>(entries_.size());
  auto& first = buckets_[bucket_of(hash)];
  entries_.push_back({.text = hold(text), .length = static_cast<std::uint32_t>(text.size()), .hash = hash, .next = first});
  first = number;
  return {number, true};
}

std::optional<std::uint32_t> Numbered::find(std::string_view text) const {
  const auto found = find(text, hash_of(text));
  return found == none ? std::nullopt : std::optional{found};
}

void Numbered::clear() {
  let_go(texts_);
  entries_.clear(), buckets_.clear();  // a page each
  room_ = used_ = 0;
}

std::uint32_t Numbered::find(std::string_view text, std::uint32_t hash) const {
  if (buckets_.empty()) return none;
  auto at = buckets_[bucket_of(hash)];
  while (at != none && (entries_[at].hash != hash || std::string_view{entries_[at].text, entries_[at].length} != text))
    at = entries_[at].next;
  return at;
}

/// Of n buckets those below n less its highest power of two, and those from that power on, go by one bit more of the hash.
std::size_t Numbered::bucket_of(std::uint32_t hash) const {
  const auto whole = std::bit_ceil(buckets_.size()), bucket = hash & (whole - 1);
  return bucket < buckets_.size() ? bucket : bucket & (whole / 2 - 1);
}

/// It takes its share of the one bucket whose hashes had one bit less.
void Numbered::add_bucket() {
  const auto fresh = buckets_.size();
  buckets_.push_back(none);
  if (fresh == 0) return;
  auto at = std::exchange(buckets_[fresh - std::bit_floor(fresh)], none);
  while (at != none) {
    auto& entry = entries_[at];
    auto& first = buckets_[bucket_of(entry.hash)];
    worked();
    const auto next = std::exchange(entry.next, first);
    first = std::exchange(at, next);
  }
}

const char* Numbered::hold(std::string_view text) {
  if (room_ - used_ < text.size()) {
    room_ = std::max(text.size(), std::min(most_room, std::max(least_room, room_ * 2)));
    used_ = 0;
    texts_.push_back(std::make_unique_for_overwrite<char[]>(room_));
  }
  auto* out = texts_.empty() ? nullptr : texts_.back().get() + used_;
  std::ranges::copy(text, out);
  used_ += text.size();
  return out;
}

}  // namespace holdup::rules
