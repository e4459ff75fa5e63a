#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <utility>
#include <vector>

// Which series a poll reply has: made once, then shared by all replies, journal rows and lanes that have the same. Pure.
namespace holdup::store::codec {

/// Rows of series, never changed. Copies share them: to compare two of these nothing is read.
class SeriesList {
 public:
  SeriesList() = default;
  SeriesList(std::vector<std::int64_t> series) : series_{std::make_shared<const std::vector<std::int64_t>>(std::move(series))} {}
  SeriesList(std::initializer_list<std::int64_t> series) : SeriesList{std::vector<std::int64_t>{series}} {}

  [[nodiscard]] std::span<const std::int64_t> all() const {
    return series_ ? std::span<const std::int64_t>{*series_} : std::span<const std::int64_t>{};
  }
  [[nodiscard]] std::size_t size() const { return series_ ? series_->size() : 0; }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] auto begin() const { return all().begin(); }
  [[nodiscard]] auto end() const { return all().end(); }
  [[nodiscard]] std::int64_t operator[](std::size_t place) const { return (*series_)[place]; }
  [[nodiscard]] std::int64_t front() const { return series_->front(); }
  [[nodiscard]] std::int64_t back() const { return series_->back(); }
  /// They share them.
  [[nodiscard]] bool is(const SeriesList& other) const { return series_ == other.series_; }
  bool operator==(const SeriesList& other) const { return series_ == other.series_ || std::ranges::equal(all(), other.all()); }

 private:
  std::shared_ptr<const std::vector<std::int64_t>> series_;
};

struct SeriesListHash {
  std::size_t operator()(const SeriesList& series) const {
    std::uint64_t hash = series.size();
    for (const std::int64_t one : series) hash = (hash ^ static_cast<std::uint64_t>(one)) * 0x9E3779B97F4A7C15ULL, hash ^= hash >> 32U;
    return hash;
  }
};

}  // namespace holdup::store::codec
