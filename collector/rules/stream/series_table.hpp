#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <vector>

#include "collector/rules/stream/leaf.hpp"

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
  /// Calls `take(series, sample)` for each sample, with nothing for a series that was not born. Thousands of series lie in no cache: side
  /// by side they come from memory as fast as one.
  template <class Sample, class Take>
  void each_of(std::span<const Sample> samples, Take take) const {
    std::array<Series*, 16> some{};
    for (; !samples.empty(); samples = samples.subspan(std::min(samples.size(), some.size()))) {
      const auto count = std::min(samples.size(), some.size());
      for (std::size_t i = 0; i < count; ++i)
        if ((some[i] = place(samples[i].series)) != nullptr) fetch_line(some[i]);
      for (std::size_t i = 0; i < count; ++i) {
        if (some[i] == nullptr) continue;
        const Series& series = *some[i];
        if (!series.known) {
          some[i] = nullptr;
          continue;
        }
        if (series.ring) fetch_line(series.ring.get());
        if (series.other_consumers > 0) fetch_line(series.others.get());
        if (series.first.sees_all()) series.first.leaf->fetch_touched();
      }
      for (std::size_t i = 0; i < count; ++i) {
        if (some[i] == nullptr) continue;
        const Series& series = *some[i];
        if (series.ring) series.ring->fetch();
        for (std::uint32_t other = 0; other < std::min(series.other_consumers, most_fetched); ++other)
          if (const auto& consumer = series.others[other]; consumer.sees_all()) consumer.leaf->fetch_touched();
      }
      for (std::size_t i = 0; i < count; ++i) take(some[i], samples[i]);
    }
  }
  /// Calls `take(id, series)` for each that was born.
  template <class Take>
  void each(Take take) const {
    for (std::size_t page = 0; page < pages_.size(); ++page)
      for (std::size_t i = 0; pages_[page] && i < page_size; ++i)
        if (Series& series = (*pages_[page])[i]; series.known) take(static_cast<std::uint32_t>(page * page_size + i), series);
  }
  /// Calls `gone(places)` after each page.
  template <class Gone>
  void clear(Gone gone) {
    for (auto& page : pages_) page.reset(), gone(page_size);
    pages_.clear();
  }

 private:
  [[nodiscard]] Series* place(std::uint32_t id) const {
    const auto page = id / page_size;
    return page < pages_.size() && pages_[page] ? &(*pages_[page])[id % page_size] : nullptr;
  }

  static constexpr std::size_t page_size = 256;
  static constexpr std::uint32_t most_fetched = 4;  // of the other consumers
  using Page = std::array<Series, page_size>;
  std::vector<std::unique_ptr<Page>> pages_;
};

}  // namespace holdup::rules::stream
