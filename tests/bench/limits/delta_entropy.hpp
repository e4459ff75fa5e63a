#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

// The yardstick of sizes: the order-0 entropy of what follows from one number to the next, a count of its own for each column. A coder
// that knows nothing but these counts, and knows them for nothing, cannot do better.
namespace holdup::bench {

class DeltaEntropy {
 public:
  explicit DeltaEntropy(std::size_t columns) : columns_(columns) {}

  void add(std::size_t column, std::int64_t number) {
    auto& told = columns_[column];
    if (told.any) {
      ++told.counts[number - told.before];
      ++told.total;
    }
    told.before = number;
    told.any = true;
  }
  [[nodiscard]] double bytes() const {
    double bits = 0;
    for (const auto& column : columns_)
      for (const auto& [delta, count] : column.counts)
        bits -= static_cast<double>(count) * std::log2(static_cast<double>(count) / static_cast<double>(column.total));
    return bits / 8;
  }

 private:
  struct Column {
    bool any = false;
    std::int64_t before = 0;
    std::uint64_t total = 0;
    std::unordered_map<std::int64_t, std::uint64_t> counts;
  };
  std::vector<Column> columns_;
};

}  // namespace holdup::bench
