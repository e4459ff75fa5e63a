#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "store/codec/scale.hpp"
#include "store/codec/series_list.hpp"

// What the rows of a journal since the last key row have said, as its reader knows it. Pure.
namespace holdup::store::codec {

struct JournalState {
  struct Series {
    Scale scale;
    std::int64_t whole = 0;
  };
  /// Series that are measured together.
  struct List {
    SeriesList series;
    std::vector<std::uint32_t> slots;  // of each, in `all`
    std::int64_t utc_ms = 0, step_ms = 0, age_ms = 0;
  };
  std::vector<Series> all;
  std::unordered_map<std::int64_t, std::uint32_t> slot_of;
  std::vector<List> lists;
  std::size_t members = 0;  // of all lists
  std::int64_t boot = 0, offset_ms = 0;

  List& add(SeriesList series) {
    List& list = lists.emplace_back();
    list.series = std::move(series);
    members += list.series.size();
    for (const std::int64_t one : list.series) {
      const auto [at, born] = slot_of.try_emplace(one, static_cast<std::uint32_t>(all.size()));
      if (born) all.emplace_back();
      list.slots.push_back(at->second);
    }
    return list;
  }
};

inline constexpr std::uint8_t journal_version = 1, journal_key = 0x10, journal_compressed = 0x20;
inline constexpr std::size_t max_journal_bytes = 1U << 25U;  // of a row, uncompressed
// since the last key row:
inline constexpr std::size_t max_lists = 1U << 16U, max_members = 1U << 20U;

}  // namespace holdup::store::codec
