#pragma once

#include <array>
#include <memory>
#include <vector>

#include "collector/rules/stream/series.hpp"

// Series by the host's numbers, which count up from a low one: records lie side by side in pages, at places that stay. Used by the engine.
namespace holdup::rules::stream {

class SeriesTable {
 public:
  /// Nothing for one that was not born.
  [[nodiscard]] Series* find(std::uint32_t id) const {
    Series* series = place(id);
    return series != nullptr && series->known ? series : nullptr;
  }
  Series& at(std::uint32_t id) {
    const auto page = id / page_size;
    if (page >= pages_.size()) pages_.resize(page + 1);
    if (!pages_[page]) pages_[page] = std::make_unique<Page>();
    return (*pages_[page])[id % page_size];
  }
  /// Those that these samples are told to next: thousands of series lie in no cache, and side by side they come as fast as one.
  template <class Samples>
  void fetch(const Samples& samples) const {
    for (const auto& sample : samples)
      if (const auto* series = place(sample.series)) fetch_line(series);
    for (const auto& sample : samples)
      if (const auto* series = place(sample.series)) {
        if (series->ring) fetch_line(series->ring.get());
        if (series->is_crowded) fetch_line(series->others.get());
      }
    for (const auto& sample : samples)
      if (const auto* series = place(sample.series); series != nullptr && series->ring) series->ring->fetch();
  }
  /// Calls `take(id, series)` for each that was born.
  template <class Take>
  void each(Take take) const {
    for (std::size_t page = 0; page < pages_.size(); ++page)
      for (std::size_t i = 0; pages_[page] && i < page_size; ++i)
        if (Series& series = (*pages_[page])[i]; series.known) take(static_cast<std::uint32_t>(page * page_size + i), series);
  }

 private:
  [[nodiscard]] Series* place(std::uint32_t id) const {
    const auto page = id / page_size;
    return page < pages_.size() && pages_[page] ? &(*pages_[page])[id % page_size] : nullptr;
  }

  static constexpr std::size_t page_size = 256;
  using Page = std::array<Series, page_size>;
  std::vector<std::unique_ptr<Page>> pages_;
};

}  // namespace holdup::rules::stream
