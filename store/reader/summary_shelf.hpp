#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <tuple>

#include "store/codec/summary.hpp"

// Summaries that were read lately, opened: the series of one pack are mostly asked for one after the other. A summary never changes, it
// only goes. Used by Session.
namespace holdup::store {

class SummaryShelf {
 public:
  /// What tells one summary from another that had its row before.
  using Key = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t>;  // row, pack, from, to, bytes

  [[nodiscard]] const codec::SummaryReader* find(const Key& key) const {
    const auto known = all_.find(key);
    return known == all_.end() ? nullptr : &known->second->reader;
  }
  /// Checked and kept; the pointer holds until the next one is kept.
  [[nodiscard]] ground::Result<const codec::SummaryReader*> keep(const Key& key, codec::BytesView bytes) {
    auto opened = std::make_unique<Opened>();
    opened->bytes.assign(bytes.begin(), bytes.end());
    auto reader = codec::SummaryReader::open(opened->bytes);
    if (!reader) return reader.error();
    opened->reader = std::move(*reader);
    if ((held_ += bytes.size()) > most_bytes) all_.clear(), held_ = bytes.size();
    return &(all_[key] = std::move(opened))->reader;
  }

 private:
  static constexpr std::size_t most_bytes = 4U << 20U;
  struct Opened {
    codec::Bytes bytes;
    codec::SummaryReader reader;
  };
  std::map<Key, std::unique_ptr<Opened>> all_;
  std::size_t held_ = 0;
};

}  // namespace holdup::store
