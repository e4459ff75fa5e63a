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
  std::size_t likely = 0;   // place of the next list, when all come as they came first
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

// the first byte of a row: 1 was written until format 2 of the file
inline constexpr std::uint8_t journal_version = 2, journal_version_1 = 1, journal_key = 0x10, journal_compressed = 0x20;
// what follows the first byte of a reply's head, in this order
inline constexpr std::uint8_t other_list = 1, other_step = 2, other_age = 4, other_boot = 8, other_offset = 0x10, not_all_good = 0x20;
// a value's digit: what its whole number rose or fell by, zigzag; or where to find it
inline constexpr std::uint8_t far_digit = 14, odd_digit = 15;
inline constexpr std::size_t max_journal_bytes = 1U << 25U;  // of a row, uncompressed
// since the last key row:
inline constexpr std::size_t max_lists = 1U << 16U, max_members = 1U << 20U;

}  // namespace holdup::store::codec
