#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/codec/series_list.hpp"
#include "store/record/series.hpp"

namespace SQLite {
class Database;
}

// Which row of the file stands for which series of this run, in which pack it lies, and where each sample of a batch goes. Used by
// Ledger; it outlives it, so that a file opened again after a failure is told the series again.
namespace holdup::store {

inline constexpr std::int64_t most_series_a_pack = 32;

/// What batches of the same series in the same order have in common, so that nothing is looked up a sample.
struct Shape {
  std::vector<record::SeriesId> ids;  // of the samples
  codec::SeriesList series;           // ascending, each once
  std::vector<std::uint32_t> held;    // for each of these the sample that counts: the last one of its series
};

class Catalog {
 public:
  explicit Catalog(std::string boot) : boot_{std::move(boot)} {}

  /// From now on `id` means this series.
  void declare(record::SeriesId id, const record::Series& series);
  /// The rows are no longer to be trusted: the transaction that made them was lost, or the file is another.
  void forget_rows();

  // The following throw SQLite::Exception; they add what the file does not know yet, and begin a transaction for that.
  /// Until the next call.
  [[nodiscard]] const Shape& shape(SQLite::Database& file, std::span<const record::Sample> samples);
  [[nodiscard]] std::int64_t boot_row(SQLite::Database& file);
  /// The pack of a series that is in the file; 0 when it is not.
  [[nodiscard]] std::int64_t pack_of(SQLite::Database& file, std::int64_t series_row);
  /// The pack that a new series of this device belongs to.
  [[nodiscard]] std::int64_t pack_for(SQLite::Database& file, const std::string& device);

 private:
  struct Place {
    std::int64_t row = 0;
    std::int64_t pack = 0;
  };
  struct Filling {  // a device's newest pack
    std::int64_t pack = 0;
    std::int64_t series = 0;
  };
  void forget_shapes();
  [[nodiscard]] Place place(SQLite::Database& file, record::SeriesId id);
  [[nodiscard]] Place add_series(SQLite::Database& file, const std::string& text, const record::Series& series);
  [[nodiscard]] std::unique_ptr<const Shape> make_shape(SQLite::Database& file, std::span<const record::Sample> samples);

  std::string boot_;
  std::unordered_map<record::SeriesId, record::Series> names_;
  std::unordered_map<record::SeriesId, Place> places_;
  std::unordered_map<std::int64_t, std::int64_t> packs_;  // of series rows
  std::map<std::string, Filling> filling_;                // by device
  std::vector<std::unique_ptr<const Shape>> shapes_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> alike_;  // places there, by a hash of their ids
  std::size_t likely_ = 0;                                             // place of the next one, when all come as they came first
  std::int64_t boot_row_ = 0;
};

}  // namespace holdup::store
