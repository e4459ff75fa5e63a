#include "store/conversion.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <bit>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "ground/instant.hpp"
#include "ground/quality.hpp"
#include "store/sealing.hpp"
#include "store/tables.hpp"

namespace holdup::store {
namespace {

constexpr std::size_t old_sample_size = 9;                 // a double's eight bytes, least first, then the quality
constexpr std::int64_t most_bytes_compacted = 32'000'000;  // more takes longer than an event may wait

struct OldSample {
  double value = 0;
  ground::Quality quality = ground::Quality::good;
};

OldSample sample_at(std::span<const std::uint8_t> bytes, std::size_t place) {
  const auto one = bytes.subspan(place * old_sample_size, old_sample_size);
  std::uint64_t bits = 0;
  for (std::size_t i = 8; i-- > 0;) bits = bits << 8U | one[i];
  return {std::bit_cast<double>(bits), static_cast<ground::Quality>(one[8])};
}

bool whole(std::span<const std::uint8_t> bytes, std::size_t members) {
  if (bytes.size() != members * old_sample_size) return false;
  for (std::size_t i = 8; i < bytes.size(); i += old_sample_size)
    if (bytes[i] >= ground::quality_names.size()) return false;
  return true;
}

std::vector<std::int64_t> numbers_of(std::string_view text) {
  std::vector<std::int64_t> out;
  while (!text.empty()) {
    std::int64_t number = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), number).ptr;
    out.push_back(number);
    const auto used = static_cast<std::size_t>(end - text.data()) + 1;  // and the comma
    text.remove_prefix(std::min(used, text.size()));
  }
  return out;
}

std::int64_t floor_ms(std::int64_t ns) { return std::chrono::floor<std::chrono::milliseconds>(ground::Duration{ns}).count(); }

}  // namespace

const OldSamples::Members& OldSamples::members_of(std::int64_t shape) {
  const auto [known, added] = shapes_.try_emplace(shape);
  Members& out = known->second;
  if (!added) return out;
  SQLite::Statement find{file_, "SELECT members FROM shape WHERE row = ?"};
  find.bind(1, shape);
  if (!find.executeStep()) return out;
  struct Some {
    std::vector<std::int64_t> series;
    std::vector<std::size_t> places;
  };
  std::map<std::int64_t, Some> parts;  // by pack
  for (const auto series : numbers_of(find.getColumn(0).getString())) {
    auto& part = parts[catalog_.pack_of(file_, series)];
    part.series.push_back(series);
    part.places.push_back(out.count++);
  }
  for (auto& [pack, part] : parts)
    if (pack != 0) out.parts.push_back({pack, std::move(part.series), std::move(part.places)});
  return out;
}

bool OldSamples::read(int rows, Tail& into) {
  SQLite::Statement find{file_, "SELECT row, shape, boot, mono_ns, utc_ns, samples FROM batch WHERE row > ? ORDER BY row LIMIT ?"};
  find.bind(1, last_);
  find.bind(2, rows);
  bool any = false;
  while (find.executeStep()) {
    any = true;
    last_ = find.getColumn(0).getInt64();
    const auto utc_ns = find.getColumn(4).getInt64();
    const auto& members = members_of(find.getColumn(1).getInt64());
    const std::span bytes{static_cast<const std::uint8_t*>(find.getColumn(5).getBlob()),
                          static_cast<std::size_t>(find.getColumn(5).getBytes())};
    if (!whole(bytes, members.count)) {
      const auto at = floor_ms(utc_ns);
      losses_.push_back({.what = "batch " + std::to_string(last_),
                         .from_ms = at,
                         .to_ms = at,
                         .samples = static_cast<std::int64_t>(members.count),
                         .why = "its bytes are damaged"});
      continue;
    }
    const auto offset_ms = floor_ms(utc_ns) - floor_ms(find.getColumn(3).getInt64());
    for (const auto& [pack, series, places] : members.parts) {
      auto& lane = into.lane(pack, series, last_);
      lane.rows.push_back({floor_ms(utc_ns), 0, find.getColumn(2).getInt64(), steady(offset_ms), last_, into.next_order()});
      for (const auto place : places) {
        const auto sample = sample_at(bytes, place);
        lane.decimals.wholes.push_back(std::bit_cast<std::int64_t>(sample.value));
        lane.decimals.scales.push_back(0);
        lane.qualities.push_back(sample.quality);
      }
    }
  }
  return any;
}

std::int64_t OldSamples::steady(std::int64_t offset_ms) {
  if (!offset_ms_ || std::abs(offset_ms - *offset_ms_) >= offset_kept_within_ms) offset_ms_ = offset_ms;
  return *offset_ms_;
}

void OldSamples::remove() const { execute(file_, "DELETE FROM batch WHERE row <= ?", {last_}); }

void OldSamples::drop_tables(SQLite::Database& file) { file.exec("DROP TABLE batch; DROP TABLE member; DROP TABLE shape"); }

void OldSamples::compact(SQLite::Database& file) {
  if (number(file, "PRAGMA auto_vacuum") != 0) return;
  const auto used = (number(file, "PRAGMA page_count") - number(file, "PRAGMA freelist_count")) * number(file, "PRAGMA page_size");
  std::error_code code;
  const auto room = std::filesystem::space(file.getFilename(), code);
  if (code || used > most_bytes_compacted || room.available < 3 * static_cast<std::uint64_t>(used)) return;
  file.exec("PRAGMA auto_vacuum = INCREMENTAL");
  file.exec("VACUUM");
}

}  // namespace holdup::store
