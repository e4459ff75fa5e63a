#include "collector/cli/known_series.hpp"

#include "store/reader.hpp"

namespace holdup::cli {

std::vector<core::KnownSeries> known_series(const std::string& store_path, ground::Utc now) {
  std::vector<core::KnownSeries> out;
  auto reader = store::Reader::open(store_path);
  for (const auto name : {core::Learning::device_series, core::Learning::part_series}) {
    const auto series = reader ? reader->series(name, {}) : ground::Result<std::vector<store::StoredSeries>>{reader.error()};
    if (!series) continue;
    for (const auto& one : *series) {
      store::Range range{.from = ground::Utc{}, .to = now};
      const auto first = reader->bucket_slice(one.row, range, std::chrono::hours{1}, 1);
      if (first && !first->empty()) out.push_back({one.series, first->front().time});
    }
  }
  return out;
}

}  // namespace holdup::cli
